"""A diff of two versions in words and numbers, for the terminal and for the page."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from flows.diff.drops import Drops
from flows.diff.figures import Figure, Form, Value
from flows.diff.tables import CHANGED, IN, MOVED, OUT, SAME, TableDiff
from flows.diff.versions import Compared
from flows.kept_corpus import Changes
from store.report.words import number_text

_SHOWN = 8
_NONE = "–"


def title_of(config: str) -> str:
    """What the rows of a configuration are called."""
    return {"data": "Rows"}.get(config, f"Rows of {config}")


def by_split(table: TableDiff) -> list[tuple[str, int, int, int, int, int, int, int]]:
    """Rows before and now, then those in, out, changed, moved and unchanged, by split. What changed
    or moved counts where it is now; the last line is of all splits, where there are several.
    """
    names = [*table.counts["split_one"], *table.counts["split_two"]]
    splits = [name for name in ("train", "validation", "test") if name in names]
    splits += sorted({name for name in names if name} - {*splits})
    every = [_counts(split, table, pl.col("split_one") == split, pl.col("split_two") == split)
             for split in splits]  # fmt: skip
    if len(every) != 1:
        there = (pl.col(f"split_{at}").is_not_null() for at in ("one", "two"))
        every.append(_counts("all", table, *there))
    return every


def _counts(
    split: str, table: TableDiff, before: pl.Expr, now: pl.Expr
) -> tuple[str, int, int, int, int, int, int, int]:
    one, two = table.counts.filter(before), table.counts.filter(now)

    def of(kind: str, side: pl.DataFrame) -> int:
        return int(side.filter(pl.col("kind") == kind)["rows"].sum())

    kinds = (of(IN, two), of(OUT, one), of(CHANGED, two), of(MOVED, two), of(SAME, two))
    return (split, int(one["rows"].sum()), int(two["rows"].sum()), *kinds)


def table_texts(table: TableDiff, found: Compared) -> Iterator[str]:
    """What is to be said of a configuration beside its counts."""
    yield from filter(None, (_columns_text(table), _pairing_text(table)))
    yield from _lacking_texts(table, found)
    if table.config == "data":
        yield from _fate_texts(found.drops)


def _columns_text(table: TableDiff) -> str:
    """In which columns changed rows differ."""
    if not table.columns:
        return ""
    said = ", ".join(f"{name} {count:,}" for name, count in table.columns)
    changed = table.rows.filter(pl.col("kind") == CHANGED)
    made = len(changed) - int(changed["says"].sum())
    only = f"; {made:,} say the same and differ in where they come from" if made else ""
    return f"Changed rows differ in: {said}{only}."


def _pairing_text(table: TableDiff) -> str:
    """Which rows were taken for the same though their ids differ."""
    other = table.rows.filter(pl.col("by") != "id").group_by("by").len().sort("by")
    said = ", ".join(f"{count:,} by {by}" for by, count in other.iter_rows())
    return f"Taken for the same row though their ids differ: {said}." if said else ""


def _lacking_texts(table: TableDiff, found: Compared) -> Iterator[str]:
    """Columns that were not compared, since one version has none such."""
    for version, names in zip((found.one, found.two), table.lacking, strict=True):
        if names:
            yield f"Only {version.name} has, in this form, the columns {', '.join(names)}."


def _fate_texts(drops: Drops) -> Iterator[str]:
    """What the other version did with rows that came or went."""
    for kind, said in ((OUT, "What became of rows that went"), (IN, "What rows that came were")):
        fates = drops.by_fate(kind)
        if fates:
            more = f", and {len(fates) - _SHOWN:,} other reasons" if len(fates) > _SHOWN else ""
            listed = ", ".join(f"{why} {count:,}" for why, count in fates[:_SHOWN])
            yield f"{said}: {listed}{more}."


def drops_text(drops: Drops) -> str:
    """How the dropped rows of both differ."""
    counts = drops.counts
    return (
        f"Dropped rows: {counts[IN]:,} only now, {counts[OUT]:,} only before, "
        f"{counts[CHANGED]:,} in both for another reason, {counts[SAME]:,} for the same one."
    )


def documents_text(documents: Changes) -> str:
    """How the corpora differ."""
    said = [
        f"{len(ids):,} {word}{_named(ids)}"
        for word, ids in (
            ("new", documents.new),
            ("changed", documents.changed),
            ("gone", documents.gone),
        )
    ]
    return f"Documents of the corpus: {', '.join(said)}."


def _named(ids: tuple[str, ...]) -> str:
    named = ", ".join(ids[:_SHOWN])
    return f" ({named}{', …' if len(ids) > _SHOWN else ''})" if ids else ""


def value_text(value: Value, form: Form) -> str:
    """A figure for people."""
    if value is None or isinstance(value, str):
        return value or _NONE
    match form:
        case "count":
            return f"{value:,.0f}"
        case "share":
            return f"{value:.2%}"
        case "usd":
            return f"${value:,.4f}"
    return number_text(value)


def delta_text(figure: Figure) -> str:
    """The difference of two figures with its sign; of shares in percentage points."""
    delta = figure.delta
    if delta is None or not delta:
        return "" if figure.differs or delta is None else "0"
    if figure.form == "share":
        said = f"{number_text(100 * abs(delta))} points"
    else:
        said = value_text(abs(delta), figure.form)
    return f"{'+' if delta > 0 else '−'}{said}"
