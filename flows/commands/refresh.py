"""Commands that bring what stands up to date."""

from __future__ import annotations

import typer

from flows.commands.options import (
    FewerRealOption,
    OutputOverride,
    PastCanaryOption,
    RecipeArgument,
    console,
    exit_code,
    recipe_of,
)


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
    from flows.refresh import refresh as run
    from flows.views import terminal

    settings = recipe_of(recipe, output, None)
    with progress.bars():
        refreshed = run(settings, reason=reason, past_canary=past_canary)
    terminal.show_refreshed(console(), refreshed)
    code = exit_code(refreshed.version)
    if code:
        raise typer.Exit(code)
