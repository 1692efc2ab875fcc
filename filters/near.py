"""Near copies by MinHash over character n-grams (Broder 1997), verified by true Jaccard.

Character n-grams find changed words in short instructions that word n-grams miss. Candidates come
from banded signatures (locality-sensitive hashing); no pair is believed before its true Jaccard
similarity was computed and its numbers, code and names were compared.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from functools import lru_cache
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from configs.filters import NearDedup
from filters.clusters import Pair, keep_one
from filters.specifics import same_specifics, specifics
from store.stages import Context, Judged, Stage, judged, stage
from store.text import normalise

_PRIME = np.uint64((1 << 31) - 1)
_Hashes = NDArray[np.uint64]


@stage("near", version="1", scope="set")
def near(settings: NearDedup, context: Context) -> Stage:
    """Drops all but the best of records whose texts are near copies of each other."""

    def apply(records: pl.DataFrame) -> Judged:
        texts = [f"{q}\n{a}" for q, a in records.select("question", "answer").iter_rows()]
        shingles = [_shingles(text, settings.ngram) for text in texts]
        pairs = find_pairs(texts, shingles, settings)
        rulings = keep_one(
            records, pairs, "near_duplicate", lambda i, j: jaccard(shingles[i], shingles[j])
        )
        return judged("near", records, rulings)

    return apply


def find_pairs(texts: list[str], shingles: list[_Hashes], settings: NearDedup) -> list[Pair]:
    """Pairs of rows at or above the threshold that agree on their specifics."""
    signatures = _signatures(shingles, settings.permutations)
    marks = [specifics(text) for text in texts]
    pairs = []
    for i, j in _candidates(signatures, _band_rows(settings.permutations, settings.threshold)):
        score = jaccard(shingles[i], shingles[j])
        if score >= settings.threshold and same_specifics(marks[i], marks[j]):
            pairs.append((i, j, score))
    return pairs


def jaccard(one: _Hashes, two: _Hashes) -> float:
    """Size of the intersection over size of the union of two sorted sets; 1 for two empty ones."""
    shared = len(np.intersect1d(one, two, assume_unique=True))
    union = len(one) + len(two) - shared
    return shared / union if union else 1.0


def _shingles(text: str, size: int) -> _Hashes:
    """Sorted distinct hashes of the character n-grams of the normal form."""
    plain = f" {normalise(text)} "
    grams = {plain[i : i + size] for i in range(max(1, len(plain) - size + 1))}
    return np.unique(np.fromiter((zlib.crc32(g.encode()) for g in grams), np.uint64, len(grams)))


def _signatures(shingles: list[_Hashes], permutations: int) -> NDArray[np.uint32]:
    """MinHash signatures, one row per record, by random linear maps modulo a prime."""
    rng = np.random.default_rng(1)
    a = rng.integers(1, int(_PRIME), permutations, dtype=np.uint64)
    b = rng.integers(0, int(_PRIME), permutations, dtype=np.uint64)
    rows = np.empty((len(shingles), permutations), np.uint32)
    for i, hashes in enumerate(shingles):
        values = (hashes[:, None] % _PRIME * a + b) % _PRIME
        rows[i] = values.min(axis=0)
    return rows


@lru_cache
def _band_rows(permutations: int, threshold: float) -> int:
    """Rows per band: the most for which a pair at the threshold is missed in at most 1 of 1,000."""
    fitting = [
        rows
        for rows in range(1, permutations + 1)
        if (1 - threshold**rows) ** (permutations // rows) <= 1e-3
    ]
    return max(fitting, default=1)


def _candidates(signatures: NDArray[np.uint32], rows: int) -> set[tuple[int, int]]:
    """Neighbours in each bucket of each band. Equal rows chain, so no bucket is squared."""
    found: set[tuple[int, int]] = set()
    for start in range(0, signatures.shape[1] - rows + 1, rows):
        band = np.ascontiguousarray(signatures[:, start : start + rows])
        buckets: dict[bytes, list[int]] = defaultdict(list)
        for i, row in enumerate(band):
            buckets[row.tobytes()].append(i)
        for members in buckets.values():
            found.update(_pairs(members))
    return found


def _pairs(members: list[int], window: int = 16) -> set[tuple[int, int]]:
    """All pairs of a small bucket; of a large one, pairs within a window and to its first."""
    if len(members) <= 2 * window:
        return {(i, j) for n, i in enumerate(members) for j in members[n + 1 :]}
    close = {(i, j) for n, i in enumerate(members) for j in members[n + 1 : n + 1 + window]}
    return close | {(members[0], j) for j in members[1:]} | set(pairwise(members))
