"""Choosing the target number so that the whole stays covered, its rare parts too.

Each source document first keeps its share, then each bucket its quota; the rest of the places go
to the records that add most to the coverage of all. A bucket is a cluster of meaning, or the
value of a column.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray

from configs.filters import Diversity
from filters.clusters import survivor_rank
from filters.facility import Rows, blocks, meaning, nearest, worth
from filters.semantic import vectors_of
from store.stages import Context, Judged, Ruling, Stage, Vectors, judged, stage


@stage("diversity", version="2", scope="set")
def diversity(settings: Diversity, context: Context) -> Stage:
    """Keeps ``context.target`` records; the others are dropped as ``over_target``.

    A bucket loses at most ``max_loss`` of its fair number of records. Where there is no room for
    that, those that are kept of it are flagged as ``rare_cluster_thinned``.
    """

    def apply(records: pl.DataFrame) -> Judged:
        target = min(context.target, len(records))
        if target == len(records):
            return judged("diversity", records, [Ruling()] * len(records))
        # Rows are looked at in an order of their own, so that the input's order plays no part.
        order = np.argsort(np.array(records["id"].to_list()))
        rulings = _choose(records[order], target, settings, context.seed)
        return judged("diversity", records, [rulings[i] for i in np.argsort(order)])

    return apply


def _choose(records: pl.DataFrame, target: int, settings: Diversity, seed: int) -> list[Ruling]:
    """A ruling for each record."""
    vectors, rank = vectors_of(records), np.array(survivor_rank(records))
    clusters = settings.clusters or max(1, round(len(records) ** 0.5))
    label = meaning(vectors, clusters, seed)
    parts = blocks(vectors, label, seed)
    first = _from_each_source(records, rank, settings.min_per_source, target)
    adds = np.empty(len(records))
    for rows in parts:
        # Those of the sources come first, in their order, then the better records.
        rows = rows[np.lexsort((rank[rows], first[rows]))]
        adds[rows] = worth(vectors[rows], int((first[rows] < target).sum()))
    buckets = _buckets(records, label, settings.buckets)
    preferred = np.lexsort((rank, -adds, first))
    place = _places(preferred, buckets.number)
    quota = _quotas(buckets.size, target, settings.max_loss)
    wanted = place < quota[buckets.number]
    chosen = np.lexsort((rank, -adds, place > 0, ~wanted, first))[:target]
    kept = np.zeros(len(records), bool)
    kept[chosen] = True
    return _rulings(records["id"].to_list(), kept, buckets, quota, _twins(vectors, parts, kept))


@dataclass(frozen=True)
class _Buckets:
    """The number of each row's bucket, and of each bucket its name and size."""

    number: Rows
    names: Sequence[str]
    size: Rows


def _buckets(records: pl.DataFrame, label: Rows, by: str) -> _Buckets:
    """Buckets of the rows. What has no value in a field of the metadata shares a bucket."""
    if by == "cluster":
        names = [f"cluster {number}" for number in range(int(label.max()) + 1)]
        return _Buckets(label, names, np.bincount(label))
    if by == "document":
        values = [sources[0]["document_id"] for sources in records["sources"].to_list()]
    elif by.startswith("metadata."):
        field = by.removeprefix("metadata.")
        values = [_field(text, field) for text in records["metadata"].to_list()]
    else:
        values = records[by].to_list()
    found, number = np.unique(np.array(values, dtype=str), return_inverse=True)
    kind = by.removeprefix("metadata.")
    return _Buckets(number, [f"{kind} {name or '(none)'}" for name in found], np.bincount(number))


def _field(text: str, name: str) -> str:
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError:
        return ""
    value = data.get(name) if isinstance(data, dict) else None
    return "" if value is None else str(value)


def _from_each_source(
    records: pl.DataFrame, rank: NDArray[np.int64], count: int, target: int
) -> NDArray[np.int64]:
    """Turn of each row among the up to ``count`` best records of every source, in rounds over the
    sources; ``target`` for those that have none.
    """
    sources = [sources[0]["document_id"] for sources in records["sources"].to_list()]
    members: dict[str, list[int]] = defaultdict(list)
    for row in np.argsort(rank).tolist():
        members[sources[row]].append(row)
    rounds = [
        row
        for place in range(count)
        for source in sorted(members, key=lambda s: (len(members[s]), s))
        for row in members[source][place : place + 1]
    ]
    turn = np.full(len(rank), target)
    turn[rounds[:target]] = np.arange(len(rounds[:target]))
    return turn


def _quotas(size: Rows, target: int, max_loss: float) -> Rows:
    """Places each bucket is sure of: one, and of its fair share all but ``max_loss``.

    They fit into the target wherever one of each does; a larger bucket yields to that.
    """
    share = min((1 - max_loss) * target, max(0, target - len(size))) / size.sum()
    quota: Rows = np.maximum(1, np.floor(share * size)).astype(np.int64)
    return quota


def _places(order: Rows, number: Rows) -> Rows:
    """Place of each row within its bucket, when rows are taken in this order."""
    by_bucket = order[np.argsort(number[order], kind="stable")]
    start = np.cumsum(np.bincount(number)) - np.bincount(number)
    place = np.empty(len(order), np.int64)
    place[by_bucket] = np.arange(len(order)) - start[number[by_bucket]]
    return place


def _twins(
    vectors: Vectors, parts: Sequence[Rows], kept: NDArray[np.bool_]
) -> dict[int, tuple[int, float]]:
    """The kept row nearest to each dropped one of the same block, and their similarity."""
    found: dict[int, tuple[int, float]] = {}
    for rows in parts:
        gone, near, score = nearest(vectors, rows, kept)
        found |= zip(gone.tolist(), zip(near.tolist(), score.tolist(), strict=True), strict=True)
    return found


def _rulings(
    ids: Sequence[str],
    kept: NDArray[np.bool_],
    buckets: _Buckets,
    quota: Rows,
    twins: dict[int, tuple[int, float]],
) -> list[Ruling]:
    have = np.bincount(buckets.number[kept], minlength=len(quota))
    said = [
        f"{name} keeps {have[i]:,} of {buckets.size[i]:,}"
        + (f", fewer than its quota of {quota[i]:,}" if have[i] < quota[i] else "")
        for i, name in enumerate(buckets.names)
    ]
    thin = have < quota
    rulings = []
    for row, bucket in enumerate(buckets.number.tolist()):
        if not kept[row]:
            near, score = twins.get(row, (None, None))
            witness = "" if near is None else ids[near]
            rulings.append(Ruling("drop", "over_target", score, witness, said[bucket]))
        elif thin[bucket]:
            rulings.append(Ruling("flag", "rare_cluster_thinned", detail=said[bucket]))
        else:
            rulings.append(Ruling())
    return rulings
