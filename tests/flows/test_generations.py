"""What is read of earlier generations, however old or damaged they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
from store_samples import content, manifest

from flows.generations import ancestors
from store.publish import publish
from store.versions import Version
from verifiers.collapse import SCHEMA


def published(root: Path, accuracy: float | None) -> Version:
    """The next version; without an accuracy its panel is one of before there was any."""
    made = content(f"answer of {accuracy}")
    if accuracy is not None:
        span = {"low": accuracy - 0.1, "high": accuracy + 0.1}
        own = {"metric": "claim_accuracy", "reference": "", "value": accuracy, **span}
        rows = [own, {**own, "reference": "parent"}, {**own, "metric": "vendi"}]
        made = replace(made, probes=pl.DataFrame(rows, schema=SCHEMA))
    return publish(root, "small", made, manifest())


def test_generations_come_oldest_first_and_older_panels_are_skipped(tmp_path: Path) -> None:
    for accuracy in (0.9, None, 0.7):
        last = published(tmp_path, accuracy)
    found = ancestors(last)
    assert [each["version"] for each in found] == [1, 3]
    assert [each["figures"]["claim_accuracy"]["value"] for each in found] == [0.9, 0.7]
    assert found[0]["figures"] == {"claim_accuracy": {"value": 0.9, "low": 0.8, "high": 1.0}}


def test_ten_generations_are_enough(tmp_path: Path) -> None:
    for step in range(12):
        last = published(tmp_path, 0.5 + step / 100)
    assert [each["version"] for each in ancestors(last)] == list(range(3, 13))


def test_a_damaged_ancestor_is_left_out(tmp_path: Path) -> None:
    first, last = published(tmp_path, 0.9), published(tmp_path, 0.8)
    next((first.path / "probes").glob("*.parquet")).write_bytes(b"nothing")
    assert [each["version"] for each in ancestors(last)] == [2]
    (first.path / "manifest.json").unlink()
    assert [each["version"] for each in ancestors(Version(last.path))] == [2]
    assert ancestors(None) == []
