"""Documents that say nearly the same, as copies of a page do that differ by a word.

Alike is not enough: an older state of a document differs from the newer one by a number, and that
is what facts are checked by. So of two documents that share most of their runs of three words, one
counts for both only where no number, name or negation is exchanged, no number is lost, and the
words of the one stand in the other (``filters.changes``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from configs.filters import NearDedup
from filters.changes import says_all
from filters.minhash import NO_GRAMS, Banding, banding_for, candidates, signatures
from filters.near import jaccard
from filters.specifics import NEGATIONS, Specifics, same_specifics, specifics

_GRAMS = NearDedup(unit="word", ngram=3)
_VALUES = Banding(10, 8)
"""As many values as any threshold needs."""
_AT_ONCE = 200
"""Pairs whose texts are in memory together."""

Texts = Callable[[Sequence[int]], list[str]]
"""The texts of some documents."""


def sign(texts: Sequence[str]) -> NDArray[np.uint32]:
    """The signature of each document, one row each."""
    return signatures(pl.Series(texts, dtype=pl.String), _GRAMS.ngram, _GRAMS.unit, _VALUES)


class Like(NamedTuple):
    """Two documents by their rows, their Jaccard similarity, and whether the first says all that
    the second does.
    """

    first: int
    second: int
    share: float
    covers: bool


def like_pairs(signed: NDArray[np.uint32], threshold: float, texts: Texts) -> Iterator[Like]:
    """Pairs of documents at or above the threshold, the one that says more first."""
    some = np.flatnonzero(signed[:, 0] != NO_GRAMS)
    banding = banding_for(threshold, 0)
    part = signed[some, : banding.hashes]
    left, right, _ = candidates(
        part, banding, threshold, lambda rows: part[rows, 0].astype(np.uint64)
    )
    left, right = some[left], some[right]
    for start in range(0, len(left), _AT_ONCE):
        yield from _confirmed(
            left[start : start + _AT_ONCE], right[start : start + _AT_ONCE], threshold, texts
        )


def _confirmed(
    left: NDArray[np.int64], right: NDArray[np.int64], threshold: float, texts: Texts
) -> Iterator[Like]:
    rows, places = np.unique(np.concatenate([left, right]), return_inverse=True)
    held = pl.Series(texts(rows.tolist()), dtype=pl.String)
    one, two = places[: len(left)], places[len(left) :]
    shares = jaccard(held, one, two, _GRAMS)
    known: dict[int, Specifics] = {}
    for first, second, share in zip(one.tolist(), two.tolist(), shares.tolist(), strict=True):
        if share < threshold:
            continue
        for place in (first, second):
            if place not in known:
                known[place] = specifics(held[place])
        kept, lost = sorted((first, second), key=lambda place: (-len(held[place]), place))
        covers = _covers(known[kept], known[lost]) and says_all(held[kept], held[lost])
        yield Like(int(rows[kept]), int(rows[lost]), share, covers)


def _covers(kept: Specifics, lost: Specifics) -> bool:
    """Whether nothing particular of the one is missing, or another, in the other."""
    numbers: Counter[str] = lost.numbers - kept.numbers
    if numbers or _negations(kept) != _negations(lost):
        return False
    return same_specifics(kept, lost)


def _negations(text: Specifics) -> Counter[str]:
    return Counter(
        word for word in map(str.casefold, text.tokens) if word in NEGATIONS or word.endswith("n't")
    )
