"""Which rows of a table, and which files, hold something that is looked for."""

from __future__ import annotations

import gzip
import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from store.sought import Sought

_AT_ONCE = 4_096
_BLOCK, _OVERLAP = 1 << 24, 1 << 16
"""Bytes of a file that are looked into together, and those that two such blocks share."""
_PAGES = {".html", ".htm", ".svg", ".xml"}
_PACKED = {".pdf", ".docx", ".pptx"}
"""Files whose text only a reader of documents sees."""


def rows_holding(file: Path | BinaryIO, sought: Sought) -> Iterator[pa.Table]:
    """The rows of a Parquet file in which any string, however deep, is meant; with the columns that
    hold strings.
    """
    with pq.ParquetFile(file) as parquet:
        schema = parquet.schema_arrow
        columns = [field.name for field in schema if _holds_strings(field.type)]
        for batch in parquet.iter_batches(batch_size=_AT_ONCE, columns=columns):
            hit = np.zeros(len(batch), bool)
            for column in batch.columns:
                for strings, rows in _leaves(column, np.arange(len(batch))):
                    found = sought.hits(pl.Series(strings.cast(pa.large_string())))
                    hit[rows[found.to_numpy()]] = True
            if hit.any():
                yield pa.Table.from_batches([batch.filter(pa.array(hit))])


def file_holds(path: Path, sought: Sought) -> bool | None:
    """Whether a file holds it; None where nobody can say, since it cannot be read."""
    try:
        if path.suffix == ".parquet":
            return any(True for _ in rows_holding(path, sought))
        if path.suffix in _PACKED:
            return _document_holds(path, sought)
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            return text_holds(file, sought, path.suffix in _PAGES)
    except FileNotFoundError:
        return False
    except (OSError, EOFError, pa.ArrowException):
        return None


def text_holds(file: Any, sought: Sought, is_page: bool) -> bool | None:
    """Whether an open file of text holds it; None where it is no text."""
    if is_page:
        page = file.read().decode("utf-8", "replace")
        # A page marks words and cells, and writes some signs in ways of its own.
        forms = (page, re.sub(r"<[^>]*>", "", page), re.sub(r"<[^>]*>", " ", page))
        return any(sought.is_in(html.unescape(form)) for form in forms)
    tail = b""
    while block := file.read(_BLOCK):
        if b"\0" in block:
            return None
        if sought.is_in((tail + block).decode("utf-8", "replace")):
            return True
        tail = block[-_OVERLAP:]
    return False


def _document_holds(path: Path, sought: Sought) -> bool | None:
    from store.reading.formats import READERS

    try:
        return any(
            sought.is_in("\n".join([found.text, *map(str, found.stated.values())]))
            for found in READERS[path.suffix](path)
        )
    except Exception:  # Whatever is wrong with a document of others, its text is not known.
        return None


def _holds_strings(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _holds_strings(kind.value_type)
    if _is_list(kind):
        return _holds_strings(kind.value_type)
    if pa.types.is_map(kind):
        return _holds_strings(kind.key_type) or _holds_strings(kind.item_type)
    if pa.types.is_struct(kind):
        return any(_holds_strings(field.type) for field in kind)
    return _is_string(kind)


def _leaves(column: Any, rows: Any) -> Iterator[tuple[Any, Any]]:
    """All strings in a column with the row of each; ``rows`` are those of its values."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        yield from _leaves(column.dictionary_decode(), rows)
    elif pa.types.is_map(kind):
        pair = pa.struct([("key", kind.key_type), ("value", kind.item_type)])
        yield from _leaves(column.cast(pa.list_(pair)), rows)
    elif _is_list(kind):
        inside = pc.list_flatten(column)
        yield from _leaves(inside, rows[pc.list_parent_indices(column).to_numpy()])
    elif pa.types.is_struct(kind):
        for child in column.flatten():
            yield from _leaves(child, rows)
    elif _is_string(kind):
        yield column, rows


def _is_list(kind: pa.DataType) -> bool:
    of = pa.types
    return bool(of.is_list(kind) or of.is_large_list(kind) or of.is_fixed_size_list(kind))


def _is_string(kind: pa.DataType) -> bool:
    of = pa.types
    return bool(of.is_string(kind) or of.is_large_string(kind) or of.is_string_view(kind))
