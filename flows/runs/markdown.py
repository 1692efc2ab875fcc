"""What the terminal shows, as Markdown for an artifact: the same tables with the same figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import RenderableType
from rich.table import Column, Table
from rich.text import Text

from store.card.made import cell, plain


def as_markdown(title: str, views: Iterable[RenderableType]) -> str:
    """Tables and texts under a heading."""
    return "\n\n".join([f"# {plain(title)}", *map(_view, views)])


def table(headers: Iterable[str], rows: Iterable[Iterable[str]], longest: int = 2_000) -> str:
    """A Markdown table; cells are text, whatever is in them, and cut after ``longest`` signs."""
    heads = list(headers)
    said = ([cell(text, longest) for text in row] for row in rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in (heads, ["---"] * len(heads), *said))


def _view(view: RenderableType) -> str:
    if not isinstance(view, Table):
        lines = str(view.plain if isinstance(view, Text) else view).splitlines()
        return "\n\n".join(map(plain, lines))
    rows = zip(*map(_cells, view.columns), strict=True)
    shown = table([plain(_text(column.header)) for column in view.columns], rows)
    return f"**{plain(_text(view.title))}**\n\n{shown}" if view.title else shown


def _cells(column: Column) -> Iterator[str]:
    yield from (_text(cell) for cell in column.cells)


def _text(cell: object) -> str:
    return cell.plain if isinstance(cell, Text) else Text.from_markup(str(cell or "")).plain
