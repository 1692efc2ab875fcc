"""Which records rest on a document, a passage, a request or a prompt.

Of every table only the columns that decide are read, so a version of a million rows takes seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import orjson
import polars as pl
import pyarrow.parquet as pq

from flows.progress import report
from store.records import SHOWN
from store.versions import Version, split_in

FOUND = pl.Schema(
    dict.fromkeys(("version", "record_id", "rests", "fate", "split", "reason"), pl.String)
)
"""One way in which a record rests on what was asked for: as its ``source``, as ``evidence``, as
only ``shown``, by ``request`` or by ``prompt``; ``fate`` is kept or dropped, and ``split`` or
``reason`` is empty where the other is stated."""
_REPORTED = "looking into tables"


@dataclass(frozen=True)
class Resting:
    """What rests on something in a version: ``rows`` of :data:`FOUND`, ordered by record."""

    version: Version
    rows: pl.DataFrame

    @property
    def records(self) -> int:
        """Different records."""
        return self.rows["record_id"].n_unique()


def by_document(version: Version, id_: str) -> Resting:
    """Records with a document as a source, as evidence, or shown beside their sources."""
    return _by_place(version, id_, "document_id", lambda name: name.rpartition("#")[0] == id_)


def by_passage(version: Version, id_: str) -> Resting:
    """The same of a passage."""
    return _by_place(version, id_, "passage_id", lambda name: name == id_)


def by_request(version: Version, id_: str) -> Resting:
    """Records that a request with a key that begins so was sent for."""
    begins = pl.element().str.starts_with(id_)
    mask = pl.col("request_keys").list.eval(begins).list.any()
    return _resting(version, list(_records(version, "request", ["request_keys"], mask)))


def by_prompt(version: Version, id_: str) -> Resting:
    """Records that a prompt was sent for; without its version, all versions of it."""
    mask = (pl.col("prompt_id") == id_) | pl.col("prompt_id").str.starts_with(f"{id_}@")
    return _resting(version, list(_records(version, "prompt", ["prompt_id"], mask)))


def _by_place(version: Version, id_: str, field: str, meant: Callable[[str], bool]) -> Resting:
    named = pl.col("sources").list.eval(pl.element().struct.field(field) == id_).list.any()
    found = list(_records(version, "source", [f"sources.{field}"], named))
    # Ids stand in JSON text, where some characters are written in another way.
    inside = orjson.dumps(id_).decode()[1:-1]
    hints = pl.col("metadata").str.contains(f'"{inside}', literal=True)
    found += [_only_shown(rows, meant) for rows in _records(version, SHOWN, ["metadata"], hints)]
    found.append(_evidence(version, id_, field))
    return _resting(version, found)


def _records(
    version: Version, rests: str, columns: list[str], mask: pl.Expr
) -> Iterator[pl.DataFrame]:
    """Kept and dropped records that meet an expression, with the column that was looked at."""
    names = [(folder, name) for folder in ("data", "rejected") for name in version.tables(folder)]
    for done, (folder, name) in enumerate(names, start=1):
        kept = folder == "data"
        more = [] if kept else ["stage", "reason"]
        with version.open(name) as opened, pq.ParquetFile(opened) as file:
            read = [path for column in columns for path in _paths(file, column)]
            rows = pl.DataFrame(file.read(columns=["id", *more, *read])).filter(mask)
        reason = pl.lit("") if kept else pl.concat_str("stage", pl.lit(": "), "reason")
        yield rows.with_columns(
            version=pl.lit(version.name),
            record_id="id",
            rests=pl.lit(rests),
            fate=pl.lit("kept" if kept else "dropped"),
            split=pl.lit(split_in(name) if kept else ""),
            reason=reason,
        )
        report(_REPORTED, done, len(names))


def _paths(file: pq.ParquetFile, column: str) -> list[str]:
    """How a file calls a column, or a field of the structs in one: ``sources.document_id``."""
    name, _, field = column.partition(".")
    paths = [file.schema.column(at).path for at in range(len(file.schema.names))]
    return [path for path in paths if path.split(".")[0] == name and path.endswith(field)]


def _only_shown(rows: pl.DataFrame, meant: Callable[[str], bool]) -> pl.DataFrame:
    """Those rows whose metadata really names it among what was shown."""
    named = [
        any(meant(name) for name in orjson.loads(text or "{}").get(SHOWN, ()))
        for text in rows["metadata"]
    ]
    return rows.filter(pl.Series(named, dtype=pl.Boolean))


def _evidence(version: Version, id_: str, field: str) -> pl.DataFrame:
    """Records with a claim that was held against it."""
    if "evidence" not in version.folders:
        return pl.DataFrame(schema=FOUND)
    rows = version.table("evidence", ["record_id", field])
    ids = rows.filter(pl.col(field) == id_)["record_id"].unique()
    if not len(ids):
        return pl.DataFrame(schema=FOUND)
    found = _records(version, "evidence", [], pl.col("id").is_in(ids.implode()))
    return pl.concat([part.select(FOUND.names()) for part in found])


def _resting(version: Version, parts: list[pl.DataFrame]) -> Resting:
    rows = pl.concat([pl.DataFrame(schema=FOUND), *(part.select(FOUND.names()) for part in parts)])
    return Resting(version, rows.sort("record_id", "rests", maintain_order=True))
