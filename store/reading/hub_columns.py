"""From rows of a dataset to the columns that documents are made of, as rows of files have them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from configs.corpus import CorpusSource
from configs.errors import ParseError
from store.corpus import LeftOut
from store.reading.found import Found, document_of
from store.reading.rows import COLUMNS
from store.text import storable

Row = dict[str, str]
_URL = "url"
"""What many datasets have for ``source``."""


def columns_of(source: CorpusSource) -> tuple[str, ...]:
    """The columns of a dataset that say something."""
    own = filter(None, (source.text_column, source.title_column, source.id_column))
    return tuple(dict.fromkeys([*own, *COLUMNS, _URL]))


def documents_in(
    found: Iterable[Mapping[str, Any]], source: CorpusSource, name: str, left_out: list[LeftOut]
) -> Iterator[Row]:
    """Rows with a text, in order and with ids that differ. When they are through, ``left_out`` says
    how many others there were, and why.
    """
    ids: set[str] = set()
    textless, dateless = [], []
    for number, given in enumerate(found):
        row = _renamed(given, source)
        own = row.get("id") or str(number)
        row["id"] = f"{own}#{number}" if own in ids else own
        ids.add(row["id"])
        try:
            # A row whose dates are none must not take the others of its file along.
            document_of(name, Found(row.get("text", ""), row, number), source, several=True)
        except ParseError:
            dateless.append(number)
            continue
        if row.get("text", "").strip():
            yield row
        else:
            textless.append(number)
    if textless:
        left_out.append(LeftOut(name, _said(textless, f"no text in {source.text_column!r}")))
    if dateless:
        left_out.append(LeftOut(name, _said(dateless, "a date that is none")))


def _said(rows: list[int], what: str) -> str:
    if len(rows) == 1:
        return f": row {rows[0]} has {what}"
    return f": {len(rows):,} rows have {what}, the first is row {rows[0]}"


def _renamed(given: Mapping[str, Any], source: CorpusSource) -> Row:
    """A row by the names that documents' columns have in files."""
    row = {column: _plain(given.get(column)) for column in COLUMNS}
    row["source"] = row["source"] or _plain(given.get(_URL))
    text = given.get(source.text_column)
    row["text"] = storable(text) if isinstance(text, str) else ""
    for field, column in (("title", source.title_column), ("id", source.id_column)):
        if column is not None:
            row[field] = _plain(given.get(column))
    return {column: value for column, value in row.items() if value}


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return storable(str(value)).strip() if isinstance(value, str | int | float) else ""
