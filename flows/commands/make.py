"""Commands that make a version: anew, or by bringing the latest one up to date."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.commands.in_prefect import in_prefect
from flows.commands.options import (
    FewerRealOption,
    OutputOverride,
    PastCanaryOption,
    RecipeArgument,
    console,
    exit_code,
    recipe_of,
)

if TYPE_CHECKING:
    from configs.recipe import Recipe
    from store.versions import Version


def build(
    recipe: RecipeArgument,
    output: OutputOverride = None,
    target: Annotated[int | None, typer.Option(help="Accepted records, not the recipe's.")] = None,
    patch: Annotated[
        Path | None, typer.Option(help="A YAML file of fields to change, as a remedy.yaml.")
    ] = None,
    reason: FewerRealOption = "",
    past_canary: PastCanaryOption = "",
) -> None:
    """Build and publish a dataset. Run it again after a stop: nothing is paid for twice."""
    from flows import progress
    from flows.views import terminal

    settings = recipe_of(recipe, output, target, patch)
    if os.environ.get("PREFECT_API_URL"):
        built = in_prefect("build_dataset", settings, reason, past_canary)
    else:
        from flows.pipeline import build as run

        with progress.bars():
            built = run(settings, reason=reason, past_canary=past_canary)
    terminal.show_built(console(), built)
    _end(built.version)


def refresh(
    recipe: RecipeArgument,
    output: OutputOverride = None,
    reason: FewerRealOption = "",
    past_canary: PastCanaryOption = "",
) -> None:
    """Bring the latest version up to its corpus: asks about what is new or changed, verifies again
    what rests on it, and leaves the rest as it is. Where nothing changed, nothing is asked.
    """
    from flows import progress
    from flows.views import terminal

    settings = recipe_of(recipe, output, None)
    if os.environ.get("PREFECT_API_URL"):
        version = _refreshed_in_prefect(settings, reason, past_canary)
    else:
        from flows.refresh import refresh as run

        with progress.bars():
            made = run(settings, reason=reason, past_canary=past_canary)
        sent = made.changes.requests if made.changes.documents else None
        terminal.show_refreshed(console(), made, sent)
        version = made.version
    _end(version)


def _refreshed_in_prefect(recipe: Recipe, reason: str, past_canary: str) -> Version:
    """The version that a run in Prefect comes to, shown by what its manifest says."""
    from flows.views import terminal
    from store.versions import latest

    before = latest(recipe.output, recipe.name)
    built = in_prefect("refresh_dataset", recipe, reason, past_canary)
    manifest = built.version.manifest
    account = manifest.get("refresh")
    if built.is_new:
        sent = account["requests"] if account else manifest["cost"]["calls"]
        terminal.show_refreshed(console(), built, sent)
    elif built.version == before and manifest["status"] == "completed":
        terminal.show_refreshed(console(), built, None)
    else:  # It was there, and is not whole or not released: what is said of it counts.
        terminal.show_built(console(), built)
    return built.version


def _end(version: Version) -> None:
    """Exit with the code that says what a version is, where it is not whole and released."""
    code = exit_code(version)
    if code:
        raise typer.Exit(code)
