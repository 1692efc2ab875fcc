"""What each record adds to the coverage of the whole: facility location, greedily, in blocks.

The worth of a record is how much nearer it brings all rows to a chosen one (Cornuejols, Fisher and
Nemhauser 1977, submodular, so greedy is within 1 - 1/e of the best). Farthest-first traversal
looks for what is unlike the rest and finds outliers; this looks for what stands for many.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from store.kmeans import cluster, training_rows
from store.stages import Vectors

Rows = NDArray[np.int64]
_BLOCK, _LARGEST = 512, 2048
"""Rows of a block as aimed for and at most: similarities are only ever held within one block."""

_SELF = 0.25
"""How much more a row covers itself than its nearest neighbour covers it, of the way to 1. With 1,
isolated rows are chosen for their own sake; with 0, single rows of rare topics never are."""


def meaning(vectors: Vectors, count: int, seed: int) -> Rows:
    """Cluster of meaning of each row; trained on a sample, assigned in blocks."""
    count = min(count, len(vectors))
    rows = training_rows(len(vectors), count, seed)
    assign = cluster(np.asarray(vectors[rows], np.float32), count, seed)
    step = 65_536
    parts = [
        assign(np.asarray(vectors[start : start + step], np.float32))
        for start in range(0, len(vectors), step)
    ]
    return np.unique(np.concatenate(parts), return_inverse=True)[1].astype(np.int64)


def blocks(vectors: Vectors, label: Rows, seed: int) -> list[Rows]:
    """The rows in blocks of neighbouring clusters, each of at most ``_LARGEST`` rows."""
    members = np.split(np.argsort(label, kind="stable"), np.cumsum(np.bincount(label))[:-1])
    if len(label) <= _LARGEST:
        groups = [members]
    else:
        # A sum of unit rows points where their mean does, which is all that cosine asks.
        sums = np.stack([vectors[rows].sum(axis=0, dtype=np.float32) for rows in members])
        norms = np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
        count = min(len(members), -(-len(label) // _BLOCK))
        group = cluster(sums / norms, count, seed)(sums / norms)
        groups = [[members[i] for i in np.flatnonzero(group == n)] for n in np.unique(group)]
    return [part for group in groups for part in _cut(np.concatenate(group))]


def _cut(rows: Rows) -> Iterator[Rows]:
    yield from np.array_split(rows, -(-len(rows) // _LARGEST))


def worth(vectors: Vectors, forced: int) -> NDArray[np.float64]:
    """What each row of a block adds to the coverage of the block when its turn comes.

    The first ``forced`` rows are chosen before all others. Of rows that add the same the earlier
    comes first, so the order given is the order of preference.
    """
    near = _similarity(vectors)
    best = np.zeros(len(near), np.float32)
    gain = near.sum(axis=0, dtype=np.float64)
    found = np.zeros(len(near))
    for turn in range(len(near)):
        pick = turn if turn < forced else int(np.argmax(gain))
        if turn >= forced and gain[pick] <= 0:
            break
        found[pick], gain[pick] = max(gain[pick], 0.0), -np.inf
        closer = np.flatnonzero(near[pick] > best)
        old, new = best[closer], near[pick, closer]
        # What others would still have added to these rows is now added already, up to the new best.
        shared = np.minimum(np.maximum(near[closer], old[:, None]), new[:, None]) - old[:, None]
        gain -= shared.sum(axis=0)
        best[closer] = new
    return found


def _similarity(vectors: Vectors) -> NDArray[np.float32]:
    """Cosine similarities of a block, none below 0.

    Rounded, so that equal rows are equal whatever the order a matrix product adds up in.
    """
    rows = np.asarray(vectors, np.float32)
    near: NDArray[np.float32] = np.round(np.maximum(rows @ rows.T, 0), 4)
    if len(rows) > 1:
        np.fill_diagonal(near, 0)
        other = near.max(axis=1)
        alike = np.where(rows.any(axis=1), other + _SELF * (1 - other), 0)
        np.fill_diagonal(near, alike)
    return near


def nearest(vectors: Vectors, rows: Rows, kept: NDArray[np.bool_]) -> tuple[Rows, Rows, Vectors]:
    """The dropped rows of a block, the kept row nearest to each, and their cosine similarity."""
    here, gone = rows[kept[rows]], rows[~kept[rows]]
    if not len(here):
        return gone[:0], here, np.zeros(0, np.float32)
    near = np.asarray(vectors[gone], np.float32) @ np.asarray(vectors[here], np.float32).T
    place = near.argmax(axis=1)
    return gone, here[place], near[np.arange(len(gone)), place]
