"""The pipeline from a recipe to a published version, top to bottom.

How a step is run is decided by the caller: as the plain function it is, or as a Prefect task.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace

from configs.errors import BudgetExceeded, TeacherUnavailable
from configs.recipe import Recipe
from flows import stages, steps
from flows.acceptance import measure_acceptance
from flows.canaries import judge_canaries
from flows.canary_batch import check_canary
from flows.entailing import check_entailment
from flows.finish import publish_version
from flows.gate import check_gate
from flows.generation_depth import check_depths, with_depths
from flows.judging import check_rubrics
from flows.mixing import check_accumulates
from flows.plan_counts import check_coverage
from flows.production import Step, calibrate, directly, produce
from flows.references import ROLES, anchor_of, read_references, sets_of
from flows.rounds import first_round, whole_shards
from flows.teachers import check_teachers, open_pool
from flows.user_inputs import check_user_inputs, read_user_inputs
from flows.verifier_error import measure_verifier
from flows.work import Work
from flows.workspace import exclusively, workspace
from generators.cascade import tiers_of
from generators.catalogue import check_methods
from store.versions import Version, list_versions


@dataclass(frozen=True)
class Built:
    """What a build came to; ``is_new`` is False where nothing differs from an earlier one."""

    version: Version
    is_new: bool


def build(recipe: Recipe, step: Step = directly, reason: str = "", past_canary: str = "") -> Built:
    """Make the dataset. A rerun skips what is finished and pays for nothing twice. ``reason`` says
    why the version may have fewer real rows than its parent, ``past_canary`` why the run goes on
    though its first candidates are worse than the parent's.

    Raises:
        StillhouseError: with what to do; what was answered and finished is kept.
    """
    with exclusively(recipe):
        return _build(with_depths(recipe), step, reason.strip(), past_canary.strip())


def _build(recipe: Recipe, step: Step, reason: str, past_canary: str) -> Built:
    before = {version.path for version in list_versions(recipe.output, recipe.name)}
    work, planned = prepare(recipe, step)
    check_accumulates(recipe, anchor_of(workspace(recipe), recipe, work.references), reason)
    work = replace(work, reason=reason)
    check_coverage(recipe, work.corpus, work.plan)
    work = measure(recipe, step, fill(recipe, step, work, planned, past_canary))
    version = step(publish_version, recipe, work, label="publish")
    return Built(version, version.path not in before)


def fill(recipe: Recipe, step: Step, work: Work, planned: int, past_canary: str) -> Work:
    """Ask round by round, until the target, the end of the plan or that of the budget is reached.

    Raises:
        CanaryPaused, TeacherUnavailable, BudgetExceeded: before any record was accepted.
    """
    if recipe.routing.enabled:
        work = calibrate(recipe, step, work, planned)
    size = first_round(recipe, planned)
    work = check_canary(recipe, step, work, size, past_canary)
    while True:
        work = produce(recipe, step, work, size)
        kept = len(stages.standing(workspace(recipe), work.records, (), work.verdicts))
        down = steps.missing(workspace(recipe), work.records)
        if down and not kept:
            raise TeacherUnavailable("; ".join(down))
        if work.stopped and not kept:
            raise BudgetExceeded(work.stopped)
        if down or work.stopped or kept >= recipe.target or size == planned:
            return work
        wanted = math.ceil(size * recipe.target / max(kept, 1) * 1.05)
        size = whole_shards(recipe, min(wanted, 2 * size), planned)


def measure(recipe: Recipe, step: Step, work: Work) -> Work:
    """Ask the probes that look at candidates and at the stages."""
    if recipe.probes.acceptance is not None and work.records:
        work = _score(recipe, step, work)
    if recipe.verifiers.grounding is not None and recipe.probes.verifier is not None:
        measured = step(measure_verifier, recipe, work.corpus, work.passages, label="verifier")
        work = replace(work, verifier=measured)
    return replace(work, canaries=judge_canaries(recipe, step, work)) if work.records else work


def _score(recipe: Recipe, step: Step, work: Work) -> Work:
    """Ask for the probe ``acceptance``. It decides about no record, so a budget that has no room
    for it holds no version back.
    """
    inputs = (work.corpus, work.records, work.verdicts)
    try:
        scored = step(measure_acceptance, recipe, *inputs, label="acceptance")
    except BudgetExceeded as error:
        return replace(work, stopped=work.stopped or str(error))
    return replace(work, acceptance=scored)


def prepare(recipe: Recipe, step: Step = directly) -> tuple[Work, int]:
    """Check what can be checked for free, read and embed the corpus, and plan the seeds.

    Returns the work to be continued and how many seeds there are.
    """
    started = time.monotonic()
    check(recipe)
    corpus = step(steps.read_corpus, recipe, label="read corpus")
    work = replace(equip(recipe, step, corpus), started=started)
    plan = step(steps.plan, recipe, corpus, label="plan")
    return replace(work, plan=plan), len(steps.seeds_of(recipe, plan))


def equip(recipe: Recipe, step: Step, corpus: str) -> Work:
    """All that a run needs beside its plan: teachers that answer, reference sets, vectors."""
    open_pool(recipe)
    check_teachers(recipe)
    held = [
        step(read_references, recipe, role, label=f"read {role}")
        for role in ROLES
        if sets_of(recipe, role)
    ]
    passages = step(steps.embed_passages, recipe, corpus, label="embed passages")
    tiers = tiers_of(recipe) if recipe.routing.enabled else ()
    work = Work(corpus, passages, "", tiers, references=held)
    if recipe.user_inputs is not None:
        read = step(read_user_inputs, recipe, corpus, label="read user inputs")
        work = replace(work, user_inputs=read)
    return work


def check(recipe: Recipe) -> None:
    """Check what can be checked without reading the corpus.

    Raises:
        ConfigError: a prompt, a model, a figure, a method or a sample of messages that the recipe
            names is not there, or the output folder cannot be written.
    """
    check_rubrics(recipe)
    check_entailment(recipe)
    check_gate(recipe)
    check_methods(recipe)
    check_depths(recipe)
    check_user_inputs(recipe)
    workspace(recipe)
