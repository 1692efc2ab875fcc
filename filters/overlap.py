"""Which records hold much of an item's wording: hashed word n-grams, weighed by how rare they are.

An n-gram of many items or of many records is how people write, not what an item asks, so it does
not count: most matches of plain n-gram overlap are such boilerplate.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from store.stages import Progress
from store.text import normalise

_Ints = NDArray[np.int64]
_Hashes = NDArray[np.uint64]
_MIX = np.uint64(0x9E3779B97F4A7C15)
_BLOCK = 2_000
_MAX_ITEMS = 3
"""An n-gram of more items than this is boilerplate."""
_MAX_RECORDS = 10
_MAX_SHARE = 0.01
"""So is one of more records than this number, and than this share."""
_LEAST = 3
"""N-grams that must match, of an item that has as many."""
_WHOLE = 0.8
"""An item of which this much is there is no boilerplate, however many records hold it."""


@dataclass(frozen=True)
class Items:
    """N-grams of the items as sorted postings: hash, item, and the weight of the n-gram there.

    ``total`` is the weight of all of an item, ``count`` how many n-grams that are; ``sizes`` are
    the lengths in words that occur.
    """

    hashes: _Hashes
    item: _Ints
    weight: NDArray[np.float64]
    total: NDArray[np.float64]
    count: _Ints
    sizes: tuple[int, ...]


def index_items(texts: Sequence[str], size: int, least: int) -> Items:
    """Index texts by their n-grams of ``size`` words.

    A text of fewer words is one n-gram of all of them, and nothing if it has fewer than ``least``.
    """
    words = [_word_hashes(text) for text in texts]
    lengths = [min(size, len(own)) if len(own) >= least else 0 for own in words]
    hashes = [_rolling(own, n) if n else own[:0] for own, n in zip(words, lengths, strict=True)]
    hashes = [np.unique(own) for own in hashes]
    every = np.concatenate([*hashes, np.zeros(0, np.uint64)])
    item = np.repeat(np.arange(len(texts)), [len(own) for own in hashes]).astype(np.int64)
    order = np.argsort(every, kind="stable")
    every, item = every[order], item[order]
    _, inverse, df = np.unique(every, return_inverse=True, return_counts=True)
    rare = df[inverse] <= _MAX_ITEMS
    every, item = every[rare], item[rare]
    weight: NDArray[np.float64] = 1.0 / df[inverse][rare]
    return Items(
        every,
        item,
        weight,
        np.bincount(item, weight, minlength=len(texts)).astype(np.float64),
        np.bincount(item, minlength=len(texts)).astype(np.int64),
        tuple(sorted({n for n in lengths if n})),
    )


def coverages(
    items: Items, texts: Sequence[str], limit: float, progress: Progress, what: str
) -> dict[int, list[tuple[int, float]]]:
    """Items of which a text holds at least ``limit``, by the text's number, best first.

    The share is that of the item's n-grams, each weighed by how few items have it.
    """
    found = [*_postings_in(items, texts, progress, what)]
    text = np.concatenate([row for row, _ in found] or [np.zeros(0, np.int64)])
    posting = np.concatenate([place for _, place in found] or [np.zeros(0, np.int64)])
    seen = np.bincount(posting, minlength=len(items.hashes))
    common = seen > max(_MAX_RECORDS, _MAX_SHARE * len(texts))
    count = max(1, len(items.total))
    pair, inverse = np.unique(text * count + items.item[posting], return_inverse=True)
    item = pair % count
    weight = items.weight[posting]
    whole = np.bincount(inverse, weight, minlength=len(pair)) / items.total[item]
    rare = ~common[posting]
    counted = np.bincount(inverse, weight * rare, minlength=len(pair)) / items.total[item]
    matched = np.bincount(inverse, rare, minlength=len(pair))
    enough = matched >= np.minimum(_LEAST, items.count[item])
    score = np.where(whole >= _WHOLE, whole, np.where(enough, counted, 0.0))
    result: dict[int, list[tuple[int, float]]] = {}
    for at in np.flatnonzero(score >= limit):
        row = int(pair[at] // count)
        result.setdefault(row, []).append((int(item[at]), float(score[at])))
    return {row: sorted(hits, key=lambda hit: (-hit[1], hit[0])) for row, hits in result.items()}


def _postings_in(
    items: Items, texts: Sequence[str], progress: Progress, what: str
) -> Iterator[tuple[_Ints, _Ints]]:
    """Text numbers and the postings their n-grams hit, each pair once, block by block."""
    for start in range(0, len(texts), _BLOCK):
        for row, text in enumerate(texts[start : start + _BLOCK], start):
            own = _word_hashes(text)
            grams = np.unique(np.concatenate([_rolling(own, n) for n in items.sizes] or [own[:0]]))
            low = np.searchsorted(items.hashes, grams, "left")
            count = np.searchsorted(items.hashes, grams, "right") - low
            hit = count > 0
            if hit.any():
                low, count = low[hit], count[hit]
                first = np.repeat(low - np.cumsum(count) + count, count)
                posting = first + np.arange(len(first))
                yield np.full(len(posting), row, np.int64), posting.astype(np.int64)
        progress(what, min(start + _BLOCK, len(texts)), len(texts))


def _word_hashes(text: str) -> _Hashes:
    words = normalise(text).split()
    return np.fromiter(map(_hash, words), np.uint64, len(words))


@lru_cache(maxsize=1 << 17)
def _hash(word: str) -> int:
    raw = word.encode("utf-8", "surrogatepass")
    return zlib.crc32(raw) << 32 | zlib.adler32(raw)


def _rolling(words: _Hashes, size: int) -> _Hashes:
    """Hashes of all runs of ``size`` words, in order; the length is part of the hash."""
    if len(words) < size:
        return words[:0]
    count = len(words) - size + 1
    total = np.full(count, np.uint64(size))
    for offset in range(size):
        total = (total ^ words[offset : offset + count]) * _MIX
        total ^= total >> np.uint64(29)
    return total
