from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import datasets
import pytest
from store_samples import content, manifest, released, undated

from store.publish import publish
from store.records import EVIDENCE, RECORDS, REJECTED, VERDICTS, polars_schema
from store.versions import Version

Load = Callable[..., Any]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Loads a version as a user would, with one cache for the whole test."""
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    datasets.disable_progress_bars()

    def call(version: Version, *config: str) -> Any:
        return datasets.load_dataset(str(version.path), *config, cache_dir=str(tmp_path / "cache"))

    return call


def test_splits_and_features_are_those_of_the_records(tmp_path: Path, load: Load) -> None:
    data = load(released(tmp_path))
    assert {name: len(rows) for name, rows in data.items()} == {
        "train": 4,
        "validation": 1,
        "test": 1,
    }
    wanted = datasets.Features.from_arrow_schema(RECORDS)
    assert all(rows.features == wanted for rows in data.values())
    row = data["train"][0]
    assert row["messages"][1] == {"role": "assistant", "content": row["answer"]}
    assert row["sources"][0]["document_id"] == "d0"
    assert row["valid_as_of"] == date(2024, 6, 30)


@pytest.mark.parametrize(
    ("config", "rows", "schema"),
    [("rejected", 2, REJECTED), ("evidence", 6, EVIDENCE), ("verdicts", 8, VERDICTS)],
)
def test_the_other_tables_are_configurations(
    tmp_path: Path, load: Load, config: str, rows: int, schema: Any
) -> None:
    data = load(released(tmp_path), config)
    assert list(data) == ["train"]
    assert len(data["train"]) == rows
    assert data["train"].features == datasets.Features.from_arrow_schema(schema)


def test_the_probes_are_a_configuration(tmp_path: Path, load: Load) -> None:
    data = load(released(tmp_path), "probes")
    assert data["train"]["metric"][:] == ["vendi"]


def test_a_version_without_rejected_rows_loads(tmp_path: Path, load: Load) -> None:
    version = released(tmp_path, dropped=0)
    assert len(load(version)["train"]) == 4
    with pytest.raises(ValueError, match="BuilderConfig 'rejected' not found"):
        load(version, "rejected")  # `datasets` cannot load a split without rows
    assert version.table("rejected").schema == polars_schema(REJECTED)


def test_a_version_without_dates_loads(tmp_path: Path, load: Load) -> None:
    data = load(publish(tmp_path, "small", undated(), manifest()))
    assert data["train"].features["valid_as_of"].dtype == "date32"
    assert data["train"]["valid_as_of"][:] == [None] * 4


def test_a_single_split_loads(tmp_path: Path, load: Load) -> None:
    made = content()
    alone = replace(made, splits={"train": made.splits["train"]})
    data = load(publish(tmp_path, "small", alone, manifest()))
    assert {name: len(rows) for name, rows in data.items()} == {"train": 4}


def test_a_table_of_several_files_loads_in_order(
    tmp_path: Path, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.version_tables._ROWS_PER_FILE", 3)
    data = load(released(tmp_path, train=8))
    assert data["train"]["id"][:] == [f"r{n:04}" for n in range(8)]


def test_the_cache_never_gives_rows_of_another_version(tmp_path: Path, load: Load) -> None:
    made = {
        (name, say): released(tmp_path, name, say=say)
        for name in ("small", "other")
        for say in ("alpha", "gamma", "delta")
    }
    for config in ((), ("default",)):
        for (_, say), version in made.items():
            answers = load(version, *config)["train"]["answer"][:]
            assert answers == [f"The {say} number {n} | is <b>fine</b>." for n in range(4)]


def test_the_cache_knows_a_version_of_the_same_name_elsewhere(tmp_path: Path, load: Load) -> None:
    for say in ("alpha", "gamma"):
        version = released(tmp_path / say, say=say)
        assert version.name == "small-v1"
        assert load(version)["test"]["answer"][:] == [f"The {say} number 5 | is <b>fine</b>."]


def test_the_cache_knows_a_version_made_anew_in_the_same_place(tmp_path: Path, load: Load) -> None:
    for say in ("alpha", "gamma"):
        version = released(tmp_path / "out", say=say)
        assert load(version)["test"]["answer"][:] == [f"The {say} number 5 | is <b>fine</b>."]
        (tmp_path / "out").rename(tmp_path / f"moved-{say}")
