"""Commands on where versions and their records come from: what differs, and what rests on what."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from configs.locations import OUTPUT
from flows.commands.options import OutputOption, console

if TYPE_CHECKING:
    from store.versions import Version

_HELP = "A version, DATASET@VERSION, or a recipe: its path, or a shipped one."
_A = Annotated[str, typer.Argument(metavar="A", help=_HELP)]
_B = Annotated[str, typer.Argument(metavar="B", help=_HELP)]
_Page = Annotated[Path | None, typer.Option("--html", help="Write it to this page, too.")]


def diff(
    a: _A,
    b: _B,
    html: _Page = None,
    examples: Annotated[
        int, typer.Option("--examples", "-n", min=0, max=200, help="Rows of each kind to show.")
    ] = 3,
    output: OutputOption = OUTPUT,
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
    from flows.diff.versions import compare
    from flows.views.version_diff import version_diff_views
    from flows.views.version_diff_page import save_page

    with progress.bars():
        found = compare(one, two, examples)
    for view in version_diff_views(found):
        console().print(view)
    if html is not None:
        console().print(f"Page: {save_page(found, html)}", soft_wrap=True, highlight=False)
    return found.differs


def _diff_recipes(a: str, b: str, output: Path, lenient: bool) -> bool:
    """Whether the recipes differ. Of versions that an older Stillhouse made, it is only said that
    they cannot be compared.
    """
    from configs.errors import ConfigError
    from flows.diff.recipes import differences, side_of
    from flows.views.diff import diff_views

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


def lineage(
    record: Annotated[
        str | None, typer.Argument(metavar="[RECORD]", help="Id of a record, or its beginning.")
    ] = None,
    dataset: Annotated[
        str | None, typer.Argument(metavar="[DATASET@VERSION]", help="By default the latest ones.")
    ] = None,
    document: Annotated[str | None, typer.Option(help="What rests on this document?")] = None,
    passage: Annotated[str | None, typer.Option(help="What rests on this passage?")] = None,
    request: Annotated[str | None, typer.Option(help="Whom was this request for? Its key.")] = None,
    prompt: Annotated[str | None, typer.Option(help="What was this prompt sent for?")] = None,
    every: Annotated[bool, typer.Option("--all", help="Look into all versions.")] = False,
    html: _Page = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write all that rests on it.")] = None,
    json: Annotated[Path | None, typer.Option("--json", help="The same as JSON.")] = None,
    output: OutputOption = OUTPUT,
) -> None:
    """Say where a record comes from, down to the corpus; or what rests on a document."""
    from configs.errors import ConfigError

    asked = {"document": document, "passage": passage, "request": request, "prompt": prompt}
    given = {name: id_ for name, id_ in asked.items() if id_ is not None}
    if len(given) > 1 or (given and dataset is not None) or not (given or record):
        raise ConfigError(
            "give the id of a record, or one of --document, --passage, --request and --prompt, "
            "for example: stillhouse lineage --document ID DATASET@1"
        )
    if given and html is not None:
        raise ConfigError("--html is for one record; write what rests on a document with --csv")
    if record is not None and not given:
        if csv is not None or json is not None or every:
            raise ConfigError("--csv, --json and --all go with --document and the like")
        _backward(output, record, dataset, html)
    for what, id_ in given.items():
        _forward(output, what, id_, record, every, (csv, json))


def _backward(root: Path, record: str, spec: str | None, html: Path | None) -> None:
    from flows import progress
    from flows.lineage.records import trace
    from flows.views.lineage import lineage_branch, lineage_tree, save_page

    with progress.bars():
        found = trace(root, record, spec)
    console().print(lineage_tree(lineage_branch(found)))
    if html is not None:
        console().print(f"Page: {save_page(found, html)}", soft_wrap=True, highlight=False)


def _forward(
    root: Path,
    what: str,
    id_: str,
    spec: str | None,
    every: bool,
    files: tuple[Path | None, Path | None],
) -> None:
    from flows import progress
    from flows.lineage.forward import by_document, by_passage, by_prompt, by_request
    from flows.lineage.listed import resting, resting_views, save, wanted_versions

    looks = {"document": by_document, "passage": by_passage}
    looks |= {"request": by_request, "prompt": by_prompt}
    with progress.bars():
        found = resting(wanted_versions(root, spec, every), looks[what], id_)
    for view in resting_views(found, f"{what} {id_}"):
        console().print(view)
    save(found, *files)
