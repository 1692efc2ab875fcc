"""Copies in meaning, by the cosine similarity of embeddings.

Follows SemDeDup (arXiv 2303.09540) in the criterion. The best of a group is kept, rather than the
one nearest to a centroid, and texts that differ in their specifics are no twins however near.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from configs.filters import SemanticDedup
from filters.clusters import NO_PAIRS, Pairs, keep_one, survivor_rank, survivors
from filters.cosine import close_pairs, cosine
from filters.scope import in_order_of
from filters.specifics import Statements
from store.stages import Context, Progress, Ruling, Stage, Vectors, judged, silent, stage


@stage("semantic", version="3", scope="set")
def semantic(settings: SemanticDedup, context: Context) -> Stage:
    """Drops all but the best of records whose embeddings are close and whose specifics agree."""

    def rule(rows: pl.DataFrame) -> list[Ruling]:
        vectors = vectors_of(rows)
        pairs, recall = semantic_pairs(rows, vectors, settings, context.seed, context.progress)
        rulings = keep_one(
            rows,
            pairs,
            settings.groups,
            "semantic_duplicate",
            lambda left, right: cosine(vectors, left, right),
        )
        if recall is None or recall == 1.0:
            return rulings
        note = f"; by cells, which found {recall:.1%} of the pairs of a sample"
        return [replace(one, detail=one.detail + note) if one.reason else one for one in rulings]

    return lambda records: judged(
        "semantic", records, in_order_of(records, context, rule, "embedding")
    )


def vectors_of(records: pl.DataFrame) -> Vectors:
    """The column ``embedding`` as a matrix of its own type, one sound row per record."""
    return sound(records["embedding"].to_numpy()) if len(records) else np.zeros((0, 1), np.float32)


def sound(matrix: Vectors) -> Vectors:
    """Normalised rows; those that are not finite become zeros, which are similar to nothing."""
    starts = range(0, len(matrix), 50_000)
    if not starts:
        return matrix
    finite = [np.isfinite(matrix[start : start + 50_000]).all(axis=1) for start in starts]
    odd = np.flatnonzero(~np.concatenate(finite))
    if len(odd):
        matrix = matrix.copy()
        matrix[odd] = 0
    return matrix


def semantic_pairs(
    records: pl.DataFrame,
    vectors: Vectors,
    settings: SemanticDedup,
    seed: int = 7,
    progress: Progress = silent,
) -> tuple[Pairs, float | None]:
    """Twins at or above the threshold, and the measured recall of the first search (see Found).
    Where so many records are alike that some pairs were left out, those that would survive are
    compared again until no twins are left.
    """
    statements = Statements(records)
    rank = np.array(survivor_rank(records))
    pairs, rows = NO_PAIRS, np.arange(len(records))
    recall: float | None = None
    while True:
        found = close_pairs(vectors, rows, settings.threshold, seed, progress)
        twins = found.pairs.where(statements.same(found.pairs.left, found.pairs.right))
        pairs = pairs.plus(twins)
        recall = found.recall if len(rows) == len(records) else recall
        if not found.crowded or not len(twins):
            return pairs, recall
        rows = np.flatnonzero(survivors(rank, pairs, settings.groups) == np.arange(len(records)))
