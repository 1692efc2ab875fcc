"""Groups of twins, the survivor of each, and the verdicts that name both.

The survivor is the best record by a stated order: more claims supported, then the better score of a
judge, then more quotes, then the longer answer, then the smaller id. The order of the input plays
no part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from store.stages import Ruling

Shape = Literal["connected", "star"]
Rows = NDArray[np.int64]
Similarity = Callable[[Rows, Rows], NDArray[np.float64]]
"""Similarities of rows to rows, pair by pair."""


@dataclass(frozen=True)
class Pairs:
    """Twins: row numbers ``left`` < ``right`` and their similarity, each pair once."""

    left: Rows
    right: Rows
    score: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.left)

    def where(self, keep: NDArray[np.bool_]) -> Pairs:
        """Those pairs for which ``keep`` holds."""
        return Pairs(self.left[keep], self.right[keep], self.score[keep])

    def plus(self, more: Pairs) -> Pairs:
        """These pairs and others."""
        return Pairs(
            np.concatenate([self.left, more.left]),
            np.concatenate([self.right, more.right]),
            np.concatenate([self.score, more.score]),
        )


NO_PAIRS = Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


def survivor_rank(records: pl.DataFrame) -> list[int]:
    """Rank of each row as a survivor, 0 for the best; a permutation of the rows.

    Uses the columns ``reference`` (true for what was published or written by people before),
    ``support`` (share of supported claims) and ``quality`` (a judge's score) where they are there.
    """
    wanted = {"reference": False, "support": 0.0, "quality": 0.0}
    keys = records.select(
        *(
            pl.col(name).fill_null(least) if name in records.columns else pl.lit(least).alias(name)
            for name, least in wanted.items()
        ),
        quotes=pl.col("quotes").list.len(),
        length=pl.col("answer").fill_null("").str.len_chars(),
        id=pl.col("id"),
        row=pl.int_range(pl.len()),
    )
    order = keys.sort(
        ["reference", "support", "quality", "quotes", "length", "id"],
        descending=[True, True, True, True, True, False],
    )["row"].to_numpy()
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    ranks: list[int] = rank.tolist()
    return ranks


def survivors(rank: Rows, pairs: Pairs, shape: Shape) -> Rows:
    """The row that stands for each row: itself, if it is kept.

    ``connected`` groups all that hang together by any chain of twins; raising the threshold then
    never drops more. In ``star`` groups each loser is a twin of its survivor itself.
    """
    if shape == "connected":
        return _connected(rank, pairs)
    return _stars(rank, pairs)


def _connected(rank: Rows, pairs: Pairs) -> Rows:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ones = np.ones(len(pairs), dtype=np.int8)
    graph = coo_array((ones, (pairs.left, pairs.right)), shape=(len(rank), len(rank)))
    label = connected_components(graph, directed=False)[1]
    order = np.argsort(rank)
    _, first = np.unique(label[order], return_index=True)
    best: Rows = order[first][label]
    return best


def _stars(rank: Rows, pairs: Pairs) -> Rows:
    """From the best row on: a row that nobody has dropped is kept, and drops its twins."""
    swap = rank[pairs.left] > rank[pairs.right]
    better = np.where(swap, pairs.right, pairs.left)
    worse = np.where(swap, pairs.left, pairs.right)
    standing = np.arange(len(rank))
    for place in np.lexsort((-pairs.score, rank[better])):
        one, two = better[place], worse[place]
        if standing[one] == one and standing[two] == two:
            standing[two] = one
    return standing


def keep_one(
    records: pl.DataFrame, pairs: Pairs, shape: Shape, reason: str, similarity: Similarity
) -> list[Ruling]:
    """One survivor per group; each other member names it, their similarity, and the twin that
    links it to the group where the survivor itself is no twin.
    """
    rulings = [Ruling()] * len(records)
    if not len(pairs):
        return rulings
    stands = survivors(np.array(survivor_rank(records)), pairs, shape)
    losers = np.flatnonzero(stands != np.arange(len(stands)))
    scores, apart = _scores(pairs, losers, stands[losers], similarity)
    nearest, link = _links(pairs, len(records))
    ids = records["id"].to_list()
    sets = records["set"].to_list() if "set" in records.columns else None
    places = zip(losers.tolist(), stands[losers].tolist(), scores, apart.tolist(), strict=True)
    for row, kept, score, linked in places:
        detail = f"similarity {score:.3f}"
        if linked:
            detail += f", linked by {ids[link[row]]} ({nearest[row]:.3f})"
        if sets is not None and sets[kept]:
            detail += f", in {sets[kept]}"
        rulings[row] = Ruling("drop", reason, float(score), ids[kept], detail)
    return rulings


def _scores(
    pairs: Pairs, losers: Rows, kept: Rows, similarity: Similarity
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Similarity of each loser to its survivor, and whether they are no pair themselves."""
    size = int(max(pairs.right.max(), pairs.left.max(), losers.max(initial=0))) + 1
    codes = pairs.left * size + pairs.right
    order = np.argsort(codes)
    wanted = np.minimum(losers, kept) * size + np.maximum(losers, kept)
    at = order[np.searchsorted(codes[order], wanted).clip(max=len(codes) - 1)]
    scores: NDArray[np.float64] = pairs.score[at]
    apart: NDArray[np.bool_] = codes[at] != wanted
    scores[apart] = similarity(losers[apart], kept[apart])
    return scores, apart


def _links(pairs: Pairs, count: int) -> tuple[NDArray[np.float64], Rows]:
    """Similarity of each row's nearest twin, and that twin."""
    nearest, link = np.zeros(count), np.full(count, -1)
    ends = np.concatenate([pairs.left, pairs.right])
    others = np.concatenate([pairs.right, pairs.left])
    scores = np.concatenate([pairs.score, pairs.score])
    order = np.lexsort((others, scores))
    nearest[ends[order]] = scores[order]
    link[ends[order]] = others[order]
    return nearest, link
