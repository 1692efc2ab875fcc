"""CSV and TSV: a document per row where there is a column ``text``, else one table."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from configs.errors import ParseError
from store.reading import markdown
from store.reading.found import Found
from store.reading.rows import COLUMNS
from store.reading.text import decoded

_SEPARATORS = ",;\t|"
_MOST_COLUMNS = 1_000
_LONGEST_CELL = 50_000_000


def read_csv(file: Path) -> list[Found]:
    """The rows as documents, or all of them as one document that is a Markdown table.

    Raises:
        ParseError: it is no table, or has more than 1,000 columns.
    """
    text = decoded(file)
    first = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    columns = first.count(separator) + 1
    if columns > _MOST_COLUMNS:
        raise ParseError(
            f":1: has about {columns:,} columns, more than {_MOST_COLUMNS:,}; "
            "keep those that matter"
        )
    csv.field_size_limit(_LONGEST_CELL)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        head = [name.strip() for name in next(rows, [])]
        names = [name.lower() for name in head]
        body = [(rows.line_num, row) for row in rows if any(map(str.strip, row))]
    except csv.Error as error:
        raise ParseError(f":{rows.line_num}: not CSV: {error}") from None
    for line, row in body:
        if len(row) > len(head):
            raise ParseError(f":{line}: has {len(row)} cells, the first line {len(head)}")
    if "text" not in names:
        return [Found(markdown.table([head, *(row for _, row in body)]) + "\n" if body else "")]
    found = []
    for number, (_, row) in enumerate(body, start=1):
        stated = {name: cell for name, cell in zip(names, row, strict=False) if name in COLUMNS}
        found.append(Found(stated.pop("text", ""), stated, number))
    return found
