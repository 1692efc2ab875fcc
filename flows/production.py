"""Candidates and verdicts on them, shard by shard: generate, judge, repair, escalate, compare."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import polars as pl

from configs.errors import BudgetExceeded, TeacherUnavailable
from configs.recipe import Recipe
from flows import repairs, stages, steps
from flows.drift import Watch
from flows.progress import notice
from flows.slices import Survival
from flows.work import Work
from flows.workspace import workspace
from generators.cascade import Trial, trusted
from generators.seeds import Seed


class Step(Protocol):
    """Runs a step; ``label`` is what people see of it."""

    def __call__(self, function: Callable[..., Any], *args: Any, label: str) -> Any:
        """What the step returns."""
        ...


@dataclass(frozen=True)
class Batch:
    """Shards of candidates that were judged one by one; ``vectors`` is None where none came."""

    records: str
    vectors: str | None
    verdicts: Sequence[str]


def directly(function: Callable[..., Any], *args: Any, label: str) -> Any:
    """Run a step as the plain function it is."""
    return function(*args)


def calibrate(recipe: Recipe, step: Step, work: Work, planned: int) -> Work:
    """Ask every tier for the same seeds, and leave out tiers that are not good enough.

    Raises:
        TeacherUnavailable: the strongest tier does not answer, so nothing can be measured.
        BudgetExceeded: there is none left to measure with.
    """
    trials, plans, notes = [], {}, []
    for tier in work.tiers:
        first = tier == work.tiers[0]
        plans[tier] = plan = (
            work.plan if first else step(steps.redirect, recipe, work.plan, tier, label="plan")
        )
        if planned < recipe.routing.calibration:
            trials.append(Trial(tier, 0, 0))
            continue
        label = f"calibrate tier {tier}"
        batch = judge_batch(recipe, step, work, plan, 0, recipe.routing.calibration, label)
        stopped = _stopped(recipe, [batch])
        if stopped:
            raise BudgetExceeded(stopped)
        down = steps.missing(workspace(recipe), [batch.records])
        if down and tier == work.tiers[-1]:
            raise TeacherUnavailable("; ".join(down))
        if down:
            notes.append(f"tier {tier} is left out, since it could not be measured: {down[0]}")
        else:
            accepted = len(stages.standing(workspace(recipe), [batch.records], (), batch.verdicts))
            trials.append(Trial(tier, recipe.routing.calibration, accepted))
    tiers, more = trusted(trials, planned, recipe.routing)
    for note in (*notes, *more):
        notice(note)
    return replace(work, plan=plans[tiers[0]], tiers=tiers, notes=(*notes, *more))


def judge_first(
    recipe: Recipe, step: Step, work: Work, count: int
) -> tuple[list[Batch], Work] | None:
    """The first ``count`` seeds of the plan judged one by one, as :func:`produce` does, with the
    work that knows which slices were stopped by then; None where a teacher or the budget ended it.

    Whole shards are those of the run. Of the last one the replies are, so nothing is asked twice.
    """
    seeds, batches = steps.seeds_of(recipe, work.plan)[:count], list[Batch]()
    survival = Survival(recipe.slices)
    for start in range(0, count, recipe.shard_size):
        window = seeds[start : start + recipe.shard_size]
        wanted, stop = survival.wanted(window), start + len(window)
        try:
            new = _cascade(recipe, step, work, wanted, start, stop) if wanted else []
        except BudgetExceeded:
            return None
        down = steps.missing(workspace(recipe), [batch.records for batch in new])
        if down or _stopped(recipe, new) or any(batch.vectors is None for batch in new):
            return None
        batches += new
        if new and len(window) == recipe.shard_size:
            survival.look(wanted, *_frames(recipe, new), stop)
    return batches, replace(work, slices=survival.stopped)


def produce(recipe: Recipe, step: Step, work: Work, size: int) -> Work:
    """Generate the first ``size`` seeds of the plan and judge what comes back. Where the budget
    ends that, what was judged by then stands, and ``stopped`` says why there is no more.

    Raises:
        TeacherUnavailable: no teacher answered anything.
        BudgetExceeded: no candidate was answered and judged before the budget was used up.
    """
    work = _one_by_one(recipe, step, work, size)
    verdicts = [*work.verdicts]
    inputs, held = (work.corpus, work.passages), [*work.references]
    for name in stages.together(recipe):
        shards = ([*work.records], [*work.vectors], [*verdicts])
        judge = (stages.judge, recipe, name, *inputs, *shards, held)
        verdicts.append(step(*judge, label=name))
    return replace(work, verdicts=verdicts)


def _one_by_one(recipe: Recipe, step: Step, work: Work, size: int) -> Work:
    """The candidates of the first ``size`` seeds, each judged on its own."""
    batches: list[Batch] = []
    watch, survival = Watch(recipe), Survival(recipe.slices, work.slices)
    seeds, planned, stopped = steps.seeds_of(recipe, work.plan)[:size], 0, ""
    for start in range(0, size, recipe.shard_size):
        window = seeds[start : start + recipe.shard_size]
        wanted, stop = survival.wanted(window), start + len(window)
        try:
            new = _cascade(recipe, step, work, wanted, start, stop) if wanted else []
        except BudgetExceeded as error:
            stopped = str(error)  # The judges had none left: of these seeds nothing is published.
            break
        batches += new
        planned, stopped = stop, _stopped(recipe, new)
        if stopped or (new and new[-1].vectors is None):
            break  # Nobody answers any more; with what came before, the run ends partial.
        if new:
            rows, said = _frames(recipe, new)
            watch.look(rows, said)
            survival.look(wanted, rows, said, stop)
    vectors = [batch.vectors for batch in batches if batch.vectors is not None]
    records = [batch.records for batch in batches]
    verdicts = [key for batch in batches for key in batch.verdicts]
    if not vectors and stopped:
        raise BudgetExceeded(stopped)
    if not vectors:
        raise TeacherUnavailable("; ".join(steps.missing(workspace(recipe), records)))
    work = replace(work, planned=planned, stopped=stopped, slices=survival.stopped)
    return replace(work, records=records, vectors=vectors, verdicts=verdicts)


def _frames(recipe: Recipe, batches: Sequence[Batch]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Candidates of some batches, and the verdicts on them."""
    shards = workspace(recipe).shards
    rows = shards.frame([batch.records for batch in batches], "records")
    return rows, shards.frame([key for batch in batches for key in batch.verdicts], "verdicts")


