"""Preference pairs of a version: only repaired records that were kept, with what they replace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
from datasets import load_dataset
from store_samples import claim, content, manifest, record, rejected, released

from store.pairs import pairs_of
from store.publish import publish
from store.records import EVIDENCE, RECORDS, frame

LOSER = {"answer": "", "why": "wrong end", "margin": None}


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
    train, evidence = frame(rows, RECORDS), frame(said, EVIDENCE)
    pairs = {"train": pairs_of(train, lost, evidence)}
    splits = {**made.splits, "train": train}
    full = replace(made, splits=splits, rejected=lost, evidence=evidence, pairs=pairs)
    version = publish(tmp_path, "small", full, manifest())
    (found,) = load_dataset(str(version.path), "preference", split="train").to_list()
    assert found == {
        "id": "r0002/0",
        "prompt": [{"role": "user", "content": record(2).question}],
        "chosen": [{"role": "assistant", "content": record(2).answer}],
        "rejected": [{"role": "assistant", "content": record(100, "dropped").answer}],
        "why": "too_short",
        "margin": None,
        "failed_claims": ["wrong"],
        "method": record(2).method,
        "style": record(2).style,
        "record_id": "r0002",
        "rejected_id": "r0100",
    }
    assert '"preference")' in (version.path / "README.md").read_text()


def test_worse_answers_of_a_record_are_pairs_too() -> None:
    losers = ({"answer": "a", "why": "too vague", "margin": 0.25}, {**LOSER, "answer": "b"})
    rows = frame([record(1, losers=losers).row(), record(2).row()], RECORDS)
    pairs = pairs_of(rows, rejected([]), frame([], EVIDENCE))
    assert [row["rejected"][0]["content"] for row in pairs.to_dicts()] == ["a", "b"]
    assert pairs["margin"].to_list() == [0.25, None] and set(pairs["record_id"]) == {"r0001"}


def test_a_version_without_repairs_has_no_pairs(tmp_path: Path) -> None:
    version = released(tmp_path)
    assert not [name for name in version.manifest["files"] if name.startswith("preference/")]
