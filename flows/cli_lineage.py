"""Commands on where versions and their records come from: what differs, and what rests on what."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import OutputOverride, console

if TYPE_CHECKING:
    from store.versions import Version

_Side = Annotated[
    str, typer.Argument(help="Path of a recipe, a shipped one, or a version: DATASET@VERSION.")
]
_Page = Annotated[Path | None, typer.Option("--html", help="Write it to this page, too.")]


def diff(
    a: _Side,
    b: _Side,
    html: _Page = None,
    examples: Annotated[
        int, typer.Option("--examples", "-n", min=0, max=200, help="Rows of each kind to show.")
    ] = 3,
    output: OutputOverride = None,
) -> None:
    """Say what differs between two versions, their rows and figures, or between two recipes.

    Two versions are compared with their recipes. Exits 1 where anything differs.
    """
    from configs.errors import ConfigError
    from flows.recorded import version_named

    one, two = version_named(a, output), version_named(b, output)
    if html is not None and (one is None or two is None):
        raise ConfigError("--html needs two versions, for example: stillhouse diff qa@1 qa@2")
    differs = False
    if one is not None and two is not None:
        differs = _diff_versions(one, two, html, examples)
    if _diff_recipes(a, b, output, lenient=one is not None and two is not None) or differs:
        raise typer.Exit(1)


def _diff_versions(one: Version, two: Version, html: Path | None, examples: int) -> bool:
    from flows import progress
    from flows.version_diff_page import save_page
    from flows.version_diff_view import version_diff_views
    from flows.versions_compared import compare

    with progress.bars():
        found = compare(one, two, examples)
    for view in version_diff_views(found):
        console().print(view)
    if html is not None:
        console().print(f"Page: {save_page(found, html)}", soft_wrap=True, highlight=False)
    return found.differs


def _diff_recipes(a: str, b: str, output: Path | None, lenient: bool) -> bool:
    """Whether the recipes differ. Of versions that an older Stillhouse made, it is only said that
    they cannot be compared.
    """
    from configs.errors import ConfigError
    from flows.diff_view import diff_views
    from flows.recipe_diff import differences, side_of

    try:
        one, two = side_of(a, output), side_of(b, output)
    except ConfigError as error:
        if not lenient:
            raise
        console().print(f"Recipes: {error}", markup=False, highlight=False)
        return False
    found = differences(one, two)
    for view in diff_views(one, two, found):
        console().print(view)
    return bool(found) or one.hash != two.hash
