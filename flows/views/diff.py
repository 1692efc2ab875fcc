"""The differences of two recipes as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from flows.diff.recipes import Difference, Side


def diff_views(one: Side, two: Side, found: Sequence[Difference]) -> Iterator[RenderableType]:
    """What differs, group by group, then both hashes."""
    if found:
        yield _table(one, two, found)
    elif one.hash == two.hash:
        yield Text("No field, prompt, stage or package differs.")
    else:
        yield Text(
            "Nothing that was recorded differs, but the hashes do: one is of an older Stillhouse."
        )
    if not all(each.counts for each in found):
        yield Text("* changes how it is made, not what; it does not belong to the hash")
    for side in (one, two):
        yield Text(f"{side.hash}  {side.name}")


def _table(one: Side, two: Side, found: Sequence[Difference]) -> Table:
    table = Table(header_style="bold")
    for column in ("", "field", one.name, two.name):
        table.add_column(Text(column), overflow="fold")
    group = ""
    for each in found:
        if group and each.group != group:
            table.add_section()
        title = "" if each.group == group else each.group
        field = each.field if each.counts else f"{each.field} *"
        table.add_row(*map(Text, (title, field, each.one, each.two)))
        group = each.group
    return table
