"""CSV and TSV: a document per row where there is a column ``text``, else one table."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from configs.errors import ParseError
from store.reading import markdown
from store.reading.found import Found
from store.reading.rows import COLUMNS
from store.reading.text import lines_of
from store.rows import separator_of

_MOST_COLUMNS = 1_000
_LONGEST_CELL = 50_000_000


def read_csv(file: Path) -> Iterator[Found]:
    """The rows as documents, or all of them as one document that is a Markdown table.

    Raises:
        ParseError: it is no table, or has more than 1,000 columns.
    """
    lines = lines_of(file)
    first = next(lines, "")
    separator = "\t" if file.suffix.lower() == ".tsv" else separator_of(first)
    columns = first.count(separator) + 1
    if columns > _MOST_COLUMNS:
        raise ParseError(
            f":1: has about {columns:,} columns, more than {_MOST_COLUMNS:,}; "
            "keep those that matter"
        )
    csv.field_size_limit(_LONGEST_CELL)
    rows = csv.reader(chain([first], lines), delimiter=separator, strict=True)
    try:
        head = [name.strip() for name in next(rows, [])]
        if "text" in (name.lower() for name in head):
            yield from _documents(head, _body(rows, len(head)))
        else:
            yield _table(head, _body(rows, len(head)))
    except csv.Error as error:
        raise ParseError(f":{rows.line_num}: not CSV: {error}") from None


def _body(rows: Any, width: int) -> Iterator[list[str]]:
    for row in rows:
        if any(map(str.strip, row)):
            if len(row) > width:
                raise ParseError(f":{rows.line_num}: has {len(row)} cells, the first line {width}")
            yield row


def _documents(head: Sequence[str], body: Iterable[Sequence[str]]) -> Iterator[Found]:
    names = [name.lower() for name in head]
    for number, row in enumerate(body, start=1):
        stated = {name: cell for name, cell in zip(names, row, strict=False) if name in COLUMNS}
        yield Found(stated.pop("text", ""), stated, number)


def _table(head: Sequence[str], body: Iterable[Sequence[str]]) -> Found:
    rows = [*body]
    return Found(markdown.table([head, *rows]) + "\n" if rows else "")
