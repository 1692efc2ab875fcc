"""Preference pairs: kept answers beside worse ones to the same question, as trainers read them.

The columns ``prompt``, ``chosen`` and ``rejected`` are chat messages, the conversational preference
format of TRL's DPO trainer (Rafailov et al. 2023, arXiv 2305.18290).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
import pyarrow as pa

from store.records import MESSAGE, frame

PAIRS = pa.schema(
    [
        ("id", pa.string()),
        ("prompt", pa.list_(MESSAGE)),
        ("chosen", pa.list_(MESSAGE)),
        ("rejected", pa.list_(MESSAGE)),
        ("why", pa.string()),
        ("margin", pa.float64()),
        ("failed_claims", pa.list_(pa.string())),
        ("method", pa.string()),
        ("style", pa.string()),
        ("record_id", pa.string()),
        ("rejected_id", pa.string()),
    ]
)
"""One pair. ``margin`` is by how much of a scale from 0 to 1 the rejected answer is worse, null
where nothing measured it; ``rejected_id`` is the dropped record that gave it, empty where it never
was a record, and ``failed_claims`` those claims of it that were not supported."""


def pairs_of(kept: pl.DataFrame, rejected: pl.DataFrame, evidence: pl.DataFrame) -> pl.DataFrame:
    """The pairs of kept records: with the worse answers that came with them, and for one that was
    repaired with the version that failed last. In the order of the records.
    """
    unsupported = evidence.filter(pl.col("verdict") != "supported")
    claims = dict(unsupported.group_by("record_id").agg("claim").iter_rows())
    failed = {row["id"]: row for row in rejected.select("id", "answer", "reason").to_dicts()}
    wanted = (pl.col("losers").list.len() > 0) | (pl.col("repaired_from") != "")
    rows = [
        pair
        for row in kept.filter(wanted).to_dicts()
        for pair in _pairs(row, failed.get(row["repaired_from"]), claims)
    ]
    return frame(rows, PAIRS)


def _pairs(
    row: Mapping[str, Any], failed: Mapping[str, Any] | None, claims: Mapping[str, list[str]]
) -> Iterator[dict[str, Any]]:
    losers = [{"id": "", **loser} for loser in row["losers"]]
    if failed is not None:
        lost = {"answer": failed["answer"], "why": failed["reason"], "margin": None}
        losers.append({"id": failed["id"], **lost})
    for number, loser in enumerate(losers):
        yield {
            "id": f"{row['id']}/{number}",
            "prompt": row["messages"][:-1],
            "chosen": row["messages"][-1:],
            "rejected": [{"role": "assistant", "content": loser["answer"]}],
            "why": loser["why"],
            "margin": loser["margin"],
            "failed_claims": claims.get(loser["id"], []),
            "method": row["method"],
            "style": row["style"],
            "record_id": row["id"],
            "rejected_id": loser["id"],
        }
