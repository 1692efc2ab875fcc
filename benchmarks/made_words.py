"""The vocabulary of made-up texts: words that mean nothing, how common each is, and its vector."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from store.stages import Vectors

Ints = NDArray[np.int64]
DIM = 384
WORDS, TOPICS, FAVOURITES, NUMBERS = 6_000, 400, 80, 900
VERBS = """explain describe list summarise rewrite classify compare name write find suggest create
calculate translate identify outline generate convert edit discuss""".split()
SMALL = """the of and a to in is for with on that as by from at this which be are it an or its can
their was into how what these each between about over such""".split()
_FRAMES = (
    ("please answer this request carefully :", "thank you"),
    ("here is a task for you .", "reply in full sentences"),
    ("i have a question .", ""),
)
_CODA = ["and", "bo", "cri", "da", "el", "fu", "gra", "hi", "jo", "ka", "lem", "mi", "nor", "os"]


@dataclass(frozen=True)
class Vocabulary:
    """Words with their vectors: small words, verbs, topical ones with a misspelling each, and
    numbers. ``topical``, ``misspelt`` and ``numbers`` are the first of their kind.
    """

    words: NDArray[np.object_]
    vectors: Vectors
    topical: int
    misspelt: int
    numbers: int
    zipf: NDArray[np.float64]
    favourites: Ints
    frames: tuple[tuple[Ints, Ints], ...]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The one there is."""
    rng = np.random.default_rng(7)
    plain = [*SMALL, *VERBS]
    framing = sorted({word for frame in _FRAMES for part in frame for word in part.split()})
    topical = sorted(_invented(rng) - {*plain, *framing})
    topical = [topical[i] for i in rng.permutation(len(topical))[:WORDS]]
    misspelt = [word[:1] + word[2] + word[1] + word[3:] for word in topical]
    numbers = [str(number) for number in range(2, NUMBERS + 2)]
    words = [*plain, *framing, *topical, *misspelt, *numbers]
    vectors = rng.normal(size=(len(words), DIM)).astype(np.float32)
    first = len(plain) + len(framing)
    vectors[: len(plain) + len(framing)] *= 0.3  # common words weigh little
    wrong, right = slice(first + WORDS, first + 2 * WORDS), slice(first, first + WORDS)
    vectors[wrong] = 0.6 * vectors[right] + 0.8 * vectors[wrong]
    vectors[first + 2 * WORDS :] *= 0.4
    vectors[first + 2 * WORDS :] += vectors[-1]  # one number is much like another
    place = {word: i for i, word in reversed(list(enumerate(words)))}
    frames = tuple((_placed(place, before), _placed(place, after)) for before, after in _FRAMES)
    zipf = np.cumsum(1 / (np.arange(WORDS) + 3.0))
    favourites = first + rng.integers(0, WORDS, (TOPICS, FAVOURITES))
    return Vocabulary(
        np.array(words, object),
        vectors,
        first,
        first + WORDS,
        first + 2 * WORDS,
        zipf / zipf[-1],
        favourites,
        frames,
    )


def _placed(place: dict[str, int], text: str) -> Ints:
    return np.array([place[word] for word in text.split()], np.int64)


def _invented(rng: np.random.Generator) -> set[str]:
    """Words of two to four syllables, at least four letters long."""
    letters, vowels = list("bcdfghjklmnprstvz"), list("aeiou")
    found: set[str] = set()
    while len(found) < 2 * WORDS:
        size = int(rng.integers(1, 4))
        syllables = [f"{rng.choice(letters)}{rng.choice(vowels)}" for _ in range(size)]
        found.add("".join(syllables) + str(rng.choice(_CODA)))
    return {word for word in found if len(word) >= 4}


def spelt(words: Ints, size: Ints, known: Vocabulary) -> pl.Series:
    """Words with spaces between them, text by text."""
    ends = np.concatenate([[0], np.cumsum(size)]).astype(np.int32)
    every = pa.array(known.words, pa.string()).take(pa.array(words))
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(ends), every), " ")
    found = pl.from_arrow(joined)
    assert isinstance(found, pl.Series)
    return found


def vectors_of(words: Ints, starts: Ints, known: Vocabulary) -> NDArray[np.float16]:
    """Normalised rows: the mean of the vectors of each text's words."""
    from scipy.sparse import csr_array

    ones = np.ones(len(words), np.float32)
    shape = (len(starts) - 1, len(known.words))
    sums = csr_array((ones, words, starts), shape=shape) @ known.vectors
    sums /= np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-6)
    found: NDArray[np.float16] = sums.astype(np.float16)
    return found
