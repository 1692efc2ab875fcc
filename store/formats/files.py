"""Rows on their way into one file, Parquet or JSONL, some thousand at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from store.formats.names import FileFormat
from store.real import check_real

Put = Callable[[Mapping[str, Any]], None]
_ROWS = 2_000
"""Rows that wait to be written, and of a row group."""


@contextmanager
def rows_into(path: Path, schema: pa.Schema, file_format: FileFormat) -> Iterator[Put]:
    """Takes rows for a new file; they are on the disk when it ends without an error. Equal rows
    give equal bytes.
    """
    opened = _parquet if file_format == "parquet" else _jsonl
    with path.open("wb") as file:
        with opened(file, schema) as put:
            yield put
        file.flush()
        os.fsync(file.fileno())


def real_only(put: Put, split: str, name: str) -> Put:
    """Takes real rows of the version ``name`` and refuses all others."""

    def checked(row: Mapping[str, Any]) -> None:
        check_real(row, split, name)
        put(row)

    return checked


@contextmanager
def _jsonl(file: Any, schema: pa.Schema) -> Iterator[Put]:
    def put(row: Mapping[str, Any]) -> None:
        named = {name: row[name] for name in schema.names}
        file.write(orjson.dumps(named, option=orjson.OPT_APPEND_NEWLINE))

    yield put


@contextmanager
def _parquet(file: Any, schema: pa.Schema) -> Iterator[Put]:
    waiting: list[Mapping[str, Any]] = []
    with pq.ParquetWriter(file, schema, compression="zstd", write_page_checksum=True) as writer:

        def flush() -> None:
            if waiting:  # `datasets` cannot read a row group without rows.
                writer.write_table(pa.Table.from_pylist(waiting, schema))
                waiting.clear()

        def put(row: Mapping[str, Any]) -> None:
            waiting.append(row)
            if len(waiting) == _ROWS:
                flush()

        yield put
        flush()
