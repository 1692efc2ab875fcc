"""The command line. Heavy imports happen inside the commands, so that --help answers at once."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from configs.errors import StillhouseError, StoreCorrupt
from configs.locations import OUTPUT, location_of
from flows import (
    cli_catalogue,
    cli_journal,
    cli_lineage,
    cli_measure,
    cli_out,
    cli_probe,
    cli_realism,
    cli_recipes,
    cli_scrub,
    cli_verify,
    cli_versions,
)
from flows.cli_options import (
    OutputOption,
    OutputOverride,
    RecipeArgument,
    SpecArgument,
    console,
    recipe_of,
)

if TYPE_CHECKING:
    from configs.recipe import Recipe
    from flows.pipeline import Built
    from store.versions import Version

app = typer.Typer(
    name="stillhouse",
    help="Distil a teacher model into fine-tuning datasets that can be trusted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)

_PARTIAL, _HELD_BACK = 7, 8
"""Exit codes of a build by the status of its version."""
_INTERRUPTED = 130
"""The exit code after Ctrl-C."""


@app.command()
def build(
    recipe: RecipeArgument,
    output: OutputOverride = None,
    target: Annotated[int | None, typer.Option(help="Accepted records, not the recipe's.")] = None,
    patch: Annotated[
        Path | None, typer.Option(help="A YAML file of fields to change, as a remedy.yaml.")
    ] = None,
    reason: Annotated[
        str, typer.Option(help="Why the version may have fewer real rows than its parent.")
    ] = "",
    past_canary: Annotated[
        str, typer.Option(help="Why to go on though the first candidates are worse than before.")
    ] = "",
) -> None:
    """Build and publish a dataset. Run it again after a stop: nothing is paid for twice."""
    from flows import progress, terminal

    settings = recipe_of(recipe, output, target, patch)
    if os.environ.get("PREFECT_API_URL"):
        built = _build_in_prefect(settings, reason, past_canary)
    else:
        from flows.pipeline import build as run

        with progress.bars():
            built = run(settings, reason=reason, past_canary=past_canary)
    terminal.show_built(console(), built)
    code = _exit_code(built.version)
    if code:
        raise typer.Exit(code)


@app.command()
def estimate(
    recipe: RecipeArgument,
    output: OutputOverride = None,
    target: Annotated[int | None, typer.Option(help="Accepted records, not the recipe's.")] = None,
    canary: Annotated[
        int, typer.Option(min=0, max=500, help="Candidates to really ask for, and measure.")
    ] = 0,
) -> None:
    """Say what a build would send, cost and take. Sends nothing, unless a canary is wanted."""
    from flows import progress
    from flows.estimate import estimate as run
    from flows.estimate_view import estimate_view

    settings = recipe_of(recipe, output, target)
    with progress.bars():
        found = run(settings, canary)
    console().print(estimate_view(found, settings, canary))


@app.command()
def preview(
    recipe: RecipeArgument,
    rows: Annotated[int, typer.Option("-n", min=1, max=200, help="Candidates to make.")] = 5,
    output: OutputOverride = None,
) -> None:
    """Make a few candidates and show what became of each. Publishes nothing."""
    from flows import progress, terminal
    from flows.preview import preview as run

    settings = recipe_of(recipe, output, None)
    with progress.bars():
        records, verdicts = run(settings, rows)
    for view in terminal.preview_views(records, verdicts):
        console().print(view)


app.command()(cli_measure.calibrate)
app.command()(cli_measure.bench)
app.command()(cli_measure.sweep)
app.command()(cli_probe.probe)
app.command()(cli_realism.realism)
app.command()(cli_versions.versions)
app.command()(cli_versions.release)
app.command()(cli_versions.rollback)
app.command()(cli_versions.tag)
app.command()(cli_versions.untag)
app.command()(cli_versions.pull)
app.command()(cli_versions.withdraw)
app.command()(cli_versions.gc)
app.command()(cli_versions.fsck)
app.command()(cli_scrub.scrub)
app.command()(cli_scrub.prune)
app.command()(cli_catalogue.catalogue)
app.add_typer(cli_journal.app)


@app.command()
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


app.command()(cli_verify.explain)
app.command()(cli_verify.review)


@app.command()
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
    count = len(version.manifest["files"])
    console().print(f"{version.name} is sound: {count} files have their size, hash and schema.")


app.command()(cli_out.export)
app.command()(cli_out.push)
app.command()(cli_measure.decontaminate)
app.command()(cli_recipes.corpus)
app.command()(cli_recipes.plan)
app.command()(cli_recipes.methods)
app.command()(cli_recipes.prompts)
app.command()(cli_lineage.diff)
app.command()(cli_lineage.lineage)

app.command()(cli_recipes.cases)


@app.command()
def doctor(
    recipe: Annotated[
        str | None, typer.Argument(help="A recipe whose teachers are to be looked at, too.")
    ] = None,
    probe: Annotated[
        bool, typer.Option("--probe", help="Send each teacher of the recipe up to 5 small calls.")
    ] = False,
    output: OutputOverride = None,
) -> None:
    """Say what is installed and reachable, with the fix for each problem."""
    from configs.errors import ConfigError
    from flows import terminal
    from flows.doctor import examine, probes

    if probe and recipe is None:
        raise ConfigError("--probe needs a recipe: stillhouse doctor RECIPE --probe")
    settings = recipe_of(recipe, output, None) if recipe else None
    root = settings.output if settings else output or OUTPUT
    findings = list(examine(root, settings.teachers if settings else None))
    if probe and settings:
        findings += probes(settings)
    console().print(terminal.findings_table(findings))
    if any(not finding.well and not finding.optional for finding in findings):
        raise typer.Exit(1)


def main() -> None:
    """Entry point: errors a user can act on are printed without a traceback."""
    try:
        _check_rooms()
        app()
    except StillhouseError as error:
        _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        _stopped()
    except SystemExit as end:
        if end.code == _INTERRUPTED:  # Typer has caught it.
            _stopped()
        raise
    except Exception as error:
        told = _storage_problem(error)
        if told is None:
            raise
        _fail(told, StoreCorrupt.exit_code)


def _storage_problem(error: Exception) -> str | None:
    """What to tell of an error of a disk or of object storage; None where it is neither."""
    from store.objects import SEE, is_clients

    if is_clients(error):
        return f"{error}; {SEE}"
    if isinstance(error, OSError):
        return f"{error}; see that it is there, and that you may read and write it"
    return None


def _check_rooms() -> None:
    """Another distribution (PyPI has a `verifiers`) must not stand in front of our packages."""
    from configs.errors import ConfigError
    from flows.doctor import shadowed_rooms

    shadowed = shadowed_rooms()
    if shadowed:
        raise ConfigError(
            f"another package hides ours: {', '.join(shadowed)}; "
            "install Stillhouse into an environment of its own"
        )


def _build_in_prefect(recipe: Recipe, reason: str, past_canary: str) -> Built:
    from flows.doctor import check_prefect
    from flows.pipeline import Built
    from store.publish import QUARANTINED
    from store.versions import Version, list_versions

    check_prefect(os.environ["PREFECT_API_URL"])
    from flows.build import build_dataset

    before = {version.path for version in list_versions(recipe.output, recipe.name)}
    state = build_dataset(recipe, reason, past_canary, return_state=True)
    if state.name == QUARANTINED.title():
        version = list_versions(recipe.output, recipe.name)[-1]
    else:
        version = Version(location_of(str(state.result())))
    return Built(version, version.path not in before)


def _exit_code(version: Version) -> int:
    """0 for a whole version, else one that says what a version came to."""
    from store.publish import held_back

    if held_back(version):
        return _HELD_BACK
    return _PARTIAL if version.manifest["status"] == "partial" else 0


def _stopped() -> None:
    sys.stderr.write("stopped: what was answered is kept; run the same command to go on\n")
    raise SystemExit(_INTERRUPTED) from None


def _fail(message: str, code: int) -> None:
    sys.stderr.write(f"error: {message}\n")
    raise SystemExit(code)


if __name__ == "__main__":
    main()
