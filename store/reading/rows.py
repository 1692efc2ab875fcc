"""Rows with a field ``text``: JSON, JSON Lines and Parquet, one document each."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from configs.errors import ParseError
from store.reading.found import Found
from store.reading.text import lines_of

COLUMNS = (
    *("text", "id", "title", "source", "licence", "license", "version"),
    *("valid_from", "date", "valid_to", "retrieved_at"),
)
"""What is read of a row."""
_AT_ONCE = 1_000
"""Rows of a Parquet file that are in memory together."""
_LARGEST = 2_000_000_000
"""Bytes of a Parquet file once unpacked; a small file can hold very many."""


def read_jsonl(file: Path) -> Iterator[Found]:
    """A document per line.

    Raises:
        ParseError: a line is not JSON or has no text; names the line.
    """
    for number, line in enumerate(lines_of(file), start=1):
        if line.strip():
            yield _with_text(_json(line.encode(), f":{number}"), f":{number}", number)


def read_json(file: Path) -> list[Found]:
    """A document per object of a list, or one of a file that is one object.

    Raises:
        ParseError: the file is not JSON, or an object has no text.
    """
    data = file.read_bytes()
    data.decode("utf-8")
    held = _json(data.removeprefix(BOM_UTF8), "")
    rows = held if isinstance(held, list) else [held]
    return [_with_text(row, f": row {number}", number) for number, row in enumerate(rows)]


def read_parquet(file: Path) -> Iterator[Found]:
    """A document per row.

    Raises:
        ParseError: it is not Parquet, unpacks to too much, or has no column ``text``.
    """
    try:
        with pq.ParquetFile(file) as table:
            wanted = [name for name in table.schema_arrow.names if name in COLUMNS]
            _refuse_large(table.metadata)
            batches = table.iter_batches(batch_size=_AT_ONCE, columns=wanted)
            rows = chain.from_iterable(batch.to_pylist() for batch in batches)
            for number, row in enumerate(rows):
                yield _with_text(row, f": row {number}", number)
    except pa.ArrowInvalid as error:
        raise ParseError(f": not a Parquet file: {error}") from None
    except (ArithmeticError, LookupError, pa.ArrowException, TypeError) as error:
        raise ParseError(f": holds a value that cannot be read ({error}); write it anew") from None
    except ValueError as error:
        if isinstance(error, UnicodeDecodeError):
            raise
        raise ParseError(f": holds a value that cannot be read ({error}); write it anew") from None


def _refuse_large(metadata: pq.FileMetaData) -> None:
    # The groups know their size. Asking a damaged file for its columns can end the process.
    groups = map(metadata.row_group, range(metadata.num_row_groups))
    size = sum(group.total_byte_size for group in groups)
    if size > _LARGEST:
        raise ParseError(
            f": unpacks to {size:,} bytes, more than {_LARGEST:,}; write it as several files"
        )


def _json(data: bytes, where: str) -> object:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise ParseError(f"{where}: not JSON: {error.msg}") from None


def _with_text(row: object, where: str, number: int) -> Found:
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise ParseError(f"{where}: every row needs a field `text` with the document's text")
    return Found(row["text"], row, number)
