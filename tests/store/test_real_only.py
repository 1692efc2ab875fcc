"""Real-only splits: whatever way rows come, none that a machine wrote gets into their files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_samples import content, manifest, record, records

from configs.errors import ConfigError, StoreCorrupt
from store.checks import verify
from store.formats.export import export_version
from store.formats.wanted import Wanted
from store.pairs import PAIRS
from store.publish import publish
from store.real import refuse_synthetic
from store.records import RECORDS, frame, to_arrow
from store.twins import TWINS
from store.version_tables import Content, write_tables
from store.versions import SCHEMAS, Version, latest, manifest_sha256

RECIPE = {"language": "en", "description": "", "name": "small"}
DECLARED = {"recipe": {**RECIPE, "splits": {"real_only": ["test"]}}}
REAL = records([8, 9], origin="human", teacher="")


def mixed(**tables: Any) -> Content:
    """Content whose test split holds real rows alone."""
    splits = {"train": pl.concat([records([0, 1]), records([7], origin="human")]), "test": REAL}
    return replace(content(), **{"splits": splits, **tables})


def twins_of(rows: pl.DataFrame, noise: list[str]) -> pl.DataFrame:
    """Messy twins, with the operations that were applied."""
    made = [
        {
            **row,
            "id": f"{row['id']}-messy",
            "semantic_id": row["id"],
            "clean_question": row["question"],
            "noise": noise,
        }
        for row in rows.to_dicts()
    ]
    return frame(made, TWINS)


def pair() -> pl.DataFrame:
    """A preference pair of the first real row."""
    row: dict[str, Any] = dict.fromkeys(PAIRS.names)
    said = [{"role": "assistant", "content": "No."}]
    own = {"id": "r0008/0", "record_id": "r0008", "chosen": said, "rejected": said, "prompt": said}
    return frame([{**row, **own}], PAIRS)


SYNTHETIC = {
    "a row by rule": {"splits": {"train": records([0]), "test": records([8])}},
    "one among real ones": {
        "splits": {"train": records([0]), "test": pl.concat([REAL, records([3], origin="self")])}
    },
    "a model's reply that is called real": {
        "splits": {
            "train": records([0]),
            "test": records([8], origin="human", request_keys=("k",)),
        }
    },
    "a row that names its model": {
        "splits": {
            "train": records([0]),
            "test": records([8], origin="human", teacher="", model="m"),
        }
    },
    "a row that names its teacher": {
        "splits": {"train": records([0]), "test": records([8], origin="human", teacher="big")}
    },
    "a row that was mended": {
        "splits": {
            "train": records([0]),
            "test": records([8], origin="human", teacher="", repaired_from="r0001"),
        }
    },
    "a pair": {"pairs": {"test": pair()}},
    "a twin that was changed": {"messy": {"test": twins_of(REAL, ["casing: lower"])}},
    "a twin of a row by rule": {"messy": {"test": twins_of(records([8, 9]), [])}},
}


@pytest.mark.parametrize("way", SYNTHETIC)
@pytest.mark.parametrize("said_by", ["argument", "recipe", "content"])
def test_publishing_refuses_them(tmp_path: Path, way: str, said_by: str) -> None:
    made, said = mixed(**SYNTHETIC[way]), manifest()
    if said_by == "recipe":
        said = manifest(**DECLARED)
    if said_by == "content":
        made = replace(made, real_only=frozenset({"test"}))
    with pytest.raises(ConfigError, match="split 'test' is declared real-only"):
        publish(tmp_path, "small", made, said, ["test"] if said_by == "argument" else [])
    assert latest(tmp_path, "small") is None


@pytest.mark.parametrize("way", SYNTHETIC)
def test_so_does_what_writes_the_files(tmp_path: Path, way: str) -> None:
    made = replace(mixed(**SYNTHETIC[way]), real_only=frozenset({"test"}))
    with pytest.raises(ConfigError, match="real-only"):
        write_tables(tmp_path, made)
    written = [p for p in tmp_path.rglob("test*") if p.is_file()]
    assert all(p.parent.name == "data" for p in written)
    assert not written or "splits" not in SYNTHETIC[way]


def test_variants_are_trained_on_and_nothing_else(tmp_path: Path) -> None:
    made = mixed(variants={"real_50": records([0])})
    version = publish(tmp_path, "small", made, manifest(**DECLARED))
    assert [Path(name).name[:6] for name in version.tables("variants")] == ["train-"]


def test_no_variant_is_in_a_split_of_real_rows(tmp_path: Path) -> None:
    made = replace(
        mixed(variants={"real_50": records([0])}), splits={"train": REAL, "test": records([0])}
    )
    with pytest.raises(ConfigError, match="split 'train' is declared real-only"):
        publish(tmp_path, "small", made, manifest(), ["train"])


def test_real_rows_pass_and_stand_apart(tmp_path: Path) -> None:
    made = mixed(messy={"test": twins_of(REAL, [])})
    version = publish(tmp_path, "small", made, manifest(**DECLARED))
    assert version.table("real")["id"].to_list() == ["r0008", "r0009", "r0007"]
    assert set(version.table("real")["origin"]) == {"human"} and verify(version) == []
    export_version(version, Wanted("messages", config="real"), tmp_path / "out")
    assert len(pl.read_parquet(tmp_path / "out" / "test.parquet")) == 2
    for config in ("default", "messy"):
        export_version(version, Wanted("messages", config=config), tmp_path / config)


def doctored(version: Version, folder: str, rows: pl.DataFrame) -> Version:
    """The version with other rows in a table's test split, and hashes that fit them."""
    (name,) = (n for n in version.tables(folder) if "/test-" in n)
    path = version.path / name
    to_pl = to_arrow(rows, SCHEMAS[folder])
    pa.parquet.write_table(to_pl, path)
    said = dict(version.manifest)
    said["files"] = {**said["files"], name: {**said["files"][name], "rows": len(rows)}}
    said["sha256"] = manifest_sha256(said)
    (version.path / "manifest.json").write_bytes(orjson.dumps(said))
    return Version(version.path)


@pytest.mark.parametrize("file_format", ["parquet", "jsonl"])
@pytest.mark.parametrize(
    ("folder", "rows"),
    [
        ("data", records([8, 3], origin="teacher")),
        ("data", records([8], origin="human", model="m")),
        ("messy", twins_of(REAL, ["ending"])),
    ],
)
def test_a_doctored_version_is_not_exported(
    tmp_path: Path, folder: str, rows: pl.DataFrame, file_format: Any
) -> None:
    made = mixed(messy={"test": twins_of(REAL, [])})
    version = doctored(publish(tmp_path, "small", made, manifest(**DECLARED)), folder, rows)
    config = "default" if folder == "data" else folder
    with pytest.raises(StoreCorrupt, match="a synthetic row in split 'test'"):
        export_version(version, Wanted("messages", file_format, config=config), tmp_path / "out")
    assert not (tmp_path / "out").exists()


ORIGINS = st.lists(
    st.sampled_from(["human", "teacher", "self", "edited", "rule", None]), max_size=6
)
ROW = record(1, teacher="").row()


@given(ORIGINS)
def test_only_people_get_in(origins: list[str | None]) -> None:
    table = to_arrow(frame([{**ROW, "origin": one} for one in origins], RECORDS), RECORDS)
    if all(one == "human" for one in origins):
        refuse_synthetic(table, "test")
        return
    with pytest.raises(ConfigError, match="declared real-only"):
        refuse_synthetic(table, "test")
