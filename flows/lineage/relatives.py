"""The other records that one is linked to, and the versions that know it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from flows.progress import report
from store.picked import pick
from store.twins import MESSY
from store.versions import Version, list_versions

Row = Mapping[str, Any]
_LINKS = ("repaired_from", "escalated_from")


@dataclass(frozen=True, slots=True)
class Relative:
    """Another record that this one is linked to, ``how``, and what became of it."""

    id: str
    how: str
    fate: str


def rows_of(version: Version, folder: str, by: str, wanted: pl.Expr) -> list[dict[str, Any]]:
    """The rows of a table that are wanted, which it may not have at all."""
    found = pick(version, folder, by, wanted)
    return [] if found is None else found.to_dicts()


def relatives_of(version: Version, record: Row) -> Iterator[Relative]:
    """The chain of repairs and escalations before and behind it, its twins, and those dropped for
    it.
    """
    before, seen = record, {record["id"]}
    while link := next((name for name in _LINKS if before.get(name)), None):
        id_ = before[link]
        found = next(_both(version, "id", pl.col("id") == id_), None)
        yield Relative(id_, link.replace("_", " "), found[1] if found else "not in this version")
        if found is None or id_ in seen:
            break
        before = found[0]
        seen.add(id_)
    for name in _LINKS:
        for row, fate in _both(version, name, pl.col(name) == record["id"]):
            yield Relative(row["id"], name.replace("from", "into").replace("_", " "), fate)
    for row in rows_of(version, MESSY, "semantic_id", pl.col("semantic_id") == record["id"]):
        yield Relative(row["id"], "messy twin", f"asks: {row['question']}")
    for row in rows_of(version, "verdicts", "witness", pl.col("witness") == record["id"]):
        if row["decision"] == "drop":
            yield Relative(row["record_id"], "dropped for it", f"{row['stage']}: {row['reason']}")


def _both(version: Version, by: str, wanted: pl.Expr) -> Iterator[tuple[Row, str]]:
    """Kept and dropped records of a version, each with its fate."""
    for row in rows_of(version, "data", by, wanted):
        yield row, f"kept, in split {row['split']}"
    for row in rows_of(version, "rejected", by, wanted):
        yield row, f"dropped by {row['stage']}: {row['reason']}"


def holders_of(version: Version, record: Row) -> Iterator[tuple[str, str]]:
    """All versions of the dataset that know the record, each with what became of it there."""
    every = list_versions(version.root, version.dataset)
    for done, each in enumerate(every, start=1):
        report("looking into versions", done, len(every))
        for row, fate in _both(each, "id", pl.col("id") == record["id"]):
            same = all(row[name] == record[name] for name in ("question", "answer"))
            yield each.name, fate if same else f"{fate}; it says something else there"
