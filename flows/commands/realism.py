"""The command that holds a version's prompts against those of real users."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from configs.locations import OUTPUT
from flows.commands.options import OutputOption, console


def realism(
    sample: Annotated[str, typer.Argument(help="Real messages: JSONL, JSON, CSV or Parquet.")],
    spec: Annotated[
        str | None,
        typer.Argument(metavar="[DATASET[@VERSION]]", help="By default, only the sample is shown."),
    ] = None,
    column: Annotated[
        str | None,
        typer.Option(help="Column with the message; by default message, prompt, question, ..."),
    ] = None,
    limit: Annotated[
        float, typer.Option(min=0, max=1, help="Largest Jensen-Shannon distance of a feature.")
    ] = 0.15,
    config: Annotated[
        str | None, typer.Option(help="data or messy; by default messy where there is one.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option(help="Folder for the patch and the figures, not the usual one.")
    ] = None,
    output: OutputOption = OUTPUT,
) -> None:
    """Show how real users write and how far a version's prompts are from it; exits 1 if too far."""
    from flows import progress
    from flows.realism import measure, profile_alone, read_sample
    from flows.realism_files import save
    from flows.views.realism import realism_views, sample_views

    with progress.bars():
        messages = read_sample(sample, column)
        if spec is None:
            views = sample_views(messages, profile_alone(messages))
        else:
            found = measure(messages, spec, output, limit, config)
            views = realism_views(messages, found)
    for view in views:
        console().print(view, soft_wrap=not hasattr(view, "columns"), markup=False, highlight=False)
    if spec is None:
        return
    for line in save(messages, found, to):
        console().print(line, soft_wrap=True, highlight=False, markup=False)
    if found.fails:
        raise typer.Exit(1)
