"""Commands on the versions of a dataset: which there are, which one counts, and what can go."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from configs.locations import OUTPUT
from flows.commands.options import OutputOption, SpecArgument, console

DatasetArgument = Annotated[str, typer.Argument(help="Name of the dataset.")]
ReasonOption = Annotated[str, typer.Option(help="Why, for whoever asks later.")]


def versions(dataset: DatasetArgument, output: OutputOption = OUTPUT) -> None:
    """List the versions of a dataset, with tags and what became of those that are gone."""
    from flows.views.versions import versions_views
    from store.versions import find_version

    find_version(output, dataset)
    for view in versions_views(output, dataset):
        console().print(view)


def release(spec: SpecArgument, reason: ReasonOption, output: OutputOption = OUTPUT) -> None:
    """Make a version the latest one by hand: a quarantined one, or an earlier one again."""
    from store.publish import release as run
    from store.versions import find_version

    version = find_version(output, spec)
    run(version, _given(reason))
    console().print(f"{version.name} is now the latest version.")


def rollback(
    dataset: DatasetArgument,
    reason: ReasonOption,
    to: Annotated[
        str | None, typer.Option(help="Number or tag; by default the parent of the latest.")
    ] = None,
    output: OutputOption = OUTPUT,
) -> None:
    """Make an earlier version the latest one again. The later ones stay, and can be released."""
    from configs.errors import ConfigError
    from store.publish import release as run
    from store.versions import find_version

    if to is None:
        parent = find_version(output, dataset).manifest["parent"]
        if parent is None:
            raise ConfigError(f"{dataset} has no version before its latest one")
        to = parent.rpartition("-v")[2]
    version = find_version(output, f"{dataset}@{to}")
    run(version, _given(reason))
    console().print(f"{version.name} is now the latest version.")


def tag(
    spec: SpecArgument,
    name: Annotated[str, typer.Argument(help="The tag: production, paper-2026 and the like.")],
    note: Annotated[str, typer.Option(help="What it stands for.")] = "",
    move: Annotated[
        bool, typer.Option("--move", help="Take it from the version that has it.")
    ] = False,
    output: OutputOption = OUTPUT,
) -> None:
    """Give a version a name that stays with it: DATASET@NAME means it then, and gc keeps it."""
    from store.pointers import tag as run
    from store.versions import find_version

    version = find_version(output, spec)
    run(version.path.parent, name, version.name, note, move)
    console().print(f"{version.dataset}@{name} is {version.name}.")


def untag(
    dataset: DatasetArgument,
    name: Annotated[str, typer.Argument(help="The tag to take away.")],
    output: OutputOption = OUTPUT,
) -> None:
    """Take a tag away; the version stays."""
    from store.pointers import untag as run
    from store.versions import dataset_folder

    run(dataset_folder(output, dataset), name)
    console().print(f"{dataset} has no tag {name} any more.")


def pull(
    spec: SpecArgument,
    folder: Annotated[Path, typer.Argument(help="Where the version's folder goes.")],
    output: OutputOption = OUTPUT,
) -> None:
    """Copy a version to this machine, checked, for `load_dataset` and tools without network."""
    from store.placing import fetch
    from store.versions import find_version

    found = fetch(find_version(output, spec), folder)
    console().print(f"Version: {found}", soft_wrap=True, highlight=False, markup=False)


def withdraw(spec: SpecArgument, reason: ReasonOption, output: OutputOption = OUTPUT) -> None:
    """Delete a version for good, for a reason that is kept; its number is not given again."""
    from store.collect import withdraw as run
    from store.versions import find_version

    version = find_version(output, spec)
    run(version, _given(reason))
    console().print(f"{version.name} is gone.")


def gc(
    dataset: Annotated[
        str | None, typer.Argument(help="Name of the dataset; by default all of them.")
    ] = None,
    keep: Annotated[int, typer.Option(min=0, help="Newest versions that stay anyhow.")] = 3,
    yes: Annotated[bool, typer.Option("--yes", help="Delete; else it is only shown.")] = False,
    output: OutputOption = OUTPUT,
) -> None:
    """Show, and with --yes delete, versions that no tag, pointer, reference or parent needs."""
    from flows.views.versions import garbage_views
    from store.collect import collect, garbage, kept
    from store.versions import datasets

    for name in [dataset] if dataset else datasets(output):
        stays = kept(output, name, keep)
        found = garbage(output, name, stays)
        if yes:
            found = list(collect(output, name, found, keep))
        for view in garbage_views(found, stays, yes):
            console().print(view)
    if not yes:
        console().print("Nothing was deleted; add --yes to do so.")


def fsck(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[DATASET]...", help="By default all of them.")
    ] = None,
    output: OutputOption = OUTPUT,
) -> None:
    """Check versions, pointers and tags: checksums, schemas, references. Exits 1 if any fails."""
    from flows.fsck import check
    from flows.views.versions import problems_table

    found = check(output, names)
    if found.problems:
        console().print(problems_table(found.problems))
        raise typer.Exit(1)
    console().print(f"{found.versions:,} versions of {found.datasets:,} datasets are sound.")


def verify(spec: SpecArgument, output: OutputOption = OUTPUT) -> None:
    """Check every file of a version: checksums, schemas, row counts."""
    from configs.errors import StoreCorrupt
    from store.checks import verify as check
    from store.versions import find_version

    version = find_version(output, spec)
    problems = check(version)
    if problems:
        raise StoreCorrupt(
            f"{version.name} is not sound:\n"
            + "\n".join(f"  {problem}" for problem in problems)
            + "\nRestore the folder from a copy, or publish the dataset again."
        )
    count = len(version.files)
    console().print(f"{version.name} is sound: {count} files have their size, hash and schema.")


def _given(reason: str) -> str:
    from configs.errors import ConfigError

    if not reason.strip():
        raise ConfigError("--reason must say why; it is kept beside the pointer")
    return reason.strip()
