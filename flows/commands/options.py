"""What several commands of the command line share."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from configs.locations import OUTPUT, Location, location_of

if TYPE_CHECKING:
    from rich.console import Console

    from configs.recipe import Recipe
    from store.versions import Version

RecipeArgument = Annotated[
    str,
    typer.Argument(help="Path of a recipe, or a shipped one: quickstart, grounded-qa, reasoning."),
]
SpecArgument = Annotated[str, typer.Argument(metavar="DATASET[@VERSION]", help="For example qa@3.")]

_PARTIAL, _HELD_BACK, _NOT_APPROVED = 7, 8, 10
"""Exit codes of a build by the status of its version, and whether it was approved."""


def _location(where: str | Path) -> Location:
    """The place an option names, or why it is none."""
    try:
        return location_of(where)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


_PLACE = typer.Option(
    "--output", "-o", parser=_location, metavar="PLACE", help="Folder or s3:// URL of datasets."
)
# Typer takes one class; what the parser gives may lie in object storage all the same.
OutputOption = Annotated[Path, _PLACE]
OutputOverride = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        parser=_location,
        metavar="PLACE",
        help="Where to publish, not the recipe's.",
    ),
]


FewerRealOption = Annotated[
    str, typer.Option("--reason", help="Why the version may have fewer real rows than its parent.")
]
PastCanaryOption = Annotated[
    str, typer.Option(help="Why to go on though the first candidates are worse than before.")
]


def recipe_of(
    name: str, output: Path | None, target: int | None, patch: Path | None = None
) -> Recipe:
    """The recipe of that name or path, with what a patch and the command line set."""
    from configs.load import load_recipe

    return load_recipe(name, patch, output=output, target=target)


def console() -> Console:
    """Where a command prints."""
    from flows.views.plain_console import PlainConsole

    # Where nobody watches, lines are not broken to a width of 80.
    return PlainConsole(width=None if sys.stdout.isatty() else 160)


def exit_code(version: Version) -> int:
    """0 for a whole version, else one that says what a version came to."""
    from store.approval import awaits_approval, was_rejected
    from store.publish import held_back

    if held_back(version):
        return _HELD_BACK
    if awaits_approval(version) or was_rejected(version):
        return _NOT_APPROVED
    return _PARTIAL if version.manifest["status"] == "partial" else 0


def output_option(root: Location) -> str:
    """What a suggested command needs to find a folder of datasets, nothing for the usual one."""
    return "" if root == OUTPUT else f" --output {shlex.quote(str(root))}"
