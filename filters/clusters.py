"""Groups of twins, the survivor of each, and the verdicts that name both.

Groups are connected components of the twin relation. The survivor is the best record by a stated
order: more claims supported, then more quotes, then the longer answer, then the smaller id. The
order of the input plays no part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from store.stages import Ruling

Pair = tuple[int, int, float]
"""Two row numbers and their similarity."""


def survivor_rank(records: pl.DataFrame) -> list[int]:
    """Rank of each row as a survivor, 0 for the best; a permutation of the rows.

    Uses the column ``support`` (share of supported claims) where there is one.
    """
    support = records["support"].to_list() if "support" in records.columns else None
    quotes, answers, ids = records["quotes"], records["answer"], records["id"]
    keys = [
        (-(support[i] or 0.0) if support else 0.0, -len(quotes[i]), -len(answers[i]), ids[i])
        for i in range(len(records))
    ]
    order = sorted(range(len(records)), key=keys.__getitem__)
    rank = [0] * len(records)
    for place, row in enumerate(order):
        rank[row] = place
    return rank


def components(size: int, pairs: Iterable[Pair]) -> NDArray[np.int32]:
    """Number of the connected component of each row."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    edges = np.array([(i, j) for i, j, _ in pairs], dtype=np.int64).reshape(-1, 2)
    ones = np.ones(len(edges), dtype=np.int8)
    graph = coo_array((ones, (edges[:, 0], edges[:, 1])), shape=(size, size))
    labels: NDArray[np.int32] = connected_components(graph, directed=False)[1]
    return labels


def keep_one(
    records: pl.DataFrame,
    pairs: Sequence[Pair],
    reason: str,
    similarity: Callable[[int, int], float],
) -> list[Ruling]:
    """One survivor per group; each other member names it and their similarity."""
    if not pairs:
        return [Ruling()] * len(records)
    rank = survivor_rank(records)
    label = components(len(records), pairs)
    best: dict[int, int] = {}
    for row in sorted(range(len(records)), key=rank.__getitem__):
        best.setdefault(int(label[row]), row)
    ids = records["id"].to_list()
    rulings = []
    for row in range(len(records)):
        kept = best[int(label[row])]
        if kept == row:
            rulings.append(Ruling())
        else:
            score = similarity(row, kept)
            rulings.append(Ruling("drop", reason, score, ids[kept], f"similarity {score:.3f}"))
    return rulings
