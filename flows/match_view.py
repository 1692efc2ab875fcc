"""Matches with evaluation items for people: both texts side by side, shared words marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from filters.decontamination import item_text
from flows.decontaminate import Checked
from store.text import WORD, words

_SHOWN = 1_500


def side_by_side(record: str, text: str, item: str, item_text: str, title: str) -> Table:
    """Two texts beside each other; words of both are bold."""
    table = Table(title=title, title_justify="left", header_style="bold", show_lines=True)
    for name in (record, item):
        table.add_column(Text(name), overflow="fold", ratio=1)
    shared = {*words(text)} & {*words(item_text)}
    table.add_row(_marked(text, shared), _marked(item_text, shared))
    return table


def reference_view(record: Mapping[str, Any], verdict: Mapping[str, Any]) -> Table:
    """A record beside the evaluation item it matched, from the verdict that says so."""
    how, _, item = verdict["detail"].partition("\n")
    text = f"{record['question']}\n\n{record['answer']}"
    return side_by_side(record["id"], text, verdict["witness"], item, f"Matched by {how}")


def checked_views(checked: Checked, count: int) -> Iterator[RenderableType]:
    """The first matches of a file, and the rates."""
    hits = [(row, match) for row, match in enumerate(checked.matches) if match is not None]
    for row, match in hits[:count]:
        record, item = (
            checked.rows.row(row, named=True),
            checked.items.row(match.item, named=True),
        )
        text = f"{record['question']}\n\n{record['answer']}".strip()
        name = f"{item['set']}:{item['id']}"
        title = f"Matched by {match.method}, {match.score:.2f}"
        yield side_by_side(record["id"], text, name, item_text(item, match), title)
    if len(hits) > count:
        yield Text(f"and {len(hits) - count:,} more; see them with -n {len(hits)}")
    rows, share = len(checked.rows), len(hits) / len(checked.rows)
    yield Text(
        f"{len(hits):,} of {rows:,} rows ({share:.2%}) match one of {len(checked.items):,} items."
    )
    yield Text(control_text(checked.control))


def control_text(control: Mapping[str, Any] | None) -> str:
    """What a control set says of false alarms, in a sentence."""
    if control is None:
        return "No control set, so nobody knows how many matches are false alarms."
    return (
        f"Of {control['rows']:,} control rows, known to be clean, {control['flagged']:,} match: "
        f"false alarms {control['share']:.2%} (95 % between {control['low']:.2%} and "
        f"{control['high']:.2%})."
    )


def _marked(text: str, shared: set[str]) -> Text:
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    marked = Text(shown)
    for match in WORD.finditer(shown):
        if match.group().casefold() in shared:
            marked.stylize("bold green", *match.span())
    return marked
