"""Commands on the journal: what each run spent, and all of it for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from configs.locations import OUTPUT
from flows.commands.options import OutputOption, console

app = typer.Typer(
    name="journal", help="What was asked of teachers, and what it cost.", no_args_is_help=True
)


@app.command()
def runs(output: OutputOption = OUTPUT) -> None:
    """List the runs of the journal: calls, tokens, money, failures, first and last call."""
    from flows.views.journal import runs_table
    from flows.workspace import existing_journal
    from store.journal_runs import runs as run

    console().print(runs_table(run(existing_journal(output))))


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Folder to write, not there yet or empty.")],
    output: OutputOption = OUTPUT,
) -> None:
    """Write all tables of the journal as Parquet files, as they are at this moment."""
    from flows import progress
    from flows.workspace import existing_journal
    from store.journal_export import export_journal

    with progress.bars():
        done = export_journal(existing_journal(output), folder, progress.report)
    said = ", ".join(f"{rows:,} {name}" for name, rows in done.rows.items())
    console().print(f"{done.folder}: {said}", highlight=False, markup=False, soft_wrap=True)


@app.command()
def prune(
    older_than: Annotated[
        str, typer.Option("--older-than", metavar="AGE", help="For example 90d, 12w or 2y.")
    ],
    keep_replies: Annotated[
        bool, typer.Option("--keep-replies", help="Delete only the log of calls.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Delete; else it is only shown.")] = False,
    output: OutputOption = OUTPUT,
) -> None:
    """Show, and with --yes delete, old replies and the log of old calls. What was spent stays."""
    from flows import progress
    from flows.views.journal import pruned_views
    from flows.workspace import existing_journal
    from store.retention import old
    from store.retention import prune as run

    before = _moment_before(older_than)
    journal = existing_journal(output)
    database, size = journal.database, journal.database.size
    if not yes:
        found = old(database, before, keep_replies)
    else:
        with progress.bars():
            found = run(database, before, keep_replies, progress.report)
            progress.report("compacting the file", 0, 1)
            whole = journal.compact()
    for view in pruned_views(found, before, keep_replies, done=yes):
        console().print(view)
    if not yes:
        console().print("Nothing was deleted; add --yes to do so.")
        return
    _say_sizes(size, database.size)
    if not whole:
        _fail_to_compact()


def _say_sizes(before: int, after: int) -> None:
    from flows.views.versions import size_text

    console().print(f"The journal had {size_text(before)} on the disk and has {size_text(after)}.")


def _fail_to_compact() -> None:
    console().print(
        "Another process still reads an older state, so what was deleted may still be in the "
        "write-ahead log; run the same command again when it has ended."
    )
    raise typer.Exit(1)


def _moment_before(age: str) -> str:
    """The moment that long ago, as the journal writes moments."""
    import re
    from datetime import UTC, datetime, timedelta

    from configs.errors import ConfigError

    found = re.fullmatch(r"(\d{1,5})([dwy])", age.strip().lower())
    if not found:
        raise ConfigError(f"--older-than {age!r}: write days, weeks or years, as 90d, 12w or 2y")
    days = int(found[1]) * {"d": 1, "w": 7, "y": 365}[found[2]]
    try:
        moment = datetime.now(UTC) - timedelta(days=days)
    except OverflowError:
        raise ConfigError(f"--older-than {age!r} is before all calendars") from None
    return moment.isoformat(timespec="milliseconds")
