"""The command that probes a served model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import OutputOverride, console


def probe(
    recipe: Annotated[
        str, typer.Argument(metavar="RECIPE|DATASET[@VERSION]", help="Whose corpus is asked about.")
    ],
    endpoint: Annotated[str, typer.Option(help="Address of the model, up to and including /v1.")],
    model: Annotated[str, typer.Option(help="Model name sent to the server.")],
    key_env: Annotated[
        str | None, typer.Option(help="Environment variable that holds the key; never the key.")
    ] = None,
    label: Annotated[
        str, typer.Option(help="Name of this generation; by default the version's.")
    ] = "",
    against: Annotated[
        Path | None, typer.Option(help="File of an earlier run: says what changed, and the stage.")
    ] = None,
    refusals: Annotated[
        Path | None, typer.Option(help="Requests that must be refused, one a line or as rows.")
    ] = None,
    facts: Annotated[int, typer.Option(min=1, help="Most facts to ask for.")] = 400,
    at_least: Annotated[int, typer.Option(min=1, help="Fewer facts than this are an error.")] = 200,
    concurrency: Annotated[int, typer.Option(min=1, max=512, help="Most calls in flight.")] = 16,
    max_tokens: Annotated[
        int, typer.Option(min=16, help="Longest reply; models that reason need more.")
    ] = 160,
    to: Annotated[Path | None, typer.Option(help="Write the run to this file, too.")] = None,
    output: OutputOverride = None,
) -> None:
    """Ask a served model what it knows of a corpus. Run it again after a stop: nothing is asked
    twice.
    """
    from configs.errors import ConfigError
    from flows import progress
    from flows.probe import probe as run
    from flows.students import Student, read_harmful
    from flows.views.probe import probe_views, series_svg

    if at_least > facts:
        raise ConfigError(f"--at-least {at_least} is more than --facts {facts}, the most asked for")
    student = Student(endpoint, model, key_env, label, concurrency, max_tokens)
    harmful = read_harmful(refusals)
    with progress.bars():
        found = run(
            recipe,
            output,
            student,
            most=facts,
            at_least=at_least,
            harmful=harmful,
            against=against,
            to=to,
        )
    for view in probe_views(found):
        console().print(view)
    plot = found.kept.with_name("series.svg")
    plot.write_text(series_svg(found.series), encoding="utf-8")
    for name, path in (("Run", to or found.kept), ("Plot", plot)):
        console().print(f"{name}: {path}", soft_wrap=True, highlight=False, markup=False)
