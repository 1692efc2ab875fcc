"""Datasets as a source of documents: those in a folder, and those of a hub that is not reached."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import datasets
import pytest
from made_documents import parquet, put

from configs.corpus import CorpusSource
from configs.errors import ConfigError
from store.reading.source import Reading, read_source

CARD = b"""---
configs:
- config_name: rivers
  default: true
  data_files:
  - {split: train, path: rivers/train-*.parquet}
  - {split: test, path: rivers/test-*.parquet}
- config_name: lakes
  data_files: lakes.parquet
---
"""
RIVERS = [
    {"text": "The Alder is long.", "title": "Alder", "id": "a", "date": "2024-05-01", "n": 1},
    {"text": None, "title": "Nothing", "id": "b", "date": None, "n": 2},
    {"text": "# Birch\n\nShort.", "title": "", "id": "a", "date": None, "n": 3},
    {"text": "The Cedar.", "title": "Cedar", "id": "c", "date": "last June", "n": 4},
]

LAKE = {"body": "Deep.", "name": "Grey Lake", "key": 7, "url": "https://x.org/7"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "README.md": CARD,
        "rivers/train-0.parquet": parquet(RIVERS),
        "rivers/test-0.parquet": parquet(
            [{**RIVERS[0], "text": f"T{n}.", "id": str(n)} for n in range(9)]
        ),
        "lakes.parquet": parquet([LAKE]),
    }
    return put(tmp_path / "waters", files)


def read(dataset: object, cache: Path, **settings: Any) -> Reading:
    given = {"dataset": str(dataset), "cache": cache, **settings}
    return read_source(CorpusSource(reader="hub", **given))


def test_rows_become_documents_as_those_of_files_do(folder: Path, tmp_path: Path) -> None:
    found = read(folder, tmp_path / "cache")
    first, second = found.documents
    assert (first.id, first.title, first.text) == ("waters:a", "Alder", "The Alder is long.")
    assert (first.source, first.valid_from) == ("waters", date(2024, 5, 1))
    assert first.retrieved_at is None, "a folder is not fetched"
    assert (second.id, second.title) == ("waters:a#2", "Birch")
    assert [(one.name, one.said) for one in found.left_out] == [
        ("waters", ": row 1 has no text in 'text'"),
        ("waters", ": row 3 has a date that is none"),
    ]


def test_split_columns_and_limit(folder: Path, tmp_path: Path) -> None:
    some = read(folder, tmp_path / "cache", split="test", limit=3)
    assert [one.id for one in some.documents] == [f"waters/test:{n}" for n in range(3)]
    columns = {"text_column": "body", "title_column": "name", "id_column": "key"}
    (lake,) = read(folder, tmp_path / "cache", config="lakes", **columns).documents
    assert (lake.id, lake.title, lake.text) == ("waters/lakes:7", "Grey Lake", "Deep.")
    assert lake.source == "https://x.org/7"
    put(folder, {"lakes.parquet": parquet([{"body": "Shallow."}])})
    (lake,) = read(folder, tmp_path / "cache", config="lakes", text_column="body").documents
    assert lake.text == "Shallow.", "a folder is read anew"


def test_memory_holds_a_part_at_a_time(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.reading.hub._ROWS", 4)
    found = read(folder, tmp_path / "cache", split="test")
    assert [one.text for one in found.documents] == [f"T{n}." for n in range(9)]
    (kept,) = (tmp_path / "cache").glob("hub-*")
    assert len(list(kept.glob("rows-*.parquet"))) == 3


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"config": "seas"}, r"dataset, config and revision: .*rivers.*lakes"),
        ({"split": "dev"}, r"split: .* no split 'dev', but train, test"),
        ({"text_column": "body"}, r"text_column: .* no column 'body', but text, title, id"),
        ({"id_column": "key"}, r"id_column: .* no column 'key'"),
        ({"max_mb": 0.00001}, r"max_mb: .* set `limit`"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(
    folder: Path, tmp_path: Path, settings: dict[str, Any], told: str
) -> None:
    with pytest.raises(ConfigError, match=rf"corpus: {told}"):
        read(folder, tmp_path / "cache", **settings)


def test_a_dataset_that_is_not_there(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_s3cret")
    with pytest.raises(ConfigError, match=r"dataset: .*is no folder"):
        read(tmp_path / "none", tmp_path / "cache")
    with pytest.raises(ConfigError, match=r"the dataset some/one cannot be read.*HF_TOKEN") as told:
        read("some/one", tmp_path / "cache")
    assert "hf_s3cret" not in str(told.value)
    monkeypatch.chdir(folder.parent)
    with pytest.raises(ConfigError, match=r"write \./waters to read that one"):
        read("waters", tmp_path / "cache")


def test_a_dataset_of_the_hub_is_streamed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def load(name: str, config: str | None, **settings: Any) -> Any:
        asked.append((name, config, settings["revision"], settings["streaming"], settings["token"]))
        rows = [{"text": f"Text {n}.", "title": f"Title {n}"} for n in range(3)]

        def stream() -> Any:
            yield from rows
            if fails:
                raise ConnectionError("the line was cut, hf_s3cret")

        return datasets.IterableDatasetDict(
            {"train": datasets.IterableDataset.from_generator(stream)}
        )

    fails = False
    monkeypatch.setattr(datasets, "load_dataset", load)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    cache, today = tmp_path / "cache", datetime.now(UTC).date()
    first = read("some/one", cache, revision="v1")
    assert [one.id for one in first.documents] == [f"some/one:{n}" for n in range(3)]
    assert {(one.source, one.retrieved_at) for one in first.documents} == {("some/one@v1", today)}
    assert asked == [("some/one", None, "v1", True, False)]
    assert read("some/one", cache, revision="v1") == first and len(asked) == 1
    (part,) = cache.rglob("*.parquet")
    part.write_bytes(b"")
    assert read("some/one", cache, revision="v1") == first and len(asked) == 2

    fails = True
    monkeypatch.setenv("HF_TOKEN", "hf_s3cret")
    with pytest.raises(ConfigError, match="ConnectionError: the line was cut") as told:
        read("some/one", cache, revision="v1", max_age_days=0)
    assert asked[-1][-1] == "hf_s3cret" and "hf_s3cret" not in str(told.value)
    assert read("some/one", cache, revision="v1") == first, "what is kept stays"
    assert not [path for path in cache.iterdir() if path.name.startswith(".hub")]
