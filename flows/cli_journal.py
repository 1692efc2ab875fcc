"""Commands on the journal: what each run spent, and all of it for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from configs.locations import OUTPUT
from flows.cli_options import OutputOption, console

app = typer.Typer(
    name="journal", help="What was asked of teachers, and what it cost.", no_args_is_help=True
)


@app.command()
def runs(output: OutputOption = OUTPUT) -> None:
    """List the runs of the journal: calls, tokens, money, failures, first and last call."""
    from flows.journal_view import runs_table
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
