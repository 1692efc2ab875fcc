"""The command that writes the catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from configs.locations import OUTPUT
from flows.commands.options import OutputOption, console


def catalogue(
    folder: Annotated[
        Path | None,
        typer.Argument(help="Folder to write; `catalogue` beside the datasets if none."),
    ] = None,
    output: OutputOption = OUTPUT,
    dataset: Annotated[
        list[str] | None, typer.Option(help="Only this dataset; repeatable.")
    ] = None,
) -> None:
    """Write static pages of all datasets and versions, searchable without a server."""
    from configs.errors import ConfigError
    from flows import progress
    from flows.diff.recipes import without_secrets
    from store.catalogue import write_catalogue
    from store.versions import list_versions

    for name in dataset or []:
        if not list_versions(output, name):
            raise ConfigError(
                f"no dataset {name!r} in {output}; see its folders for those there are"
            )
    beside = output if isinstance(output, Path) else OUTPUT
    with progress.bars():
        done = write_catalogue(
            output, folder or beside / "catalogue", dataset or (), without_secrets, progress.report
        )
    out = console()
    out.print(
        f"{done.datasets:,} datasets, {done.versions:,} versions, {done.written:,} version pages "
        f"written: {done.index}",
        soft_wrap=True,
        highlight=False,
    )
    for text in done.broken:
        out.print(f"broken: {text}", markup=False, highlight=False, soft_wrap=True)
    if done.broken:
        raise typer.Exit(1)
