"""The differences of two versions in the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from flows.diff.drops import Drops
from flows.diff.examples import Example
from flows.diff.figures import Figure
from flows.diff.said import (
    by_split,
    delta_text,
    documents_text,
    drops_text,
    table_texts,
    title_of,
    value_text,
)
from flows.diff.tables import TableDiff
from flows.diff.versions import Compared
from flows.diff.words import Pieces

_REASONS = 10
_COUNTS = ("split", "before", "now", "in", "out", "changed", "moved", "unchanged")


def version_diff_views(found: Compared) -> Iterator[RenderableType]:
    """Rows, what became of those that went, figures that differ, and some rows."""
    names = f"{found.one.name} and {found.two.name}"
    if not found.differs:
        yield Text(f"{names}: no row, no dropped row and no figure differs.")
        return
    for table in found.tables:
        yield _rows(table)
        yield from map(Text, table_texts(table, found))
    yield Text(drops_text(found.drops))
    if any(one != two for _, _, one, two in found.drops.reasons.iter_rows()):
        yield _reasons(found.drops)
    if found.documents is not None:
        yield Text(documents_text(found.documents))
    yield from _figures(found)
    for kind, some in groupby(found.examples, key=lambda each: each.kind):
        yield _examples(kind, [*some])


def _rows(table: TableDiff) -> Table:
    view = Table(title=title_of(table.config), title_justify="left", header_style="bold")
    view.add_column(_COUNTS[0])
    for name in _COUNTS[1:]:
        view.add_column(name, justify="right")
    for split, *counts in by_split(table):
        view.add_row(Text(split), *(f"{count:,}" for count in counts))
    return view


def _reasons(drops: Drops) -> Table:
    view = Table(title="Dropped rows by reason", title_justify="left", header_style="bold")
    for name in ("stage", "reason"):
        view.add_column(name)
    for name in ("before", "now", "difference"):
        view.add_column(name, justify="right")
    for stage, reason, one, two in drops.reasons.head(_REASONS).iter_rows():
        view.add_row(
            Text(stage),
            Text(reason),
            f"{one:,}",
            f"{two:,}",
            f"{two - one:+,}" if two != one else "0",
        )
    return view


def _figures(found: Compared) -> Iterator[RenderableType]:
    """All figures that differ, group by group."""
    differing = [each for each in found.figures if each.differs]
    if differing:
        view = Table(title="Figures that differ", title_justify="left", header_style="bold")
        for name in ("", "figure"):
            view.add_column(name, overflow="fold")
        for name in (found.one.name, found.two.name, "difference"):
            view.add_column(Text(name), justify="right", overflow="fold")
        view.add_column("", overflow="fold")
        for _, some in groupby(differing, key=lambda each: each.group):
            for number, each in enumerate(some):
                view.add_row(*map(Text, _cells(each, number == 0)))
            view.add_section()
        yield view
    yield Text(f"{len(found.figures) - len(differing):,} other figures are the same.")


def _cells(figure: Figure, first: bool) -> tuple[str, ...]:
    values = (value_text(value, figure.form) for value in (figure.one, figure.two))
    group = figure.group if first else ""
    return (group, figure.name, *values, delta_text(figure), figure.note)


def _examples(kind: str, some: Sequence[Example]) -> Table:
    """Rows of a kind, before and now."""
    view = Table(title=f"Rows: {kind}", title_justify="left", header_style="bold", show_lines=True)
    sides = [name for name, at in (("before", 1), ("now", 2)) if any(t[at] for t in some[0].texts)]
    for name in ("row", *sides):
        view.add_column(name, overflow="fold", ratio=1 if name == "row" else 2)
    for example in some:
        head = Text(f"{example.id}\n{example.why}".strip())
        before = [_line(name, pieces) for name, pieces, _ in example.texts if pieces]
        now = [_line(name, pieces) for name, _, pieces in example.texts if pieces]
        both = {"before": before, "now": now}
        view.add_row(head, *(Text("\n").join(both[name]) for name in sides))
    return view


def _line(name: str, pieces: Pieces) -> Text:
    line = Text(f"{name}: ", style="dim")
    for piece, marked in pieces:
        line.append(piece, style="bold yellow not dim" if marked else "not dim")
    return line
