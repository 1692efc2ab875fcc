"""What each tier and teacher did: accepted records, what they cost, and how replies were read."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import polars as pl

from configs.recipe import Recipe
from flows.stages import alone
from store.journal import Journal
from store.replies import RUNGS


def by_tier(
    records: pl.DataFrame, verdicts: pl.DataFrame, recipe: Recipe, journal: Journal
) -> list[dict[str, Any]]:
    """Candidates, accept rate and cost per accepted record, by tier and teacher.

    Accepted is what no stage that judges records one by one has dropped: duplicates and records
    over the target say nothing of a teacher. Money is None where a price is unknown.
    """
    drops = _drops(verdicts, ["generate", *alone(recipe)])
    found = []
    for (tier, teacher), own in records.group_by("tier", "teacher", maintain_order=True):
        accepted = len(own.filter(~pl.col("id").is_in(drops["record_id"].to_list())))
        usd = journal.cost(own["request_keys"].explode().drop_nulls().to_list())["usd"]
        found.append(
            {
                "tier": tier,
                "teacher": teacher,
                "candidates": len(own),
                "escalated": len(own.filter(pl.col("escalated_from") != "")),
                "repaired": len(own.filter(pl.col("repaired_from") != "")),
                "accepted": accepted,
                "accept_rate": accepted / len(own),
                "usd": usd,
                "usd_per_accepted": usd / accepted if usd is not None and accepted else None,
            }
        )
    return sorted(found, key=lambda row: (row["tier"], row["teacher"]))


def rungs(records: pl.DataFrame, verdicts: pl.DataFrame) -> list[dict[str, Any]]:
    """How the replies of each teacher were read: counts by rung of the ladder, and by reason where
    none held.
    """
    drops = _drops(verdicts, ["generate"])
    reasons = dict(drops.select("record_id", "reason").iter_rows())
    found: dict[str, Counter[str]] = {}
    for id_, teacher, text in records.select("id", "teacher", "metadata").iter_rows():
        rung = reasons.get(id_) or orjson.loads(text).get("rung", "strict")
        found.setdefault(teacher, Counter())[rung] += 1
    order: dict[str, int] = {rung: place for place, rung in enumerate(RUNGS)}
    return [
        {"teacher": teacher, "rung": rung, "replies": count}
        for teacher, counts in sorted(found.items())
        for rung, count in sorted(counts.items(), key=lambda p: (order.get(p[0], 9), p[0]))
    ]


def fields(records: pl.DataFrame, verdicts: pl.DataFrame) -> list[dict[str, Any]]:
    """Monitors of fields, over replies that could be read: how many are empty, and for fields with
    few values the entropy beside that of the seeds. A model that always picks the same value shows
    here and nowhere else.
    """
    unread = _drops(verdicts, ["generate"])["record_id"].to_list()
    read = records.filter(~pl.col("id").is_in(unread))
    count = max(len(read), 1)
    empty = {
        "quotes": (read["quotes"].list.len() == 0).sum(),
        "question": (read["question"].str.strip_chars() == "").sum(),
        "answer": (read["answer"].str.strip_chars() == "").sum(),
        "style": 0,
    }
    entropies = {"style": (_entropy(read["style"]), _entropy(records["style"]))}
    return [
        {
            "field": name,
            "empty": missing / count,
            "entropy": entropies.get(name, (None, None))[0],
            "entropy_of_seeds": entropies.get(name, (None, None))[1],
        }
        for name, missing in empty.items()
    ]


def _drops(verdicts: pl.DataFrame, stages: Sequence[str]) -> pl.DataFrame:
    return verdicts.filter((pl.col("decision") == "drop") & pl.col("stage").is_in(stages))


def _entropy(values: pl.Series) -> float:
    """Shannon entropy in bits."""
    counts: Mapping[Any, int] = Counter(values.to_list())
    total = sum(counts.values())
    return -sum(n / total * math.log2(n / total) for n in counts.values()) if total else 0.0
