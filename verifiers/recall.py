"""How often the evidence that is there is found: probes made from the corpus itself.

A probe is a sentence of the corpus as a claim would have it, less some words; a corrupted one also
has a wrong number or name, since evidence against a claim must be found as well as evidence for it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import chain, zip_longest
from typing import Literal, NamedTuple, TypeVar

from store.corpus import Passage
from store.stages import Embed
from store.text import sentences
from verifiers.retrieval import EvidenceIndex
from verifiers.wording import content

_LEAST_STEMS, _MOST_WORDS = 6, 60
_SPREAD = 3
"""Passages looked at for each sentence that a document gives."""
_DEEPEST = 10
_Item = TypeVar("_Item")


class Probe(NamedTuple):
    """A sentence of the corpus, as a claim, and as a wrong claim."""

    sentence: str
    claim: str
    wrong: str


class Recall(NamedTuple):
    """Share of the probes whose sentence is in the first 1, 5 and 10 passages that are found."""

    ranking: Literal["bm25", "dense", "fused"]
    corrupted: bool
    probes: int
    at_1: float
    at_5: float
    at_10: float


def recall(index: EvidenceIndex, embed: Embed, count: int = 300, seed: int = 0) -> list[Recall]:
    """Recall of both rankings and of their fusion, for true and for corrupted probes; empty where
    no sentence is long enough. Pure: equal corpora and seeds give equal figures.
    """
    made = probes(index, count, seed)
    if not made:
        return []
    found: list[Recall] = []
    for corrupted in (False, True):
        queries = [probe.wrong if corrupted else probe.claim for probe in made]
        near = index.near(embed(queries))
        rankings: dict[Literal["bm25", "dense", "fused"], Sequence[Sequence[int]]] = {
            "bm25": [index.lexical.best(content(query), _DEEPEST) for query in queries],
            "dense": near,
            "fused": index.fused(queries, near, _DEEPEST),
        }
        for name, rows in rankings.items():
            places = [_place(index, probe.sentence, r) for probe, r in zip(made, rows, strict=True)]
            shares = [sum(place < k for place in places) / len(made) for k in (1, 5, _DEEPEST)]
            found.append(Recall(name, corrupted, len(made), *shares))
    return found


def _place(index: EvidenceIndex, sentence: str, rows: Sequence[int]) -> int:
    """Where the first passage stands that holds the sentence; overlapping passages share some."""
    passages = index.corpus.passages
    holds = (i for i, row in enumerate(rows[:_DEEPEST]) if sentence in passages[row].text)
    return next(holds, _DEEPEST)


def probes(index: EvidenceIndex, count: int, seed: int) -> list[Probe]:
    """Probes from all over the corpus: its documents in turn, each one's rarest sentence first."""
    ids = [d.id for d in index.corpus.documents if index.corpus.passages_of(d.id)]
    taken = _spread(ids, count)
    each = -(-count // max(1, len(taken)))
    per_document = [_rarest(index, index.corpus.passages_of(id_), each) for id_ in taken]
    turns = chain.from_iterable(zip_longest(*per_document))
    chosen = [sentence for sentence in turns if sentence is not None][:count]
    names = sorted({word for text in chosen for word in text.split()[1:] if _is_name(word)})
    return [_probe(sentence, names, seed) for sentence in chosen]


def _spread(items: Sequence[_Item], count: int) -> list[_Item]:
    """At most that many items, evenly spaced."""
    size = min(count, len(items))
    return [items[i * len(items) // size] for i in range(size)]


def _rarest(index: EvidenceIndex, passages: Sequence[Passage], count: int) -> list[str]:
    """Sentences of some of the passages with the rarest words on average."""
    weight, unknown = index.weight, index.weight[""]
    scored: dict[str, float] = {}
    for passage in _spread(passages, _SPREAD * count):
        for _, _, text in sentences(passage.text):
            stems = set(content(text))
            if len(stems) >= _LEAST_STEMS and len(text.split()) <= _MOST_WORDS:
                scored[text] = sum(weight.get(s, unknown) for s in stems) / len(stems)
    return sorted(scored, key=lambda text: (-scored[text], text))[:count]


def _probe(sentence: str, names: Sequence[str], seed: int) -> Probe:
    rng = random.Random(f"{seed} {sentence}")
    said = sentence.split()
    words = [i for i, word in enumerate(said) if not _is_number(word)]
    # Names are what a claim would keep, but a list of them is to lose some.
    shuffled = sorted(rng.sample(words, len(words)), key=lambda i: _is_name(said[i]))
    left_out = set(shuffled[: len(said) // 3])
    kept = [word for i, word in enumerate(said) if i not in left_out]
    return Probe(sentence, " ".join(kept), " ".join(_corrupted(kept, names, rng)))


def _corrupted(said: Sequence[str], names: Sequence[str], rng: random.Random) -> list[str]:
    """The words with one number changed, or else one name, or else the longest word."""
    numbers = _places(said, _is_number)
    others = [name for name in names if name not in said] or ["Quillfeather"]
    places = (
        numbers or _places(said, _is_name) or [max(range(len(said)), key=lambda i: len(said[i]))]
    )
    place = rng.choice(places)
    new = _other_number(said[place], rng) if numbers else rng.choice(others)
    return [*said[:place], new, *said[place + 1 :]]


def _other_number(word: str, rng: random.Random) -> str:
    """Each digit becomes another one, none of them 0."""
    return "".join(
        rng.choice([d for d in "123456789" if d != sign]) if sign.isdigit() else sign
        for sign in word
    )


def _places(said: Sequence[str], fits: Callable[[str], bool]) -> list[int]:
    return [i for i, word in enumerate(said) if fits(word)]


def _is_number(word: str) -> bool:
    return any(sign.isdigit() for sign in word)


def _is_name(word: str) -> bool:
    return word[:1].isupper() and not _is_number(word)
