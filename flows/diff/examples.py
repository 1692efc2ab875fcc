"""Rows to look at in a diff of two versions: the only ones whose texts are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import polars as pl

from flows.diff.drops import Drops
from flows.diff.tables import CHANGED, IN, MOVED, OUT, SAYS, TableDiff
from flows.diff.words import Pieces, word_diff
from store.picked import pick
from store.versions import Version

_ORDER = (CHANGED, OUT, IN, MOVED)
_TEXTS = ("question", "answer")
_HIDDEN = frozenset({"messages", "id", "seed_id", "losers", "embedding"})
"""Columns that say again what others say, or that nobody can read."""


@dataclass(frozen=True, slots=True)
class Example:
    """A row in both versions, None where one does not have it; ``texts`` are its columns that are
    shown, in pieces with what is their own marked; ``why`` is what became of it.
    """

    kind: str
    id: str
    why: str
    texts: tuple[tuple[str, Pieces, Pieces], ...]


def find_examples(
    one: Version, two: Version, table: TableDiff, drops: Drops, count: int
) -> list[Example]:
    """The first rows of each kind in the order of their ids; of those that changed, what they say
    comes before where they come from.
    """
    rows = table.rows.with_columns(id=pl.coalesce("id_two", "id_one"))
    rows = rows.sort(pl.col("says").fill_null(False), "id", descending=[True, False])
    wanted = pl.concat([rows.filter(pl.col("kind") == kind).head(count) for kind in _ORDER])
    left, right = _texts(one, wanted["id_one"]), _texts(two, wanted["id_two"])
    fates = {(kind, id_): (why, detail) for kind, id_, why, detail in drops.fates.iter_rows()}
    found = []
    for row in wanted.to_dicts():
        a, b = (
            side.get((row[f"id_{at}"], row[f"split_{at}"]))
            for side, at in ((left, "one"), (right, "two"))
        )
        why = _why(row, fates.get((row["kind"], row["id"]), ("", "")))
        found.append(Example(row["kind"], row["id"], why, tuple(_shown(a, b))))
    return found


def _texts(version: Version, ids: pl.Series) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Rows by id and split."""
    rows = pick(version, "data", "id", pl.col("id").is_in(ids.drop_nulls().implode()))
    return {} if rows is None else {(row["id"], row["split"]): row for row in rows.to_dicts()}


def _why(row: Mapping[str, Any], fate: tuple[str, str]) -> str:
    """What became of a row, in words."""
    why, detail = fate
    if row["kind"] in (IN, OUT):
        where = f"{'before' if row['kind'] == IN else 'now'}: {why}"
        return f"{where} ({detail})" if detail else where
    moved = row["split_one"] != row["split_two"]
    said = [f"from {row['split_one']} to {row['split_two']}"] if moved else []
    if row["by"] != "id":
        said.append(f"was {row['id_one']}, taken for the same by {row['by']}")
    return "; ".join(said)


def _shown(
    one: Mapping[str, Any] | None, two: Mapping[str, Any] | None
) -> Iterator[tuple[str, Pieces, Pieces]]:
    """Question and answer, and what else differs, first what the row says."""
    if one is None or two is None:
        own = one or two or {}
        for name in _TEXTS:
            text = _text(own.get(name))
            cut = text if len(text) <= _MOST else f"{text[:_MOST]}…"
            yield name, [(cut, False)] if one else [], [(cut, False)] if two else []
        return
    others = {*one} & {*two} - {*_TEXTS} - _HIDDEN
    for name in (*_TEXTS, *sorted(others, key=lambda name: (name not in SAYS, name))):
        a, b = _text(one.get(name)), _text(two.get(name))
        if a != b or name in _TEXTS:
            yield name, *word_diff(a, b)


_MOST = 1_500
"""Characters that are shown of a text that only one version has."""


def _text(value: Any) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
