"""Files of rows: JSONL, JSON, CSV and Parquet, each row with the words for where it stands."""

from __future__ import annotations

import csv
import glob
import io
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from configs.errors import ParseError

_SEPARATORS = ",;\t|"
Located = Iterator[tuple[str, object]]
"""Rows, each with the words for where it stands."""


def files_at(path: str) -> list[Path]:
    """The readable files a path means: itself, those in a folder, or those of a glob, sorted."""
    target = Path(path)
    if target.is_dir():
        found = [p for p in target.rglob("*") if not p.name.startswith(".")]
    elif target.is_file():
        found = [target]
    else:
        found = [Path(p) for p in glob.glob(path, recursive=True)]
    return sorted(p for p in found if p.is_file() and p.suffix.lower() in READERS)


def rows_in(files: Iterable[Path]) -> Located:
    """The rows of files, in order.

    Raises:
        ParseError: a file cannot be read, or not as what its suffix says; with file and line.
    """
    for file in files:
        try:
            yield from READERS[file.suffix.lower()](file)
        except UnicodeDecodeError as error:
            raise ParseError(f"{file}: not UTF-8 (byte {error.start}); save it as UTF-8") from None
        except OSError as error:
            raise ParseError(f"{file}: cannot be read: {error.strerror or error}") from None


def _read_jsonl(file: Path) -> Located:
    with file.open(encoding="utf-8-sig", newline="\n") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield f"{file}:{number}", _json(line, f"{file}:{number}")


def _read_json(file: Path) -> Located:
    found = _json(file.read_text(encoding="utf-8-sig"), f"{file}")
    rows = found.get("data") if isinstance(found, dict) else found
    if not isinstance(rows, list):
        raise ParseError(f"{file}: no list of rows; write a list of objects, or JSONL")
    for number, row in enumerate(rows, start=1):
        yield f"{file}: row {number}", row


def _json(text: str, where: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ParseError(f"{where}: not JSON: {error.msg}") from None


def _read_csv(file: Path) -> Located:
    # Fields of more than 131,072 characters are an error by default.
    csv.field_size_limit(1 << 30)
    text = file.read_text(encoding="utf-8-sig")
    rows = csv.DictReader(
        io.StringIO(text, newline=""), delimiter=separator_of(text.partition("\n")[0])
    )
    try:
        for row in rows:
            yield f"{file}:{rows.line_num}", {k: v for k, v in row.items() if k is not None}
    except csv.Error as error:
        raise ParseError(f"{file}:{rows.line_num}: not CSV: {error}") from None


def separator_of(first: str) -> str:
    """What stands between the fields of a table, by its first line: the sign that stands most often
    between names, not within quoted ones. Spreadsheets of many countries write semicolons.
    """
    bare = re.sub(r'"[^"]*"', "", first)
    return max(_SEPARATORS, key=bare.count)


def _read_parquet(file: Path) -> Located:
    try:
        batches = pq.ParquetFile(file).iter_batches()
        number = 0
        for batch in batches:
            for row in batch.to_pylist():
                number += 1
                yield f"{file}: row {number}", row
    except pa.ArrowInvalid as error:
        raise ParseError(f"{file}: not a Parquet file: {error}") from None


READERS: dict[str, Callable[[Path], Located]] = {
    ".jsonl": _read_jsonl,
    ".json": _read_json,
    ".csv": _read_csv,
    ".parquet": _read_parquet,
}
