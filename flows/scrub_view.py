"""What must be forgotten and where it is, as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from flows.cli_options import output_option
from flows.scrub import Affected, Held
from store.retention import Leaving


def held_views(held: Held, done: bool) -> Iterator[RenderableType]:
    """Where it is on this machine, then the versions that hold it and what can be done."""
    table = Table("deleted" if done else "would go", "number", header_style="bold")
    table.add_row("replies of the journal", f"{len(held.replies):,}")
    table.add_row("calls of which something is told", f"{len(held.calls):,}")
    table.add_row("shards of the working folder", f"{len(held.shards):,}")
    table.add_row("other files", f"{len(held.files):,}")
    yield table
    for path in held.files:
        yield Text(f"  {path}", style="dim")


def note_views(notes: Sequence[str]) -> Iterator[RenderableType]:
    """What people wrote that holds it, and only they can change."""
    for note in notes:
        yield Text(f"A reason or a note in {note} holds it; that file is not deleted.")


def affected_views(versions: Sequence[Affected]) -> Iterator[RenderableType]:
    """Versions that hold it."""
    if not versions:
        yield Text("No published version holds it.")
        return
    table = Table("version", "rows by table", "other files", "in use as", header_style="bold")
    for one in versions:
        rows = ", ".join(f"{folder} {count:,}" for folder, count in one.rows)
        table.add_row(one.version.name, rows, ", ".join(one.files), ", ".join(one.used_as))
    yield table
    first = versions[0].version
    option = output_option(first.root)
    yield Text(
        "Versions do not change. Take the document or the person out of the corpus, build again, "
        f'then: stillhouse withdraw {first.dataset}@{first.number} --reason "..."{option}'
    )


def leaving_table(leaving: Leaving, days: int, done: bool) -> Table:
    """What is older than so many days."""
    table = Table("deleted" if done else "would go", f"older than {days} days", header_style="bold")
    table.add_row("replies", f"{leaving.replies:,}")
    table.add_row("ended calls", f"{leaving.attempts:,}")
    usd = "unknown" if leaving.usd is None else f"${leaving.usd:,.2f}"
    table.add_row("what the replies cost", usd)
    return table
