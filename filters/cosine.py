"""All pairs of vectors at or above a cosine similarity: exactly where it fits, by cells above.

The cells are those of SemDeDup (arXiv 2303.09540): k-means clusters inside which all pairs are
compared. As published they miss pairs that a border parts. Here a row also visits the cells it
nearly fell into. For rows x, y of cells a, b with centroids A, B,

    (x·A - x·B) + (y·B - y·A) = (x - y)·(A - B) <= |x - y| |A - B|,

so one of the two is within half of the right side of the other's cell; a row that visits all cells
in that margin would miss nothing. Visits are limited to the nearest, and the recall is measured.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filters.clusters import NO_PAIRS, Pairs, Rows
from store.kmeans import cluster, training_rows
from store.stages import Progress, Vectors, silent

EXACT_ROWS = 12_000
"""Up to so many rows every pair is compared."""
_CELL_ROWS = 700
_VISITS = 12
"""Cells a row is compared in at most, its own included."""
_BLOCK = 2_048
_CROWD, _OF_CROWD = 48, 6
"""Twins from which on a row is one of a crowd, and how many are kept of it then, nearest first: a
crowd hangs together by few, and is compared again until none is left.
"""
_SAMPLE = 500


@dataclass(frozen=True)
class Found:
    """Pairs, how they were searched, the measured recall of that search (1 where every pair was
    compared, None where it cannot be told), and whether rows had more twins than were kept.
    """

    pairs: Pairs
    method: str
    recall: float | None
    crowded: bool


def close_pairs(
    vectors: Vectors, rows: Rows, threshold: float, seed: int = 7, progress: Progress = silent
) -> Found:
    """Pairs of some normalised rows with a cosine similarity at or above the threshold.

    ``vectors`` may be float16 or float32; each pair's score is its exact cosine in float32. Rows of
    zeros are similar to nothing.
    """
    alive = rows[np.concatenate([vectors[part].any(axis=1) for part in _parts(rows)])]
    first, copies = _folded(vectors, alive)
    exact = len(first) <= EXACT_ROWS
    if exact:
        found = [*_every_block(vectors, first, threshold)]
    else:
        cells = _cells(vectors, first, threshold, seed)
        found = [*_cell_blocks(vectors, cells, threshold, progress)]
    pairs = _once(_joined([pairs for pairs, _ in found]), len(vectors))
    crowded = any(full for _, full in found)
    recall = 1.0 if exact else None
    if not exact and not crowded:
        recall = _measured(vectors, first, pairs, threshold, seed)
    method = "exact" if exact else "cells"
    return Found(_once(_joined([copies, pairs]), len(vectors)), method, recall, crowded)


def cosine(vectors: Vectors, left: Rows, right: Rows) -> NDArray[np.float64]:
    """Cosine similarity of normalised rows, pair by pair."""
    scores = np.empty(len(left))
    for start in range(0, len(left), 50_000):
        part = slice(start, start + 50_000)
        one, two = _single(vectors, left[part]), _single(vectors, right[part])
        scores[part] = np.einsum("ij,ij->i", one, two)
    return scores


def _parts(rows: Rows) -> list[Rows]:
    """The rows in parts whose vectors fit well into memory, one at least."""
    return np.array_split(rows, max(1, math.ceil(len(rows) / 20_000)))


def _single(vectors: Vectors, rows: Rows) -> Vectors:
    found: Vectors = vectors[rows].astype(np.float32, copy=False)
    return found


def _folded(vectors: Vectors, alive: Rows) -> tuple[Rows, Pairs]:
    """The first of all rows that are bit for bit the same, and the others paired with theirs."""
    weights = np.random.default_rng(1).integers(1, 2**63, vectors.shape[1], dtype=np.uint64) | 1
    width = f"u{vectors.dtype.itemsize}"
    keys = np.concatenate(
        [vectors[part].view(width).astype(np.uint64) @ weights for part in _parts(alive)]
    )
    _, at, group = np.unique(keys, return_index=True, return_inverse=True)
    firsts = alive[at][group]
    later = firsts != alive
    pairs = Pairs(firsts[later], alive[later], np.ones(int(later.sum())))
    return np.sort(alive[at]), pairs


def _every_block(vectors: Vectors, rows: Rows, threshold: float) -> Iterator[tuple[Pairs, bool]]:
    for start in range(0, len(rows), _BLOCK):
        yield _above(vectors, rows[start : start + _BLOCK], rows[start:], threshold)


@dataclass(frozen=True)
class _Cells:
    """Rows at home in each cell, and rows that visit it."""

    home: list[Rows]
    guests: list[Rows]


def _cells(vectors: Vectors, rows: Rows, threshold: float, seed: int) -> _Cells:
    """Rows sorted into cells."""
    count = math.ceil(len(rows) / _CELL_ROWS)
    sample = training_rows(len(rows), count, seed)
    centroids = cluster(_single(vectors, rows[sample]), count, seed).centroids
    apart = np.sqrt(np.maximum(2 - 2 * centroids @ centroids.T, 0))
    margin = 0.5 * math.sqrt(max(2 - 2 * threshold, 0.0)) * apart
    visits = min(_VISITS, count)
    cell, row = [], []
    for part in _parts(rows):
        near = _single(vectors, part) @ centroids.T
        best = np.argpartition(-near, visits - 1, axis=1)[:, :visits]
        score = np.take_along_axis(near, best, axis=1)
        order = np.argsort(-score, axis=1, kind="stable")
        best, score = np.take_along_axis(best, order, axis=1), np.take_along_axis(score, order, 1)
        visited = score[:, :1] - score <= margin[best[:, :1], best]
        cell.append(np.where(visited, best, -1))
        row.append(part)
    return _by_cell(np.concatenate(cell), np.concatenate(row), count)


def _by_cell(cell: NDArray[np.int64], row: Rows, count: int) -> _Cells:
    home = [row[part] for part in _grouped(cell[:, 0], count)]
    flat, who = cell[:, 1:].ravel(), np.repeat(row, cell.shape[1] - 1)
    guests = [who[part] for part in _grouped(flat, count)]
    return _Cells(home, guests)


def _grouped(labels: NDArray[np.int64], count: int) -> list[NDArray[np.int64]]:
    order = np.argsort(labels, kind="stable")
    edges = np.searchsorted(labels[order], np.arange(count + 1))
    return [order[edges[i] : edges[i + 1]] for i in range(count)]


def _cell_blocks(
    vectors: Vectors, cells: _Cells, threshold: float, progress: Progress
) -> Iterator[tuple[Pairs, bool]]:
    for number, (home, guests) in enumerate(zip(cells.home, cells.guests, strict=True)):
        for start in range(0, len(home), _BLOCK):
            others = np.concatenate([home[start:], guests])
            yield _above(vectors, home[start : start + _BLOCK], others, threshold)
        progress("comparing meanings", number + 1, len(cells.home))


def _above(vectors: Vectors, rows: Rows, others: Rows, threshold: float) -> tuple[Pairs, bool]:
    """Pairs of a block of rows with others, which begin with the rows themselves."""
    near = _single(vectors, rows) @ _single(vectors, others).T
    near[:, : len(rows)][np.tri(len(rows), dtype=bool)] = -2
    limit = np.float32(threshold) - np.float32(1e-6)
    at = np.flatnonzero(near >= limit)
    counts = np.bincount(at // near.shape[1], minlength=len(rows))
    full = np.flatnonzero(counts > _CROWD)
    if len(full):
        nearest = np.argpartition(-near[full], _OF_CROWD - 1, axis=1)[:, :_OF_CROWD]
        kept = np.take_along_axis(near[full], nearest, axis=1)
        near[full] = -2
        near[full[:, None], nearest] = kept
        at = np.flatnonzero(near >= limit)
    one, two = rows[at // near.shape[1]], others[at % near.shape[1]]
    score = near.ravel()[at].astype(np.float64)
    return Pairs(np.minimum(one, two), np.maximum(one, two), score), bool(len(full))


def _joined(parts: list[Pairs]) -> Pairs:
    if not parts:
        return NO_PAIRS
    return Pairs(
        np.concatenate([part.left for part in parts]),
        np.concatenate([part.right for part in parts]),
        np.concatenate([part.score for part in parts]),
    )


def _once(pairs: Pairs, count: int) -> Pairs:
    _, first = np.unique(pairs.left * count + pairs.right, return_index=True)
    return Pairs(pairs.left[first], pairs.right[first], pairs.score[first])


def _measured(vectors: Vectors, rows: Rows, pairs: Pairs, threshold: float, seed: int) -> float:
    """Share of the true twins of some rows, each compared with all, that were found."""
    sample = np.random.default_rng(seed).choice(rows, min(_SAMPLE, len(rows)), replace=False)
    known = np.unique(pairs.left * len(vectors) + pairs.right)
    there = total = 0
    for others in _parts(rows):
        at, to = np.nonzero(_single(vectors, sample) @ _single(vectors, others).T >= threshold)
        one, two = sample[at], others[to]
        apart = one != two
        codes = np.minimum(one, two) * len(vectors) + np.maximum(one, two)
        total += int(apart.sum())
        there += int(np.isin(codes[apart], known).sum())
    return there / total if total else 1.0