def _stopped(recipe: Recipe, batches: Sequence[Batch]) -> str:
    """What the budget said where it ended one of these batches."""
    return steps.stopped(workspace(recipe), [batch.records for batch in batches])


def _cascade(
    recipe: Recipe, step: Step, work: Work, wanted: Sequence[Seed], start: int, stop: int
) -> list[Batch]:
    """Those ``wanted`` of the seeds ``start`` to ``stop``, and tier by tier what no repair mended
    asked again.
    """
    rows, plan = f"{start}-{stop}", work.plan
    if len(wanted) < stop - start:
        ids = [seed.id for seed in wanted]
        plan = step(steps.pick, recipe, plan, ids, label=f"pick {rows}")
        start, stop = 0, len(wanted)
    tried = _repaired(recipe, step, work, plan, start, stop, rows)
    batches = [*tried]
    for tier in work.tiers[1:]:
        verdicts = [key for batch in tried for key in batch.verdicts]
        records = [batch.records for batch in tried]
        dropped = repairs.unmended(workspace(recipe), records, verdicts)
        if not dropped or _stopped(recipe, tried):
            break
        plan = step(steps.escalate, recipe, plan, dropped, tier, label=f"escalate {rows}")
        label = f"{rows} tier {tier}"
        tried = _repaired(recipe, step, work, plan, 0, len(dropped), label)
        batches += tried
    return batches


def _repaired(
    recipe: Recipe, step: Step, work: Work, plan: str, start: int, stop: int, rows: str
) -> list[Batch]:
    """Some seeds of a plan judged, and what failed verification judged again after its repair."""
    batches = [judge_batch(recipe, step, work, plan, start, stop, rows)]
    label = f"repair {rows}"
    for _ in range(recipe.verifiers.repair.rounds if recipe.verifiers.repair else 0):
        last = batches[-1]
        asked = (recipe, work.corpus, plan, last.records, [*last.verdicts])
        plan = step(repairs.send_back, *asked, label=f"send back {rows}")
        if plan is None:
            break
        count = len(steps.seeds_of(recipe, plan))
        batches.append(judge_batch(recipe, step, work, plan, 0, count, label))
    return batches


def judge_batch(
    recipe: Recipe, step: Step, work: Work, plan: str, start: int, stop: int, rows: str
) -> Batch:
    """Ask for some seeds of a plan and judge each of the candidates on its own."""
    shard = step(steps.generate, recipe, work.corpus, plan, start, stop, label=f"generate {rows}")
    own = [shard]  # which holds the verdicts on the replies themselves
    if not len(workspace(recipe).shards.frame([shard], "records")):
        return Batch(shard, None, own)
    vectors = step(steps.embed_records, recipe, shard, label=f"embed {rows}")
    inputs = (work.corpus, work.passages)
    for name in stages.alone(recipe):
        judge = (stages.judge, recipe, name, *inputs, [shard], [vectors], [*own])
        own.append(step(*judge, label=f"{name} {rows}"))
    return Batch(shard, vectors, own)
