"""Preference pairs of a version: only repaired records that were kept, with what they replace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
from store_samples import claim, content, manifest, record, rejected, released

from store.pairs import preference_pairs
from store.publish import publish
from store.records import EVIDENCE, RECORDS, frame


def test_a_pair_is_a_kept_record_and_the_version_that_failed(tmp_path: Path) -> None:
    made = content(dropped=3)
    rows = [record(n, repaired_from="r0100" if n == 2 else "").row() for n in range(4)]
    lost = rejected([100, 101]).with_columns(
        repaired_from=pl.when(pl.col("id") == "r0101").then(pl.lit("r0100")).otherwise(pl.lit(""))
    )
    said = [
        {**claim(100), "claim": "wrong", "verdict": "contradicted"},
        {**claim(100), "claim": "right", "verdict": "supported"},
        {**claim(2), "claim": "doubted", "verdict": "not_found"},
    ]
    splits = {**made.splits, "train": frame(rows, RECORDS)}
    full = replace(made, splits=splits, rejected=lost, evidence=frame(said, EVIDENCE))
    pairs = preference_pairs(publish(tmp_path, "small", full, manifest()))
    assert pairs.to_dicts() == [
        {
            "prompt": "What is number 100?",
            "chosen": record(2).answer,
            "rejected": record(100, "dropped").answer,
            "chosen_id": "r0002",
            "rejected_id": "r0100",
            "reason": "too_short",
            "failed_claims": ["wrong"],
        }
    ]


def test_a_version_without_repairs_has_no_pairs(tmp_path: Path) -> None:
    assert preference_pairs(released(tmp_path)).is_empty()
