"""Commands that make the store forget: a document, a person, what is old."""

from __future__ import annotations

from typing import Annotated

import typer

from configs.locations import OUTPUT
from flows.cli_options import OutputOption, console

YesOption = Annotated[bool, typer.Option("--yes", help="Delete; else it is only shown.")]


def scrub(
    document: Annotated[
        list[str] | None, typer.Option(help="Id of a document; repeatable.")
    ] = None,
    text: Annotated[
        list[str] | None, typer.Option(help="A name, an address, any text; repeatable.")
    ] = None,
    yes: YesOption = False,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="With --yes: withdraw versions not in use, too.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why versions are withdrawn.")] = "",
    output: OutputOption = OUTPUT,
) -> None:
    """Find, and with --yes delete, what a document or a person contributed. Exits 1 while it is
    held.
    """
    from configs.errors import ConfigError
    from flows import progress
    from flows.scrub import find, forget, withdraw_unused
    from flows.scrub_view import affected_views, held_views, note_views
    from store.holds import Wanted

    if withdraw and not (yes and reason.strip()):
        raise ConfigError("--withdraw needs --yes and --reason")
    wanted = Wanted(tuple(text or ()), tuple(document or ()))
    with progress.bars():
        held = find(output, wanted)
        if yes:
            forget(output, held)
        if withdraw:
            withdraw_unused(held, reason.strip())
        left = find(output, wanted) if yes else held  # another process may have written meanwhile
    told = (*held_views(held, yes), *affected_views(left.versions), *note_views(left.notes))
    for view in told:
        console().print(view, soft_wrap=True)
    if yes and left.here:
        console().print(f"{left.here:,} places hold it again: run the same command once more.")
    if not yes and not held.nothing:
        console().print("Nothing was deleted; add --yes to do so.")
    if not left.nothing:
        raise typer.Exit(1)


def prune(
    older_than: Annotated[int, typer.Option(min=1, help="Days.")],
    yes: YesOption = False,
    output: OutputOption = OUTPUT,
) -> None:
    """Show, and with --yes delete, replies and ended calls of the journal that are old. What they
    answered is paid for again if it is asked again.
    """
    from datetime import UTC, datetime, timedelta

    from flows.scrub_view import leaving_table
    from flows.workspace import existing_journal, nobody_works, workspace_at
    from store.retention import drop_older, older

    journal = existing_journal(output)
    before = (datetime.now(UTC) - timedelta(days=older_than)).isoformat(timespec="milliseconds")
    leaving = older(journal, before)
    if yes:
        with nobody_works(workspace_at(output)):
            drop_older(journal, before)
    console().print(leaving_table(leaving, older_than, yes))
    if not yes:
        console().print("Nothing was deleted; add --yes to do so.")
