"""Clusters of meaning: spherical k-means with faiss, deterministic for a seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from store.stages import Vectors


@dataclass(frozen=True)
class Clusters:
    """Centroids, one normalised row each. Called with rows, it gives the nearest of each."""

    centroids: Vectors

    def __call__(self, rows: Vectors) -> NDArray[np.int64]:
        """Number of the nearest cluster of each row."""
        import faiss

        index = faiss.IndexFlatIP(self.centroids.shape[1])
        index.add(self.centroids)
        nearest: NDArray[np.int64] = index.search(np.ascontiguousarray(rows), 1)[1][:, 0]
        return nearest


def cluster(vectors: Vectors, count: int, seed: int, rounds: int = 15) -> Clusters:
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
    return Clusters(np.asarray(kmeans.centroids, np.float32))
