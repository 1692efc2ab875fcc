"""The tables of a journal as Parquet files, for whoever asks more of it than we show."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import sqlalchemy as sa

from configs.errors import ConfigError, StoreCorrupt
from store.journal import Journal
from store.shards import write_parquet
from store.stages import Progress, silent
from store.tables import METADATA

_AT_ONCE = 2_000
"""Rows in memory at a time, and in a row group."""


def _arrow_type(kind: sa.types.TypeEngine[object]) -> pa.DataType:
    match kind:
        case sa.String():  # Text is one.
            return pa.string()
        case sa.Integer():  # BigInteger is one. Arrow's readers join tables without casts then.
            return pa.int64()
        case sa.Float():
            return pa.float64()
    raise TypeError(f"say in {__name__} what {kind!r} is in Arrow")


SCHEMAS = {
    table.name: pa.schema(
        pa.field(column.name, _arrow_type(column.type), nullable=bool(column.nullable))
        for column in table.columns
    )
    for table in METADATA.sorted_tables
}
"""The columns of each file."""


@dataclass(frozen=True, slots=True)
class JournalExport:
    """A folder with ``replies.parquet`` and so on, and the rows of each."""

    folder: Path
    rows: dict[str, int]


def export_journal(journal: Journal, folder: Path, progress: Progress = silent) -> JournalExport:
    """Write all tables as they are at one moment. Builds go on meanwhile.

    Raises:
        ConfigError: something is in the folder.
        StoreCorrupt: the journal cannot be read, or the disk refused; nothing is left behind.
    """
    folder = folder.absolute()
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise ConfigError(f"{folder} is there already; choose another folder, or move it away")
    aside = folder.with_name(f".tmp-{uuid.uuid4().hex}")
    try:
        aside.mkdir(parents=True)
        with journal.database.reading() as connection:
            rows = _write(connection, aside, progress)
        aside.replace(folder)
    except OSError as error:
        raise StoreCorrupt(
            f"could not write the export {folder}: {error.strerror or error}; make room or choose "
            "another folder"
        ) from error
    except pa.ArrowException as error:
        raise StoreCorrupt(f"could not export the journal: {error}") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return JournalExport(folder, rows)


def _write(connection: sa.Connection, folder: Path, progress: Progress) -> dict[str, int]:
    tables = METADATA.sorted_tables
    count = {
        table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in tables
    }
    before, total = 0, sum(count.values())
    for table in tables:
        schema = SCHEMAS[table.name]
        batches = _batches(connection, table, schema)
        told = _told(batches, before, total, progress)
        reader = pa.RecordBatchReader.from_batches(schema, told)
        write_parquet(reader, folder / f"{table.name}.parquet")
        before += count[table.name]
    return count


def _told(
    batches: Iterator[pa.RecordBatch], done: int, total: int, progress: Progress
) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield batch
        done += batch.num_rows
        progress("journal", done, total)


def _batches(
    connection: sa.Connection, table: sa.Table, schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    query = sa.select(table).execution_options(yield_per=_AT_ONCE)
    with connection.execute(query) as result:
        for rows in result.partitions():
            columns = zip(*rows, strict=True)
            arrays = [
                pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)
