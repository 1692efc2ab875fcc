"""Messy twins and training sets with real rows, as they are published, loaded and exported."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import datasets
import orjson
import polars as pl
import pytest
from conftest import RunCommand
from store_samples import content, manifest, records

from configs.errors import StoreCorrupt
from flows.push import pack
from store.formats.back import record_columns
from store.publish import publish
from store.twins import TWIN, TWINS
from store.versions import Version

CALL = (
    {"role": "user", "content": "How long?"},
    {"role": "assistant", "content": "<tool_call>\n{}\n</tool_call>"},
    {"role": "tool", "content": "310"},
    {"role": "assistant", "content": "310 km."},
)
TOOLS = '[{"type": "function", "function": {"name": "length"}}]'


def twins_of(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(
        id=pl.col("id") + "-messy",
        question=pl.col("question").str.to_lowercase(),
        semantic_id=pl.col("id"),
        clean_question=pl.col("question"),
        noise=pl.lit(["casing: lower"], dtype=pl.List(pl.String)),
    )


def published(root: Path) -> Version:
    """A version with twins and a variant, among them a function call, a reasoning trace and a
    weight.
    """
    made = content()
    train = pl.concat(
        [
            records([0], answer="Step one.\n\nSo 310 km.", reasoning="Step one."),
            records([1], conversation=CALL, tools=TOOLS, answer="310 km."),
            records([2], metadata='{"weight": 0.5}'),
        ]
    )
    splits = {**made.splits, "train": train}
    messy = {split: twins_of(rows) for split, rows in splits.items()}
    whole = replace(made, splits=splits, messy=messy, variants={"real_50": train.head(2)})
    return publish(root, "small", whole, manifest())


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    datasets.disable_progress_bars()
    cache = str(tmp_path / "cache")
    return lambda path, *config: datasets.load_dataset(str(path), *config, cache_dir=cache)


def test_twins_are_a_configuration_with_the_splits_of_their_records(
    tmp_path: Path, load: Any
) -> None:
    version = published(tmp_path)
    data, clean = load(version.path, "messy"), load(version.path)
    assert {split: rows["semantic_id"][:] for split, rows in data.items()} == {
        split: rows["id"][:] for split, rows in clean.items()
    }
    assert data["train"].features == datasets.Features.from_arrow_schema(TWINS)
    assert list(clean["train"].features) == [n for n in TWINS.names if n not in TWIN.names]
    card = (version.path / "README.md").read_text()
    assert '"messy")  # the same, asked as users ask' in card
    sent = {name for name, _ in pack(version, None, tmp_path).files}
    assert {name.partition("/")[0] for name in sent} >= {"messy", "variants", "data"}


def test_twins_of_another_split_are_not_published(tmp_path: Path) -> None:
    made = content()
    moved = {"train": twins_of(made.splits["test"]), "test": twins_of(made.splits["train"])}
    with pytest.raises(StoreCorrupt, match="messy twins of train are not those of its records"):
        publish(tmp_path, "small", replace(made, messy=moved), manifest())
    assert not list(tmp_path.glob("small/small-v*"))


@pytest.mark.parametrize("config", ["messy", "real_50"])
def test_every_training_set_is_exported_whole(
    tmp_path: Path, load: Any, stillhouse: RunCommand, config: str
) -> None:
    version = published(tmp_path)
    said = stillhouse("export", "small", "--to", "messages", "--config", config, "-o", tmp_path)
    folder = tmp_path / "small" / "exports" / f"small-v1-{config}-messages-parquet"
    assert said.code == 0 and f"Export: {folder}" in said.out, said.err
    own, exported = load(version.path, config), load(folder)
    assert {split: len(rows) for split, rows in exported.items()} == {
        split: len(rows) for split, rows in own.items()
    }
    for split, rows in exported.items():
        for row, record in zip(rows, own[split], strict=True):
            back = record_columns(row, "messages")
            assert back == {name: record[name] for name in back}
            held = [name for name in TWIN.names if name in record]
            assert {n: row[n] for n in held} == {n: record[n] for n in held}
            assert row["weight"] == orjson.loads(record["metadata"]).get("weight")
    facts = orjson.loads((folder / "export.json").read_bytes())
    assert facts["config"] == config
    assert f"configuration `{config}`" in (folder / "README.md").read_text()
    assert pack(version, folder, tmp_path).files


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--to", "text", "--config", "real_5"], "--config takes one of: default, messy, real_50"),
        (["--to", "kto", "--config", "messy"], "kto takes --config default only"),
    ],
)
def test_a_configuration_that_cannot_be_exported_is_refused(
    tmp_path: Path, stillhouse: RunCommand, more: list[str], said: str
) -> None:
    published(tmp_path)
    found = stillhouse("export", "small", "-o", tmp_path, *more)
    assert found.code == 2 and said in found.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["small"]
