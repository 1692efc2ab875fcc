"""Commands on what was verified: why a record was kept or dropped."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli_options import OUTPUT, OutputOption, console


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
