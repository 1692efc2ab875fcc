"""Matches with evaluation items for people: both texts side by side, shared words marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from filters.decontamination import item_text
from flows.decontaminate import Checked
from flows.views.side_by_side import side_by_side


def reference_view(record: Mapping[str, Any], verdict: Mapping[str, Any]) -> Table:
    """A record beside the evaluation item it matched, from the verdict that says so."""
    how, _, item = verdict["detail"].partition("\n")
    text = f"{record['question']}\n\n{record['answer']}"
    title = f"Matched by {how}"
    return side_by_side((record["id"], text), (verdict["witness"], item), title, "shared")


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
        beside = (name, item_text(item, match))
        yield side_by_side((record["id"], text), beside, title, "shared")
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
