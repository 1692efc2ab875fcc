"""Commands that hand a version on: exports for training programs, and the hub."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from configs.locations import OUTPUT
from flows.commands.options import OutputOption, SpecArgument, console
from store.formats.names import Calls, FileFormat, Place, To

if TYPE_CHECKING:
    from store.formats.wanted import Wanted
    from store.versions import Version


def export(
    spec: SpecArgument,
    to: Annotated[To, typer.Option(help="What a row looks like; docs/formats.md shows each.")],
    config: Annotated[
        str, typer.Option(help="Training set of the version: messy, real_50 and the like.")
    ] = "default",
    file_format: Annotated[FileFormat, typer.Option("--format", help="Kind of file.")] = "parquet",
    into: Annotated[
        Path | None, typer.Option(help="Folder of the export, by default beside the versions.")
    ] = None,
    reasoning: Annotated[
        Place,
        typer.Option(help="Between think marks, as the record has it, or only in its column."),
    ] = "inline",
    calls: Annotated[
        Calls,
        typer.Option(
            help="Function calls in the text, or as fields (messages) and turns of their "
            "own (sharegpt)."
        ),
    ] = "text",
    plain: Annotated[
        bool, typer.Option("--plain", help="Prompt and completion as texts, not as messages.")
    ] = False,
    tokenizer: Annotated[
        Path | None,
        typer.Option(help="Folder of a tokenizer: try its chat template on all, count tokens."),
    ] = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="Count the rows that have more tokens than this.")
    ] = None,
    skip_unfit: Annotated[
        bool, typer.Option("--skip-unfit", help="Leave out records that do not fit.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier export.")] = False,
    output: OutputOption = OUTPUT,
) -> None:
    """Write a version as training programs read it. Exits 1 where records do not fit."""
    from flows.views.export import export_views
    from store.formats.chat import load_chat
    from store.formats.export import export_version
    from store.formats.wanted import Wanted
    from store.versions import find_version

    version = find_version(output, spec)
    wanted = Wanted(to, file_format, reasoning, plain, skip_unfit, max_tokens, calls, config)
    folder = into or _beside(version) / _folder_name(version.name, wanted)
    chat = load_chat(tokenizer) if tokenizer else None
    found = export_version(version, wanted, folder, chat, force)
    for view in export_views(found, wanted):
        console().print(view, soft_wrap=True)
    if found.folder is None:
        raise typer.Exit(1)


def _beside(version: Version) -> Path:
    """Where exports go by default: beside the versions, or among the usual datasets."""
    from configs.locations import OUTPUT

    folder = version.path.parent
    return (folder if isinstance(folder, Path) else OUTPUT / version.dataset) / "exports"


def _folder_name(version: str, wanted: Wanted) -> str:
    """What the folder of an export is called: each configuration has its own."""
    of_config = "" if wanted.config == "default" else f"-{wanted.config}"
    return f"{version}{of_config}-{wanted.to}-{wanted.file_format}"


def push(
    spec: SpecArgument,
    repository: Annotated[str, typer.Argument(metavar="OWNER/NAME", help="On the hub.")],
    exported: Annotated[
        Path | None, typer.Option("--export", help="Send this export of it, not the version.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List what would go, send nothing.")
    ] = False,
    public: Annotated[
        bool, typer.Option("--public", help="A repository that is made is public.")
    ] = False,
    output: OutputOption = OUTPUT,
) -> None:
    """Send a version to a repository of datasets on the hub; the token is in HF_TOKEN."""
    from flows.push import check_repository, pack, send
    from flows.views.export import parcel_views
    from store.versions import find_version

    check_repository(repository)
    with TemporaryDirectory() as scratch:
        parcel = pack(find_version(output, spec), exported, Path(scratch))
        for view in parcel_views(parcel, repository, dry_run):
            console().print(view, soft_wrap=True)
        if dry_run:
            return
        sent = send(parcel, repository, public)
    console().print(f"Sent: {sent}", soft_wrap=True, markup=False)
