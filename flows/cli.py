"""The command line. Heavy imports happen inside the commands, so that --help answers at once."""

from __future__ import annotations

import sys

import typer

from configs.errors import StillhouseError, StoreCorrupt
from flows.commands import (
    before,
    catalogue,
    journal,
    lineage,
    make,
    measure,
    operate,
    out,
    probe,
    realism,
    recipes,
    scrub,
    serve,
    verify,
    versions,
)

app = typer.Typer(
    name="stillhouse",
    help="Distil a teacher model into fine-tuning datasets that can be trusted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)

_INTERRUPTED = 130
"""The exit code after Ctrl-C."""


for command in (
    *(make.build, make.refresh, before.estimate, before.preview),
    *(measure.calibrate, measure.bench, measure.sweep),
    *(probe.probe, realism.realism),
    *(versions.versions, versions.release, versions.rollback, versions.tag),
    *(versions.untag, versions.pull, versions.withdraw, versions.gc),
    *(versions.fsck, versions.verify),
    *(scrub.scrub, catalogue.catalogue, operate.automations),
    *(verify.show, verify.explain, verify.review),
    *(out.export, out.push, measure.decontaminate),
    *(recipes.corpus, recipes.plan, recipes.methods, recipes.prompts),
    *(serve.serve, serve.schedule),
    *(lineage.diff, lineage.lineage, recipes.cases, before.doctor),
):
    app.command()(command)
app.add_typer(journal.app)


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


def _stopped() -> None:
    sys.stderr.write("stopped: what was answered is kept; run the same command to go on\n")
    raise SystemExit(_INTERRUPTED) from None


def _fail(message: str, code: int) -> None:
    sys.stderr.write(f"error: {message}\n")
    raise SystemExit(code)


if __name__ == "__main__":
    main()
