"""KMeans of meaning: spherical k-means with faiss, deterministic for a seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from store.stages import Vectors


@dataclass(frozen=True)
class KMeans:
    """Centroids, one normalised row each. Called with rows, it gives the nearest of each."""

    centroids: Vectors

    def __call__(self, rows: Vectors) -> NDArray[np.int64]:
        """Number of the nearest cluster of each row."""
        import faiss

        index = faiss.IndexFlatIP(self.centroids.shape[1])
        index.add(self.centroids)
        nearest: NDArray[np.int64] = index.search(np.ascontiguousarray(rows, np.float32), 1)[1][
            :, 0
        ]
        return nearest


def training_rows(size: int, count: int, seed: int) -> NDArray[np.int64]:
    """The rows to train ``count`` clusters on: all of ``size``, or 64 for each cluster."""
    if size <= 64 * count:
        return np.arange(size)
    return np.sort(np.random.default_rng(seed).choice(size, 64 * count, replace=False))


def cluster(vectors: Vectors, count: int, seed: int, rounds: int = 15) -> KMeans:
    """Cluster normalised rows."""
    import faiss

    kmeans = faiss.Kmeans(
        vectors.shape[1],
        count,
        niter=rounds,
        seed=seed or 1,
        spherical=True,
        min_points_per_centroid=1,
    )
    kmeans.train(np.ascontiguousarray(vectors))
    return KMeans(np.asarray(kmeans.centroids, np.float32))
