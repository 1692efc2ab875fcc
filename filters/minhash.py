"""MinHash signatures and banded candidates (Broder 1997; Indyk and Motwani 1998).

Two texts agree in a signature value with the probability of their Jaccard similarity s, so they
share at least one of b bands of r values with probability 1 - (1 - s^r)^b.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filters.ngrams import Unit, blocks, distinct, ngrams
from store.stages import Progress, silent

MISSED = 0.004
"""Share of pairs just at the threshold that may stay unseen. Those above it are missed far less."""
NO_GRAMS = np.uint32(0xFFFFFFFF)
"""All values of the signature of a text without n-grams."""
_MANY = 100_000
"""Rows from which on chance candidates cost more than longer signatures do."""
_WINDOW, _OF_CROWD = 12, 3
"""Rows from which on a bucket is crowded, and how many neighbours of a row are looked at there."""
_SURE = 4.0
"""Standard deviations below the threshold at which a signature rules a pair out."""

Likeness = Callable[[NDArray[np.int64]], NDArray[np.uint64]]
"""A key for each of some rows that twins are likely to share."""


@dataclass(frozen=True)
class Banding:
    """``bands`` of ``rows`` signature values each."""

    bands: int
    rows: int

    @property
    def hashes(self) -> int:
        """Length of a signature."""
        return self.bands * self.rows

    def recall(self, similarity: float) -> float:
        """Probability that a pair of this Jaccard similarity becomes a candidate."""
        return float(1 - (1 - similarity**self.rows) ** self.bands)


def banding_for(threshold: float, count: int) -> Banding:
    """The fewest bands that miss at most ``MISSED`` of pairs at the threshold.

    More rows in a band make fewer pairs candidates by chance, at the price of longer signatures.
    The higher the threshold and the more texts, the more rows.
    """
    if threshold >= 1:
        return Banding(1, 8)
    longest = 160 if count > _MANY else 80
    found = [
        Banding(math.ceil(math.log(MISSED) / math.log1p(-(threshold**rows))), rows)
        for rows in range(1, 17)
    ]
    fitting = [banding for banding in found if banding.hashes <= longest]
    return fitting[-1] if fitting else found[0]


def signatures(
    texts: pl.Series, size: int, unit: Unit, banding: Banding, progress: Progress = silent
) -> NDArray[np.uint32]:
    """One row of ``banding.hashes`` minima per text; a text without n-grams has all ones."""
    factors = np.random.default_rng(1).integers(0, 2**31, banding.hashes, dtype=np.uint32) * 2 + 1
    found = np.full((len(texts), banding.hashes), NO_GRAMS)
    for start, stop in blocks(texts):
        grams = ngrams(texts[start:stop].to_list(), size, unit)
        some = np.flatnonzero(np.diff(grams.starts))
        if len(some):
            minima = _minima(grams.hashes, grams.starts[some], factors)
            found[start + some] = minima.T
        progress("hashing texts", stop, len(texts))
    return found


def _minima(
    hashes: NDArray[np.uint32], starts: NDArray[np.int64], factors: NDArray[np.uint32]
) -> NDArray[np.uint32]:
    """Minimum of each text under each permutation (a product with an odd number, modulo 2^32)."""
    minima = np.empty((len(factors), len(starts)), np.uint32)
    product = np.empty_like(hashes)
    for i, factor in enumerate(factors):
        np.multiply(hashes, factor, out=product)
        np.minimum.reduceat(product, starts, out=minima[i])
    return minima


def candidates(
    signed: NDArray[np.uint32], banding: Banding, threshold: float, likeness: Likeness
) -> tuple[NDArray[np.int64], NDArray[np.int64], bool]:
    """Pairs of rows that share a band and whose signatures do not rule out the threshold.

    Returns left and right rows, left below right, each pair once in a fixed order, and whether a
    bucket held so many like rows that pairs in it may be missing: in a crowded one only rows are
    looked at that are next to each other by ``likeness`` or by another band.
    """
    count = len(signed)
    spread = math.sqrt(threshold * (1 - threshold) / banding.hashes)
    seen = [np.zeros(0, np.int64)]
    crowded = False
    for band in range(banding.bands):
        key = _band_key(signed, band, banding.rows)
        other = _band_key(signed, (band + 1) % banding.bands, banding.rows)
        order, crowd = _ordered(key, other.__getitem__ if band % 2 else likeness)
        for step in range(1, _WINDOW + 1):
            left, right = _neighbours(order, key, crowd, step)
            if not len(left):
                break
            share = agreement(signed, left, right)
            likely = share >= threshold - _SURE * spread
            seen.append(left[likely] * count + right[likely])
            crowded |= step == _OF_CROWD and bool((share >= threshold).any())
    pairs = distinct(np.concatenate(seen))
    return pairs // max(count, 1), pairs % max(count, 1), crowded


def _band_key(signed: NDArray[np.uint32], band: int, rows: int) -> NDArray[np.uint64]:
    key = np.full(len(signed), band + 1, np.uint64)
    for column in signed[:, band * rows : (band + 1) * rows].T:
        key = (key ^ column) * np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(29)
    return key


def _ordered(
    key: NDArray[np.uint64], likeness: Likeness
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Rows by bucket, those of a crowded one by what else they have in common; and which of the
    places in that order are in a crowded bucket.
    """
    order = np.argsort(key, kind="stable")
    found, crowd = key[order], np.zeros(len(key), bool)
    if (found[_WINDOW:] == found[:-_WINDOW]).any():
        _, starts, sizes = np.unique(found, return_index=True, return_counts=True)
        for bucket in np.flatnonzero(sizes > _WINDOW):
            part = slice(starts[bucket], starts[bucket] + sizes[bucket])
            order[part] = order[part][np.argsort(likeness(order[part]), kind="stable")]
            crowd[part] = True
    return order, crowd


def _neighbours(
    order: NDArray[np.int64], key: NDArray[np.uint64], crowd: NDArray[np.bool_], step: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows that many steps apart in the same bucket, the lower and the higher of each pair."""
    found = key[order]
    same = found[step:] == found[:-step]
    if step > _OF_CROWD:
        same &= ~crowd[step:]
    at = np.flatnonzero(same)
    one, two = order[at], order[at + step]
    return np.minimum(one, two), np.maximum(one, two)


def agreement(
    signed: NDArray[np.uint32], left: NDArray[np.int64], right: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Share of the signature values in which each pair agrees, an estimate of its similarity."""
    hashes = signed.shape[1]
    share = np.empty(len(left))
    step = max(1, 8_000_000 // hashes)
    for start in range(0, len(left), step):
        part = slice(start, start + step)
        same = signed[left[part]] == signed[right[part]]
        share[part] = np.count_nonzero(same, axis=1) / hashes
    return share
