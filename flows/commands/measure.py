"""Commands that measure: a judge, a teacher, thresholds, and overlap with evaluation sets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import OutputOverride, RecipeArgument, console, recipe_of


def calibrate(
    recipe: RecipeArgument,
    labels: Annotated[Path, typer.Argument(help="JSONL: question, answer, evidence, label.")],
    output: OutputOverride = None,
) -> None:
    """Measure the judge of a recipe on at least 100 labelled rows, and recommend a min_score."""
    from flows import progress
    from flows.calibrate import calibrate as run
    from flows.views.judge import calibration_views

    settings = recipe_of(recipe, output, None)
    with progress.bars():
        found = run(settings, labels)
    assert settings.filters.judge is not None
    for view in calibration_views(found, settings.filters.judge):
        console().print(view)


def bench(
    teacher: Annotated[str, typer.Argument(help="A teacher's name in the recipe.")],
    recipe: Annotated[str, typer.Option(help="Whose prompts are sent.")] = "grounded-qa",
    max_concurrency: Annotated[
        int | None, typer.Option(min=1, max=512, help="Most calls in flight, not the teacher's.")
    ] = None,
    calls: Annotated[
        int | None, typer.Option(min=2, help="Prompts per level, not 4 times the level.")
    ] = None,
    output: OutputOverride = None,
) -> None:
    """Measure a teacher with prompts of a recipe, which a build then does not pay for again."""
    from flows import progress
    from flows.bench import bench as run
    from flows.views.bench import bench_views
    from flows.views.bench_page import save_page
    from flows.workspace import workspace

    settings = recipe_of(recipe, output, None)
    with progress.bars():
        found = run(settings, teacher, max_concurrency, calls)
    for view in bench_views(found):
        console().print(view)
    page = save_page(found, workspace(settings).root / "bench")
    console().print(f"Page: {page}", soft_wrap=True, highlight=False, markup=False)
    if found.error is not None:
        raise found.error


def sweep(
    recipe: Annotated[
        str, typer.Argument(metavar="RECIPE|DATASET[@VERSION]", help="What was built before.")
    ],
    thresholds: Annotated[
        str, typer.Option(help="Similarities to try, beside those of the recipe.")
    ] = "0.80,0.85,0.90,0.95",
    rows: Annotated[int, typer.Option("-n", min=0, help="Pairs to show for each threshold.")] = 3,
    output: OutputOverride = None,
) -> None:
    """Show what other thresholds of the duplicate filters would keep. Sends nothing."""
    from flows import progress
    from flows.sweep import sweep as run
    from flows.views.sweep import sweep_views
    from flows.views.sweep_page import save_page
    from flows.workspace import working_folder

    wanted = _similarities(thresholds)
    with progress.bars():
        found = run(recipe, output, wanted, rows)
    for view in sweep_views(found):
        console().print(view)
    page = save_page(found, working_folder(found.version.root) / "sweeps")
    console().print(f"Page: {page}", soft_wrap=True, highlight=False, markup=False)


def decontaminate(
    file: Annotated[Path, typer.Argument(help="Rows to check: JSONL, JSON, CSV or Parquet.")],
    against: Annotated[list[Path], typer.Option(help="A file of evaluation items; repeatable.")],
    control: Annotated[Path | None, typer.Option(help="Clean rows, for the false alarms.")] = None,
    rows: Annotated[int, typer.Option("-n", min=0, help="Matches to show.")] = 10,
) -> None:
    """Find rows that hold or rephrase evaluation items. Exit code 1 where there are any."""
    from configs.filters import Decontamination
    from flows import progress
    from flows.decontaminate import check_file
    from flows.views.match import checked_views

    with progress.bars():
        checked = check_file(file, against, control, Decontamination())
    for view in checked_views(checked, rows):
        console().print(view)
    if checked.contaminated:
        raise typer.Exit(1)


def _similarities(text: str) -> list[float]:
    """Numbers from 0.01 to 1, with commas between them; below that everything is a twin."""
    from configs.errors import ConfigError

    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = []
    if not found or not all(0.01 <= value <= 1 for value in found):
        raise ConfigError(
            f"--thresholds {text!r}: give numbers from 0.01 to 1 with commas between them, for "
            "example 0.85,0.9"
        )
    return found
