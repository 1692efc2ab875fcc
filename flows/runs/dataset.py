"""What a flow does that makes a version: run its steps as tasks, show them, say what came of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prefect.states import Completed, Failed

from configs.errors import ConfigError, DatasetBusy, StillhouseError
from configs.recipe import Recipe
from flows.pipeline import Built
from flows.production import Step
from flows.progress import notice, shown_by
from flows.runs import deciding, identity
from flows.runs.board import Board, Counts
from flows.runs.budgets import within_variables
from flows.runs.endings import Outcome, plainly
from flows.runs.limits import check_limits
from flows.runs.shown import report_markdown, show_version
from flows.runs.steps import counted
from flows.workspace import exclusively, run_of, workspace
from store.approval import awaits_approval, reject, rejection, was_rejected
from store.publish import QUARANTINED, held_back, release
from store.versions import Version, latest

Make = Callable[[Recipe, Step], Built]
"""Makes a version of a recipe, running each step by the one that is given."""
Ledger = Callable[[Recipe], str]
"""The run that what is spent meanwhile is booked under."""


def run_dataset(recipe: Recipe, make: Make, ledger: Ledger = run_of) -> Outcome:
    """Make a version within a flow, and return its path or a state that says what it came to:
    `Partial`, `Quarantined`, `Rejected`, `NotDecided`, `Skipped` where another process works on
    the dataset, `Failed` with the plain words of an error. The data of a state is the version's
    path or the error, for a caller in the same process.
    """
    return plainly(lambda: _unless_busy(recipe, make, ledger))


def _unless_busy(recipe: Recipe, make: Make, ledger: Ledger) -> Outcome:
    """What a run comes to that keeps within what operators set, unless another has the dataset."""
    identity.introduce(recipe)
    recipe = within_variables(recipe)
    check_limits(recipe)
    try:
        return _decided(recipe, make, ledger)
    except DatasetBusy as error:
        raise DatasetBusy(f"{error}{identity.who_works(recipe)}") from None


def _decided(recipe: Recipe, make: Make, ledger: Ledger) -> Outcome:
    """Make versions until one need not be decided on, or is. A larger one that cannot be made is
    told above the form of the one before, which is asked about again.
    """
    version, wrong = _made(recipe, make, ledger), ""
    while awaits_approval(version) and not held_back(version):
        decision = deciding.ask(version, report_markdown(version), wrong)
        if decision is None:
            break
        if decision.decision == "approve":
            _approve(version, decision.words())
        elif decision.decision == "reject":
            reject(version, decision.words())
        else:
            before, larger = version, within_variables(deciding.raised(recipe, decision))
            try:
                version = _made(larger, make, ledger)
            except StillhouseError as error:
                wrong = str(error)
                identity.name_version(version)
                continue
            recipe, wrong = larger, ""
            if version.path != before.path:
                reject(before, f"{version.name} came in its place: {decision.words()}")
    return outcome(version)


def _approve(version: Version, words: str) -> None:
    """Make a version the latest, unless a later one became that while people thought about it.

    Raises:
        ConfigError: one did; with how to go back all the same.
    """
    newest = latest(version.root, version.dataset)
    if newest is not None and newest.number > version.number:
        raise ConfigError(
            f"{newest.name} became the latest while {version.name} waited; to go back to it: "
            f'stillhouse release {version.dataset}@{version.number} --reason "..."'
        )
    release(version, words)


def _made(recipe: Recipe, make: Make, ledger: Ledger) -> Version:
    """A version, made while nobody else works on the dataset, with its pages."""
    with exclusively(recipe):
        identity.enter(recipe)
        stale = identity.end_stale(recipe)
        if stale:
            notice(f"runs of {recipe.name} whose process is gone, now marked as crashed: {stale}")
        space, run = workspace(recipe), ledger(recipe)
        counts = Counts(recipe.target)
        board = Board(recipe.name, identity.run_id(), counts, lambda: space.journal.spent(run))
        with _plain_log(), board, shown_by(board.show):
            version = make(recipe, counted(recipe, counts)).version
        identity.name_version(version)
        show_version(version)
        identity.leave()
    return version


def outcome(version: Version) -> Outcome:
    """The path of a whole version that is released, or the state that tells what else it is."""
    path, note = str(version.path), version.manifest["note"]
    if held_back(version):
        return Failed(name=QUARANTINED.title(), message=f"{path}: {note}", data=path)
    if was_rejected(version):
        return Failed(name="Rejected", message=f"{path}: {rejection(version)}", data=path)
    if awaits_approval(version):
        todo = f"stillhouse release {version.dataset}@{version.number} --reason ..."
        told = f"{path}: nobody decided; it stays as it is: {todo}"
        return Failed(name="NotDecided", message=told, data=path)
    if version.manifest["status"] == "partial":
        return Completed(name="Partial", message=f"{path}: {note}", data=path)
    return path


@contextmanager
def _plain_log() -> Iterator[None]:
    """Leave out what Prefect says of each task: the lines of the steps say more in fewer."""
    log, ours = logging.getLogger("prefect.task_runs"), logging.getLogger("stillhouse")
    before, level = log.level, ours.level
    log.setLevel(logging.WARNING)
    ours.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.setLevel(before)
        ours.setLevel(level)
