"""Two texts beside each other, and the words that make them alike or different."""

from __future__ import annotations

from typing import Literal

from rich.table import Table
from rich.text import Text

from store.text import WORD

_SHOWN = 1_500
Marks = Literal["shared", "own"]
_STYLE = {"shared": "bold green", "own": "bold yellow"}


def side_by_side(one: tuple[str, str], two: tuple[str, str], title: str, marks: Marks) -> Table:
    """Two texts, each given with its name. Marked are the words that both have (``shared``), or
    those that only the one has (``own``).
    """
    table = Table(title=Text(title), title_justify="left", header_style="bold", show_lines=True)
    for name, _ in (one, two):
        table.add_column(Text(name), overflow="fold", ratio=1)
    table.add_row(_marked(one[1], two[1], marks), _marked(two[1], one[1], marks))
    return table


def pieces(text: str, other: str, marks: Marks = "own") -> list[tuple[str, bool]]:
    """A text in pieces, each with whether it is marked beside the other text."""
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    theirs = {match.group().casefold() for match in WORD.finditer(other)}
    found, end = [], 0
    for match in WORD.finditer(shown):
        if (match.group().casefold() in theirs) == (marks == "shared"):
            found += [(shown[end : match.start()], False), (match.group(), True)]
            end = match.end()
    return [piece for piece in (*found, (shown[end:], False)) if piece[0]]


def _marked(text: str, other: str, marks: Marks) -> Text:
    marked = Text()
    for piece, is_marked in pieces(text, other, marks):
        marked.append(piece, style=_STYLE[marks] if is_marked else "")
    return marked
