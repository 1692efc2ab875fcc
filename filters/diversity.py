"""Choosing the target number so that the whole stays covered.

Choosing for spread alone prefers outliers. So each source document first keeps its share, then
clusters of meaning are filled by quota, and only inside a cluster is spread sought (farthest-first
traversal, Gonzalez 1985).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from configs.filters import Diversity
from filters.clusters import survivor_rank
from filters.semantic import vectors_of
from store.kmeans import cluster
from store.stages import Context, Judged, Ruling, Stage, Vectors, judged, stage


@stage("diversity", version="1", scope="set")
def diversity(settings: Diversity, context: Context) -> Stage:
    """Keeps ``context.target`` records; the others are dropped as ``over_target``."""

    def apply(records: pl.DataFrame) -> Judged:
        target = min(context.target, len(records))
        if target == len(records):
            return judged("diversity", records, [Ruling()] * len(records))
        # Rows are looked at in an order of their own, so that the input's order plays no part.
        order = np.argsort(np.array(records["id"].to_list()))
        chosen = set(order[_choose(records[order], target, settings, context.seed)].tolist())
        rulings = [
            Ruling()
            if row in chosen
            else Ruling("drop", "over_target", witness="diversity", detail=f"target {target}")
            for row in range(len(records))
        ]
        return judged("diversity", records, rulings)

    return apply


def _choose(records: pl.DataFrame, target: int, settings: Diversity, seed: int) -> list[int]:
    """Row numbers of the chosen records."""
    vectors = vectors_of(records)
    rank = survivor_rank(records)
    clusters = settings.clusters or max(1, round(len(records) ** 0.5))
    label = cluster(vectors, min(clusters, len(records)), seed)(vectors)
    sources = [sources[0]["document_id"] for sources in records["sources"].to_list()]
    chosen = _from_each_source(sources, label, rank, settings.min_per_source, target)
    quotas = _quotas(label, chosen, target)
    for number, quota in quotas.items():
        members = np.flatnonzero(label == number)
        chosen += _spread(vectors, members, [i for i in chosen if label[i] == number], quota, rank)
    return chosen


def _from_each_source(
    sources: Sequence[str], label: NDArray[np.int64], rank: Sequence[int], count: int, target: int
) -> list[int]:
    """Up to ``count`` best records of every source, in rounds over the sources."""
    members: dict[str, list[int]] = defaultdict(list)
    for row in sorted(range(len(sources)), key=rank.__getitem__):
        members[sources[row]].append(row)
    rounds = (
        row
        for place in range(count)
        for source in sorted(members, key=lambda s: (len(members[s]), s))
        for row in members[source][place : place + 1]
    )
    return [row for row, _ in zip(rounds, range(target), strict=False)]


def _quotas(label: NDArray[np.int64], chosen: Sequence[int], target: int) -> dict[int, int]:
    """How many more each cluster gives, so that all give about the same share of their rows."""
    size = np.bincount(label)
    have = np.bincount(label[list(chosen)], minlength=len(size))
    quota = np.zeros(len(size), dtype=np.int64)
    for _ in range(target - len(chosen)):
        room = have + quota < size
        share = np.where(room, (have + quota + 0.5) / np.maximum(size, 1), np.inf)
        quota[int(np.argmin(share))] += 1
    return {number: int(count) for number, count in enumerate(quota) if count}


def _spread(
    vectors: Vectors,
    members: NDArray[np.int64],
    chosen: Sequence[int],
    count: int,
    rank: Sequence[int],
) -> list[int]:
    """``count`` members far from each other and from those chosen already."""
    taken: list[int] = []
    if not chosen:
        centre = vectors[members].mean(axis=0)
        taken.append(int(members[int(np.argmax(vectors[members] @ centre))]))
    nearest = np.max(vectors[members] @ vectors[[*chosen, *taken]].T, axis=1)
    out = np.isin(members, [*chosen, *taken])
    tie = np.array([rank[i] for i in members]) * 1e-9
    while len(taken) < count:
        pick = int(np.argmin(np.where(out, np.inf, nearest + tie)))
        taken.append(int(members[pick]))
        out[pick] = True
        nearest = np.maximum(nearest, vectors[members] @ vectors[members[pick]])
    return taken
