"""A version as others' tools read it: `datasets`, Polars, DuckDB and pandas see the same rows."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from store_samples import full, manifest

from store.checks import verify
from store.pairs import PAIRS
from store.publish import publish
from store.versions import SCHEMAS, Version

FOLDERS = {
    "default": "data",
    "preference": "preference",
    "messy": "messy",
    "real": "real",
    "rejected": "rejected",
    "evidence": "evidence",
    "passages": "passages",
    "verdicts": "verdicts",
    "real_100": "variants/real_100",
    "real_50": "variants/real_50",
    "probes": "probes",
}
"""Folder of each configuration of a version with all tables."""
FLAT = ("id", "question", "answer", "origin", "tier", "generation_depth", "valid_as_of")


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Version:
    return publish(tmp_path_factory.mktemp("out"), "small", full(), manifest())


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "TORCH_AVAILABLE", False)  # a stream would import it
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "cache"))
    datasets.disable_progress_bars()


def table_of(version: Version, config: str, split: str | None = None) -> pa.Table:
    """Rows of a configuration as PyArrow reads the files that the manifest lists."""
    start = f"{FOLDERS[config]}/{split or ''}"
    names = sorted(name for name in version.files if name.startswith(start))
    return pa.concat_tables([pq.read_table(version.path / name) for name in names])


def test_every_configuration_is_listed_and_has_its_schema(version: Version) -> None:
    assert verify(version) == []
    assert datasets.get_dataset_config_names(str(version.path)) == list(FOLDERS)
    for config, folder in FOLDERS.items():
        schema = SCHEMAS.get(folder.partition("/")[0], PAIRS if config == "preference" else None)
        if schema is not None:
            assert table_of(version, config).schema.equals(schema)


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("config", FOLDERS)
def test_datasets_reads_every_configuration_and_split(
    version: Version, config: str, streaming: bool
) -> None:
    data = datasets.load_dataset(str(version.path), config, streaming=streaming)
    names = {Path(n).name.partition("-")[0] for n in version.tables(FOLDERS[config])}
    assert set(data) == names
    for split, rows in data.items():
        wanted = table_of(version, config, split)
        assert list(rows) == wanted.to_pylist()
        assert rows.features == datasets.Features.from_arrow_schema(wanted.schema)


TWO = ["id", "answer"]


@pytest.fixture
def shot(version: Version, tmp_path: Path) -> Path:
    """A copy of the version of which only two columns are whole, the others' bytes are gone."""
    folder = tmp_path / version.name
    shutil.copytree(version.path, folder)
    for name in version.tables("data"):
        raw, group = bytearray((folder / name).read_bytes()), pq.read_metadata(folder / name)
        for number in range(group.num_columns):
            column = group.row_group(0).column(number)
            if column.path_in_schema not in TWO:
                start = column.dictionary_page_offset or column.data_page_offset
                raw[start : start + column.total_compressed_size] = bytes(
                    column.total_compressed_size
                )
        (folder / name).write_bytes(raw)
    return folder


READERS: dict[str, Callable[[Path, list[str] | None], list[Any]]] = {
    "datasets": lambda folder, columns: list(load_two(folder, columns, streaming=False)),
    "datasets, streaming": lambda folder, columns: list(load_two(folder, columns, streaming=True)),
    "polars": lambda folder, columns: (
        pl.scan_parquet(folder / "data" / "train-*.parquet")
        .select(columns or pl.all())
        .collect()
        .to_dicts()
    ),
    "duckdb": lambda folder, columns: (
        duckdb.sql(f"select {','.join(columns or ['*'])} from '{folder}/data/train-*.parquet'")
        .to_arrow_table()
        .to_pylist()
    ),
    "pandas": lambda folder, columns: pd.read_parquet(
        sorted((folder / "data").glob("train-*.parquet")), columns=columns
    ).to_dict("records"),
}


def load_two(folder: Path, columns: list[str] | None, streaming: bool) -> Any:
    return datasets.load_dataset(str(folder), split="train", columns=columns, streaming=streaming)


@pytest.mark.parametrize("tool", READERS)
def test_only_the_columns_that_are_asked_for_are_read(
    version: Version, shot: Path, tool: str
) -> None:
    read = READERS[tool]
    assert read(shot, TWO) == table_of(version, "default", "train").select(TWO).to_pylist()
    with pytest.raises(Exception, match=r"(?i)thrift|page|decompress|generat|parquet|invalid"):
        read(shot, None)


def test_polars_reads_the_glob_and_the_manifest(version: Version) -> None:
    wanted = pl.from_arrow(table_of(version, "default"))
    scan = pl.scan_parquet(version.path / "data" / "*.parquet")
    assert scan.collect().equals(wanted)
    assert scan.collect_schema() == wanted.schema
    listed = pl.scan_parquet([version.path / name for name in version.tables("data")])
    assert listed.collect().equals(wanted)


def test_duckdb_reads_them(version: Version) -> None:
    wanted = table_of(version, "default").sort_by("id")
    asked = f"{', '.join(FLAT)}, messages, sources[1].document_id as document"
    glob = version.path / "data" / "*.parquet"
    rows = duckdb.sql(f"select {asked} from read_parquet('{glob}') order by id").to_arrow_table()
    assert rows.select(FLAT).to_pylist() == wanted.select(FLAT).to_pylist()
    assert rows["messages"].to_pylist() == wanted["messages"].to_pylist()
    documents = [sources[0]["document_id"] for sources in wanted["sources"].to_pylist()]
    assert rows["document"].to_pylist() == documents
    types = [[each.schema.field(name).type for name in FLAT] for each in (rows, wanted)]
    assert types[0] == types[1]


def test_pandas_reads_them(version: Version) -> None:
    wanted = table_of(version, "default")
    read = pd.read_parquet(version.path / "data", columns=list(FLAT))
    assert list(read.columns) == list(FLAT)
    assert read.to_dict("records") == wanted.select(FLAT).to_pylist()
    assert str(read["tier"].dtype) == "int32"
    whole = pd.read_parquet(version.path / "data", dtype_backend="pyarrow")
    assert pa.Table.from_pandas(whole, preserve_index=False).to_pylist() == wanted.to_pylist()


@pytest.mark.parametrize("config", FOLDERS)
def test_they_agree_on_every_table(version: Version, config: str) -> None:
    glob = str(version.path / FOLDERS[config] / "*.parquet")
    wanted = table_of(version, config)
    assert pl.read_parquet(glob).to_dicts() == pl.from_arrow(wanted).to_dicts()
    assert duckdb.sql(f"from read_parquet('{glob}')").to_arrow_table().to_pylist() == (
        wanted.to_pylist()
    )
    assert len(pd.read_parquet(version.path / FOLDERS[config])) == len(wanted)
