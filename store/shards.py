"""Finished pieces of work, named by what made them, so that a rerun skips them.

A shard is a folder of Parquet files put in place by one rename: it is there whole or not at all.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from configs.errors import StoreCorrupt
from store.text import digest

Rows: TypeAlias = pa.Table | pa.RecordBatchReader
"""A table, or one that comes batch by batch."""
_AT_ONCE = 1_000

_SMALL = 1 << 15
"""Bytes of a file up to which its table is kept in memory; 512 of them are."""


def shard_key(stage: str, version: str, settings: object, inputs: Sequence[str]) -> str:
    """Key of what ``stage`` makes with these settings from shards with these keys."""
    return f"{stage}-{digest([stage, version, settings, list(inputs)])[:24]}"


@dataclass(frozen=True)
class Shards:
    """The folder of finished shards."""

    root: Path

    def has(self, key: str) -> bool:
        """Whether that shard is finished."""
        return (self.root / key).is_dir()

    def put(self, key: str, tables: Mapping[str, Rows]) -> str:
        """Store the tables of a shard and return its key. A finished shard is left as it is.

        A reader of batches is written as it comes, so that it may be larger than memory.

        Raises:
            StoreCorrupt: the disk refused, for example because it is full.
        """
        aside = self.root / f".tmp-{uuid.uuid4().hex}"
        try:
            aside.mkdir(parents=True)
            for name, table in tables.items():
                write_parquet(table, aside / f"{name}.parquet")
            aside.replace(self.root / key)
        except OSError as error:
            if not self.has(key):
                raise StoreCorrupt(
                    f"could not write {self.root / key}: {error.strerror or error}; "
                    "make room or choose another output folder, then run again: "
                    "what is done stays done"
                ) from error
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        return key

    def drop(self, keys: Sequence[str]) -> None:
        """Forget shards, finished or not there."""
        for key in keys:
            shutil.rmtree(self.root / key, ignore_errors=True)

    def once(self, key: str, make: Callable[[], Mapping[str, Rows]]) -> str:
        """The key, after making the shard unless it is finished already."""
        return key if self.has(key) else self.put(key, make())

    def table(self, key: str, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """One table of a shard, or some of its columns.

        Raises:
            StoreCorrupt: it is missing or cannot be read.
        """
        path = self.root / key / f"{name}.parquet"
        with _reading(path):
            found = path.stat()
            if found.st_size <= _SMALL:
                whole = _small(path, found.st_ino, found.st_size, found.st_mtime_ns)
            else:
                whole = _read(path, columns)
            return whole.select(columns) if columns else whole

    def rows(self, key: str, name: str) -> Iterator[dict[str, Any]]:
        """The rows of a table of a shard, few of them in memory at a time.

        Raises:
            StoreCorrupt: it is missing or cannot be read.
        """
        path = self.root / key / f"{name}.parquet"
        with _reading(path), pq.ParquetFile(path, page_checksum_verification=True) as table:
            for batch in table.iter_batches(batch_size=_AT_ONCE):
                yield from batch.to_pylist()

    def frame(
        self, keys: Sequence[str], name: str, columns: Sequence[str] | None = None
    ) -> pl.DataFrame:
        """One table of several shards, or some of its columns, as a Polars frame."""
        tables = pa.concat_tables([self.table(key, name, columns) for key in keys])
        data = pl.from_arrow(tables)
        assert isinstance(data, pl.DataFrame)
        return data


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, KeyError, pa.ArrowInvalid) as error:
        raise StoreCorrupt(
            f"cannot read {path}: {error}; delete the folder {path.parent} and run again"
        ) from error


def _read(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        return file.read(columns and [*columns])


@lru_cache(maxsize=512)
def _small(path: Path, _file: int, _size: int, _changed: int) -> pa.Table:
    """A build reads the same small tables a hundred times."""
    return _read(path)


def write_parquet(table: Rows, path: Path) -> None:
    """Write a table so that equal tables give equal bytes, and wait until the disk has it.

    An empty table gets no row group: `datasets` cannot read a row group without rows.
    """
    schema = table.schema.remove_metadata()
    with path.open("wb") as file:
        with pq.ParquetWriter(file, schema, compression="zstd", write_page_checksum=True) as writer:
            for plain in _tables(table):
                writer.write_table(plain, row_group_size=50_000)
        file.flush()
        os.fsync(file.fileno())


def _tables(rows: Rows) -> Iterator[pa.Table]:
    """A table as one, batches of a reader one by one, none of them without rows."""
    several = isinstance(rows, pa.RecordBatchReader)
    for each in map(pa.Table.from_batches, ([batch] for batch in rows)) if several else [rows]:
        if len(each):
            yield each.replace_schema_metadata(None).combine_chunks()
