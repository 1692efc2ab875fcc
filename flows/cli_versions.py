"""Commands on the versions of a dataset: which there are, and which one is the latest."""

from __future__ import annotations

from typing import Annotated

import typer

from configs.locations import OUTPUT
from flows.cli_options import OutputOption, SpecArgument, console


def versions(
    dataset: Annotated[str, typer.Argument(help="Name of the dataset.")],
    output: OutputOption = OUTPUT,
) -> None:
    """List the versions of a dataset."""
    from flows import terminal
    from store.versions import find_version, list_versions

    find_version(output, dataset)
    console().print(terminal.versions_table(list_versions(output, dataset)))


def release(
    spec: SpecArgument,
    reason: Annotated[str, typer.Option(help="Why, for whoever asks later.")],
    output: OutputOption = OUTPUT,
) -> None:
    """Make a version the latest one by hand: a quarantined one, or an earlier one again."""
    from configs.errors import ConfigError
    from store.publish import release as run
    from store.versions import find_version

    if not reason.strip():
        raise ConfigError("--reason must say why; it is kept beside the pointer")
    version = find_version(output, spec)
    run(version, reason.strip())
    console().print(f"{version.name} is now the latest version.")
