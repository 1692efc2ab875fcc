"""The command that deletes what a document or a person contributed."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from configs.locations import OUTPUT
from flows.commands.options import OutputOption, console


def scrub(
    document: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Id of a document; repeatable.")
    ] = None,
    text: Annotated[
        list[str] | None,
        typer.Option(
            help="A name, an address, any text; repeatable. - reads lines from the input."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Delete; else it is only shown.")] = False,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="With --yes: withdraw versions not in use, too.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why versions are withdrawn.")] = "",
    output: OutputOption = OUTPUT,
) -> None:
    """Show, and with --yes delete, what a document or person contributed. Exits 1 if any is left.

    Published versions never change: those that hold it are listed, with what to do.
    """
    from configs.errors import ConfigError
    from flows import progress
    from flows.scrub import scrub as run
    from flows.views.scrub import scrub_views

    if withdraw != bool(reason.strip()) or (withdraw and not yes):
        raise ConfigError("--withdraw goes with --yes and with a --reason")
    with progress.bars():
        found = run(output, document or [], _lines(text or []), yes, reason.strip())
    for view in scrub_views(found, output):
        console().print(view, soft_wrap=not hasattr(view, "columns"))
    if not found.is_clean:
        raise typer.Exit(1)


def _lines(texts: list[str]) -> list[str]:
    """The texts; a shell keeps what is written on its command line, so they may be piped in."""
    piped = [line.strip() for line in sys.stdin.read().splitlines()] if "-" in texts else []
    return [*(text for text in texts if text != "-"), *(line for line in piped if line)]
