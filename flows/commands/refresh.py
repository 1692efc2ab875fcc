"""Commands that bring what stands up to date."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

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
    from flows.pipeline import Built
    from store.versions import Version


def refresh(
    recipe: RecipeArgument,
    output: OutputOverride = None,
    reason: FewerRealOption = "",
    past_canary: PastCanaryOption = "",
) -> None:
    """Bring the latest version up to its corpus: asks about what is new or changed, verifies again
    what rests on it, and leaves the rest as it is. Where nothing changed, nothing is asked.
    """
    from flows.views import terminal
    from store.versions import latest

    settings = recipe_of(recipe, output, None)
    if os.environ.get("PREFECT_API_URL"):
        before = latest(settings.output, settings.name)
        built = in_prefect("refresh_dataset", settings, reason, past_canary)
        sent = _sent(built.version, before)
    else:
        built, sent = _refreshed(settings, reason, past_canary)
    terminal.show_refreshed(console(), built, sent)
    code = exit_code(built.version)
    if code:
        raise typer.Exit(code)


def _refreshed(recipe: Recipe, reason: str, past_canary: str) -> tuple[Built, int | None]:
    """The version, and the calls that were sent for what changed; None where nothing did."""
    from flows import progress
    from flows.refresh import refresh as run

    with progress.bars():
        made = run(recipe, reason=reason, past_canary=past_canary)
    return made, made.changes.requests if made.changes.documents else None


def _sent(version: Version, before: Version | None) -> int | None:
    """The same of a version that a flow came to, as its manifest says."""
    manifest = version.manifest
    if version == before and manifest["status"] == "completed":
        return None
    account = manifest.get("refresh")
    return int(account["requests"] if account else manifest["cost"]["calls"])
