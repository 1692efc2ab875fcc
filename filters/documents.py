"""Documents that say nearly the same, as copies of a page do that differ by a word.

Alike is not enough: an older state of a document differs from the newer one by a number, and that
is what facts are checked by. So of two documents that share most of their runs of three words, one
counts for both only where no number, name or negation is exchanged, no number is lost, and the
words of the one stand in the other (``filters.changes``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from configs.filters import NearDedup
from filters.changes import says_all
from filters.minhash import NO_GRAMS, Banding, agreement, banding_for, candidates, signatures
from filters.near import jaccard
from filters.specifics import (
    NEGATIONS,
    Specifics,
    number_mask,
    numbers_in,
    same_specifics,
    specifics,
)

_GRAMS = NearDedup(unit="word", ngram=3)
_VALUES = Banding(10, 8)
"""As many values as any threshold needs."""
_MASK_BYTES = 64
_AT_ONCE = 8_000_000
"""Characters of the texts that are compared together."""

Texts = Callable[[Sequence[int]], list[str]]
"""The texts of some documents."""


@dataclass(frozen=True)
class Signs:
    """What documents are compared by before their texts are, one row each: MinHash values, a mask
    of the numbers in them (512 bits in eight words), and their length in characters.
    """

    values: NDArray[np.uint32]
    numbers: NDArray[np.uint64]
    lengths: NDArray[np.int64]

    def of(self, rows: NDArray[np.int64]) -> Signs:
        """Those of some documents."""
        return Signs(self.values[rows], self.numbers[rows], self.lengths[rows])


class Like(NamedTuple):
    """Two documents by their rows, how alike they are (their Jaccard similarity, or an estimate of
    it where their numbers differ), and whether the first says all that the second does.
    """

    first: int
    second: int
    share: float
    covers: bool


def sign(texts: Sequence[str]) -> Signs:
    """The signs of documents."""
    series = pl.Series(texts, dtype=pl.String)
    return Signs(
        signatures(series, _GRAMS.ngram, _GRAMS.unit, _VALUES),
        _masks(texts),
        np.array([len(text) for text in texts], np.int64),
    )


def _masks(texts: Sequence[str]) -> NDArray[np.uint64]:
    masks = b"".join(
        number_mask(text, _MASK_BYTES * 8).to_bytes(_MASK_BYTES, "little") for text in texts
    )
    return np.frombuffer(masks, np.uint64).reshape(len(texts), -1)


def like_pairs(signs: Signs, threshold: float, texts: Texts) -> Iterator[Like]:
    """Pairs of documents at or above the threshold, the one that says more first.

    Only of pairs whose numbers allow that one counts for both, the texts are looked at.
    """
    some = np.flatnonzero(signs.values[:, 0] != NO_GRAMS)
    banding = banding_for(threshold, 0)
    part = signs.values[some, : banding.hashes]
    one, two, _ = candidates(part, banding, threshold, lambda rows: part[rows, 0].astype(np.uint64))
    share = agreement(part, one, two)
    one, two = some[one], some[two]
    shorter = signs.lengths[one] < signs.lengths[two]
    kept, lost = np.where(shorter, two, one), np.where(shorter, one, two)
    held = (signs.numbers[lost] & ~signs.numbers[kept] == 0).all(axis=1)
    for at in np.flatnonzero(~held & (share >= threshold)).tolist():
        yield Like(int(kept[at]), int(lost[at]), float(share[at]), False)
    for group in _groups(kept[held], lost[held], signs.lengths):
        yield from _confirmed(kept[held][group], lost[held][group], threshold, texts)


def _groups(
    kept: NDArray[np.int64], lost: NDArray[np.int64], lengths: NDArray[np.int64]
) -> Iterator[slice]:
    """Stretches of the pairs whose texts are in memory together."""
    start, size, there = 0, 0, set[int]()
    for at, pair in enumerate(zip(kept.tolist(), lost.tolist(), strict=True)):
        size += sum(int(lengths[row]) for row in {*pair} - there)
        there.update(pair)
        if size >= _AT_ONCE:
            yield slice(start, at + 1)
            start, size, there = at + 1, 0, set()
    yield slice(start, len(kept))


def _confirmed(
    kept: NDArray[np.int64], lost: NDArray[np.int64], threshold: float, texts: Texts
) -> Iterator[Like]:
    rows, places = np.unique(np.concatenate([kept, lost]), return_inverse=True)
    held = pl.Series(texts(rows.tolist()), dtype=pl.String)
    one, two = places[: len(kept)], places[len(kept) :]
    shares = jaccard(held, one, two, _GRAMS)
    numbers = lru_cache(maxsize=None)(lambda place: Counter(numbers_in(held[place])))
    known = lru_cache(maxsize=None)(lambda place: specifics(held[place]))
    for first, second, share in zip(one.tolist(), two.tolist(), shares.tolist(), strict=True):
        if share >= threshold:
            # Most pairs differ in a number, which is seen ten times as fast as all else.
            covers = (
                not numbers(second) - numbers(first)
                and _covers(known(first), known(second))
                and says_all(held[first], held[second])
            )
            yield Like(int(rows[first]), int(rows[second]), share, covers)


def _covers(kept: Specifics, lost: Specifics) -> bool:
    """Whether nothing particular of the one is another in the other."""
    return _negations(kept) == _negations(lost) and same_specifics(kept, lost)


def _negations(text: Specifics) -> Counter[str]:
    return Counter(
        word for word in map(str.casefold, text.tokens) if word in NEGATIONS or word.endswith("n't")
    )
