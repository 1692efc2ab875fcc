"""Commands before a build: what it would send and cost, a few candidates, and what is missing."""

from __future__ import annotations

from typing import Annotated

import typer

from configs.locations import OUTPUT
from flows.commands.options import OutputOverride, RecipeArgument, console, recipe_of


def estimate(
    recipe: RecipeArgument,
    output: OutputOverride = None,
    target: Annotated[int | None, typer.Option(help="Accepted records, not the recipe's.")] = None,
    canary: Annotated[
        int, typer.Option(min=0, max=500, help="Candidates to really ask for, and measure.")
    ] = 0,
) -> None:
    """Say what a build would send, cost and take. Sends nothing, unless a canary is wanted."""
    from flows import progress
    from flows.estimate import estimate as run
    from flows.views.estimate import estimate_view

    settings = recipe_of(recipe, output, target)
    with progress.bars():
        found = run(settings, canary)
    console().print(estimate_view(found, settings, canary))


def preview(
    recipe: RecipeArgument,
    rows: Annotated[int, typer.Option("-n", min=1, max=200, help="Candidates to make.")] = 5,
    output: OutputOverride = None,
) -> None:
    """Make a few candidates and show what became of each. Publishes nothing."""
    from flows import progress
    from flows.preview import preview as run
    from flows.views import terminal

    settings = recipe_of(recipe, output, None)
    with progress.bars():
        records, verdicts = run(settings, rows)
    for view in terminal.preview_views(records, verdicts):
        console().print(view)


def doctor(
    recipe: Annotated[
        str | None, typer.Argument(help="A recipe whose teachers are to be looked at, too.")
    ] = None,
    probe: Annotated[
        bool, typer.Option("--probe", help="Send each teacher of the recipe up to 5 small calls.")
    ] = False,
    output: OutputOverride = None,
) -> None:
    """Say what is installed and reachable, with the fix for each problem."""
    from configs.errors import ConfigError
    from flows.doctor import examine, probes
    from flows.views import terminal

    if probe and recipe is None:
        raise ConfigError("--probe needs a recipe: stillhouse doctor RECIPE --probe")
    settings = recipe_of(recipe, output, None) if recipe else None
    root = settings.output if settings else output or OUTPUT
    findings = list(examine(root, settings.teachers if settings else None))
    if any(found.name == "prefect server" and found.well for found in findings):
        from flows.doctor_prefect import examine_prefect

        findings += examine_prefect(settings)
    if probe and settings:
        findings += probes(settings)
    console().print(terminal.findings_table(findings))
    if any(not finding.well and not finding.optional for finding in findings):
        raise typer.Exit(1)
