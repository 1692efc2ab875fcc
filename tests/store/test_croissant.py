"""Croissant metadata: MLCommons' own reader takes it, and reads with it the rows that are there."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import mlcroissant
import orjson
import pytest
from store_samples import content, manifest, records, released

from store.checks import verify
from store.croissant import CROISSANT
from store.formats.export import export_version
from store.formats.wanted import Wanted
from store.publish import publish
from store.versions import Version

# What mlcroissant calls of rdflib and pandas is deprecated there.
pytestmark = [
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The inplace keyword:DeprecationWarning"),
]


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Version:
    made = content(train=7)
    train = records(
        range(7),
        valid_as_of=None,
        losers=({"answer": "No.", "why": "short", "margin": None},),
        quotes=(),
        model="α",
    )
    whole = replace(made, splits={**made.splits, "train": train}, variants={"real_50": train})
    return publish(tmp_path_factory.mktemp("out"), "small", whole, manifest())


@pytest.fixture
def reader(version: Version, caplog: pytest.LogCaptureFixture) -> Iterator[Any]:
    """MLCommons' reader of the metadata; it must have nothing to warn of."""
    with caplog.at_level(logging.WARNING):
        found = mlcroissant.Dataset(jsonld=str(version.path / CROISSANT))
        assert not found.metadata.ctx.issues.errors and not found.metadata.ctx.issues.warnings
        yield found
    assert not caplog.records


def plain(value: Any) -> Any:
    """What mlcroissant read, as PyArrow gives it: text for bytes, names without their place."""
    if isinstance(value, dict):
        return {key.rpartition("/")[2]: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, bytes):
        return value.decode()
    if hasattr(value, "to_pydatetime"):
        return value.date()
    return value.item() if hasattr(value, "item") else value


@pytest.mark.parametrize("config", ["default", "real_50", "rejected", "evidence", "verdicts"])
def test_the_rows_are_those_of_the_files(version: Version, reader: Any, config: str) -> None:
    folder = {"default": "data", "real_50": "variants"}.get(config, config)
    wanted = version.table(folder).to_dicts()
    found = [plain(dict(row)) for row in reader.records(record_set=config)]
    if config != "default":
        assert {row.pop("split") for row in found} == {"train"}
    assert found == wanted


def test_every_table_with_rows_has_a_record_set(version: Version, reader: Any) -> None:
    names = [one.id for one in reader.metadata.record_sets]
    assert names == ["splits", "default", "rejected", "evidence", "verdicts", "real_50", "probes"]
    splits = [plain(dict(row)) for row in reader.records(record_set="splits")]
    assert splits == [{"name": name} for name in ("train", "validation", "test")]


def test_files_stand_in_it_with_their_hashes(version: Version, reader: Any) -> None:
    found = {one.content_url: one.sha256 for one in reader.metadata.file_objects}
    tables = {name: facts for name, facts in version.files.items() if name.endswith(".parquet")}
    passages = version.tables("passages")
    assert found == {name: facts["sha256"] for name, facts in tables.items()}
    assert passages and not any(name in one.includes for one in reader.metadata.file_sets
                                for name in passages), "a table without rows"  # fmt: skip
    assert verify(version) == [] and CROISSANT in version.files


def test_it_says_what_people_must_know(tmp_path: Path) -> None:
    card = {
        "licence": "CC BY 4.0",
        "creator": "The river office",
        "url": "https://example.org/rivers",
        "limits": "Only rivers.",
        "intended_use": "Quizzes.",
    }
    recipe = {"language": "en", "description": "Rivers.", "name": "small", "card": card}
    said = manifest(recipe=recipe)
    metadata = metadata_of(publish(tmp_path, "small", content(), said))
    assert metadata["license"] == ["CC BY 4.0"] and metadata["version"] == "1.0.0"
    assert metadata["url"] == card["url"] and metadata["creator"]["name"] == card["creator"]
    assert metadata["datePublished"] == "2024-06-30"
    assert metadata["rai:dataUseCases"][0] == "Intended: Quizzes."
    assert metadata["rai:dataLimitations"][0] == "Only rivers."
    assert metadata["digitalSourceType"].endswith("/algorithmicMedia")
    assert "every row was made by a machine" in metadata["rai:dataCollection"]
    assert "author = {The river office}" in metadata["citeAs"]


def test_equal_versions_give_equal_bytes(tmp_path: Path) -> None:
    first, second = released(tmp_path / "one"), released(tmp_path / "two")
    assert first.read(CROISSANT) == second.read(CROISSANT)
    again = released(tmp_path / "one")
    assert again == first, "it makes no version of its own"


def metadata_of(version: Version) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(version.read(CROISSANT))
    assert date.fromisoformat(found["datePublished"])
    return found


@pytest.mark.parametrize("file_format", ["parquet", "jsonl"])
def test_an_export_has_its_own(version: Version, tmp_path: Path, file_format: Any) -> None:
    folder = tmp_path / "out"
    export_version(version, Wanted("messages", file_format), folder)
    reader = mlcroissant.Dataset(jsonld=str(folder / CROISSANT))
    assert not reader.metadata.ctx.issues.errors and not reader.metadata.ctx.issues.warnings
    rows = [plain(dict(row)) for row in reader.records(record_set="default")]
    wanted = {row["id"]: row for row in version.table("data").to_dicts()}
    assert {row["id"]: row["split"] for row in rows} == {i: r["split"] for i, r in wanted.items()}
    assert all(row["messages"] == wanted[row["id"]]["messages"] for row in rows)


def test_a_version_from_before_there_was_a_label_is_exported(tmp_path: Path) -> None:
    version = released(tmp_path)
    old = {key: said for key, said in version.manifest.items() if key != "synthetic_content"}
    (version.path / "manifest.json").write_bytes(orjson.dumps(old))
    export_version(Version(version.path), Wanted("messages"), tmp_path / "out")
    said = orjson.loads((tmp_path / "out" / CROISSANT).read_bytes())
    assert "no AI model wrote any of them" in said["rai:dataCollection"]
