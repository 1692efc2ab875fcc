"""Commands on what was verified: why a record was kept or dropped, and what people say of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from configs.locations import OUTPUT
from flows.commands.options import OutputOption, SpecArgument, console


def show(
    spec: SpecArgument,
    record: Annotated[
        str | None, typer.Argument(help="Id of a record, or its beginning: why kept or dropped.")
    ] = None,
    rows: Annotated[int, typer.Option("-n", min=1, help="Rows to show.")] = 5,
    dropped: Annotated[bool, typer.Option("--dropped", help="Show dropped rows.")] = False,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Only rows dropped for this reason.")
    ] = None,
    output: OutputOption = OUTPUT,
) -> None:
    """Show rows of a version, or why one record was kept or dropped."""
    from flows.show import show_record, show_rows
    from store.versions import find_version

    version = find_version(output, spec)
    if record:
        views = show_record(version, record)
    else:
        views = show_rows(version, rows, dropped or reason is not None, reason)
    for view in views:
        console().print(view)


def explain(
    record: Annotated[str, typer.Argument(help="Id of a record, or its beginning.")],
    spec: Annotated[
        str | None,
        typer.Argument(metavar="[DATASET[@VERSION]]", help="By default, all latest versions."),
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page instead.")] = None,
    output: OutputOption = OUTPUT,
) -> None:
    """Show an answer claim by claim: verdict, rule, and the passage that decided."""
    from flows.explain import explain_record, explained_views
    from store.explained import as_page

    version, shown = explain_record(output, record, spec)
    if html is not None:
        html.parent.mkdir(parents=True, exist_ok=True)
        html.write_text(as_page(shown, f"{version.name}: {shown.id}"), encoding="utf-8")
        console().print(f"Page: {html}", soft_wrap=True, highlight=False, markup=False)
        return
    for view in explained_views(shown):
        console().print(view)


def review(
    spec: SpecArgument,
    export: Annotated[
        Path | None, typer.Option(help="Write claims to label: FILE.csv or FILE.jsonl.")
    ] = None,
    rows: Annotated[int, typer.Option("-n", min=1, help="Claims to export at most.")] = 200,
    force: Annotated[bool, typer.Option("--force", help="Replace the exported file.")] = False,
    labels: Annotated[
        Path | None, typer.Option(help="Learn a calibration from the labelled file.")
    ] = None,
    false_alarms: Annotated[
        float, typer.Option(min=0, max=0.99, help="Share of supported claims that may be lost.")
    ] = 0.05,
    to: Annotated[Path | None, typer.Option(help="Where the calibration goes: FILE.json.")] = None,
    output: OutputOption = OUTPUT,
) -> None:
    """Export claims that nothing exact decided, or learn a calibration from their labels."""
    from configs.errors import ConfigError
    from flows.learnt import learn_from
    from flows.review import export as write
    from flows.views.learnt import exported_views, learnt_views
    from store.versions import find_version

    if (export is None) == (labels is None):
        raise ConfigError("give either --export FILE.csv or --labels FILE.csv")
    version = find_version(output, spec)
    if export is not None:
        views = exported_views(version, export, write(version, export, rows, force))
    elif labels is not None:
        views = learnt_views(learn_from(version, labels, false_alarms, to))
    for view in views:
        console().print(view, soft_wrap=True)
