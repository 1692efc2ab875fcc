"""What holds something that is looked for, what went, and what people have to do about the rest."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from configs.locations import Location
from flows.commands.options import output_option
from flows.scrub import Scrubbed
from flows.scrub_plan import Affected, Plan

_SHOWN = 20


def scrub_views(found: Scrubbed, root: Location) -> Iterator[RenderableType]:
    """What went or would go, then the versions, then what else is left."""
    if found.found.deletes:
        yield _goes(found.found, found.done)
    if found.left.affected:
        yield _versions(found.left.affected)
        yield from _advice(found.left.affected, root)
    for what in found.left.stays:
        yield Text(f"left: {what}")
    if found.done and found.left.deletes:
        yield Text("Some of it came back meanwhile; end what is at work there, and scrub again.")
    if not found.compacted:
        yield Text(
            "Another process reads an older state of the journal, so deleted bytes may still be in "
            "its write-ahead log; run the same command again when it has ended."
        )
    if found.is_clean:
        yield Text("Nothing holds it" + (" any more." if found.found.deletes else "."))
    elif not found.done and found.found.deletes:
        yield Text("Nothing was deleted; add --yes to do so.")


def _goes(found: Plan, done: bool) -> Table:
    table = _table("deleted" if done else "would go", "what that means")
    journal = found.journal
    if journal.replies:
        means = f"${journal.usd:,.4f} was paid for them, as far as prices are known"
        table.add_row(f"{len(journal.replies):,} replies in the journal", means)
    if journal.attempts:
        table.add_row(f"details of {len(journal.attempts):,} calls", "what servers said of errors")
    if journal.capabilities:
        table.add_row(f"{len(journal.capabilities):,} probes of models", "they are made again")
    if found.shards:
        means = "the next build makes them again, from replies that are left"
        table.add_row(f"{len(found.shards):,} shards", means)
    if found.derived:
        table.add_row(f"{len(found.derived):,} folders of vectors and the like", "costs only time")
    for path in found.files[:_SHOWN]:
        table.add_row(Text(str(path)), "")
    if len(found.files) > _SHOWN:
        table.add_row(f"{len(found.files) - _SHOWN:,} more files", "")
    return table


def _versions(affected: tuple[Affected, ...]) -> Table:
    table = _table("version", "points here", "table", "split", "rows")
    for one in affected:
        here = ", ".join([*(["latest"] if one.is_latest else []), *one.tags])
        for name, split, count in one.rows:
            table.add_row(one.version.name, here, name, split, f"{count:,}")
        if one.files:
            table.add_row(one.version.name, here, ", ".join(one.files), "", "")
    return table


def _advice(affected: tuple[Affected, ...], root: Location) -> Iterator[Text]:
    yield Text(
        "Versions never change. Build the datasets again without it, then withdraw these; what was "
        "pushed or copied elsewhere must go there, too:"
    )
    where = output_option(root)
    for one in affected:
        dataset = shlex.quote(one.version.dataset)
        for tag in one.tags:
            yield Text(f"  stillhouse untag {dataset} {tag}{where}")
        spec = f"{dataset}@{one.version.number}"
        note = "   (once a later version is the latest)" if one.is_latest else ""
        yield Text(f"  stillhouse withdraw {spec} --reason ...{where}{note}")


def _table(*columns: str) -> Table:
    table = Table(header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold", justify="right" if column == "rows" else "left")
    return table
