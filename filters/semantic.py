"""Copies in meaning, by exact cosine similarity of embeddings, searched in blocks with faiss.

Follows SemDeDup (arXiv 2303.09540) in the criterion, not in its clustering: every pair above the
threshold is found, and the best of a group is kept rather than the one nearest to a centroid.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from configs.filters import SemanticDedup
from filters.clusters import Pair, keep_one
from filters.specifics import same_specifics, specifics
from store.stages import Context, Judged, Stage, Vectors, judged, stage


@stage("semantic", version="1", scope="set")
def semantic(settings: SemanticDedup, context: Context) -> Stage:
    """Drops all but the best of records whose embeddings are close and whose specifics agree."""

    def apply(records: pl.DataFrame) -> Judged:
        vectors = vectors_of(records)
        texts = records.select("question", "answer").iter_rows()
        marks = [specifics(f"{q}\n{a}") for q, a in texts]
        pairs = [
            (i, j, score)
            for i, j, score in close_pairs(vectors, settings.threshold)
            if same_specifics(marks[i], marks[j])
        ]
        rulings = keep_one(
            records, pairs, "semantic_duplicate", lambda i, j: float(vectors[i] @ vectors[j])
        )
        return judged("semantic", records, rulings)

    return apply


def vectors_of(records: pl.DataFrame) -> Vectors:
    """The column ``embedding`` as a float32 matrix, one normalised row per record.

    Rows that are not finite become zeros, which are similar to nothing.
    """
    if not len(records):
        return np.zeros((0, 1), np.float32)
    matrix = np.array(records["embedding"].to_numpy(), dtype=np.float32, order="C")
    matrix[~np.isfinite(matrix).all(axis=1)] = 0.0
    return matrix


def close_pairs(vectors: Vectors, threshold: float) -> list[Pair]:
    """All pairs of rows with a cosine similarity at or above the threshold, in a fixed order."""
    if len(vectors) < 2:
        return []
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    # range_search is strict and counts in float32, so the radius is a hair of that below.
    radius = np.nextafter(np.float32(threshold), np.float32(0))
    limits, scores, found = index.range_search(vectors, float(radius))
    left = np.repeat(np.arange(len(vectors)), np.diff(limits).astype(np.int64))
    keep = left < found
    order = np.lexsort((found[keep], left[keep]))
    rows = zip(left[keep][order], found[keep][order], scores[keep][order], strict=True)
    return [(int(i), int(j), float(score)) for i, j, score in rows]
