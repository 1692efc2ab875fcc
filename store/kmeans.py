"""Clusters of meaning: spherical k-means with faiss, deterministic for a seed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from store.stages import Vectors

Assign = Callable[[Vectors], NDArray[np.int64]]


def training_rows(size: int, count: int, seed: int) -> NDArray[np.int64]:
    """The rows to train ``count`` clusters on: all of ``size``, or 64 for each cluster."""
    if size <= 64 * count:
        return np.arange(size)
    return np.sort(np.random.default_rng(seed).choice(size, 64 * count, replace=False))


def cluster(vectors: Vectors, count: int, seed: int) -> Assign:
    """Cluster normalised rows; the result gives the number of the nearest cluster of any rows."""
    import faiss

    kmeans = faiss.Kmeans(
        vectors.shape[1], count, niter=15, seed=seed or 1, spherical=True, min_points_per_centroid=1
    )
    kmeans.train(np.ascontiguousarray(vectors))

    def assign(rows: Vectors) -> NDArray[np.int64]:
        nearest: NDArray[np.int64] = kmeans.index.search(np.ascontiguousarray(rows), 1)[1][:, 0]
        return nearest

    return assign
