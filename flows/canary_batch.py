"""The canary batch: the first candidates are judged before the rest is asked for and paid.

Where they stand out badly beside the parent version, the run pauses. All that was paid for is in
the journal, so going on, or not, costs nothing twice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from configs.canary import Canary
from configs.errors import CanaryPaused
from configs.recipe import Recipe
from flows import stages, steps
from flows.identity import recipe_hash
from flows.production import Step, judge_first
from flows.slices import asked, survived
from flows.work import Work
from flows.workspace import run_of, workspace
from store.shares import wilson
from store.versions import Version, latest

_SHOWN = 3
"""Reasons that are named where a run pauses."""
_MOST_PREVIEWED = 200


def check_canary(recipe: Recipe, step: Step, work: Work, size: int, past: str) -> Work:
    """Judge the first of the ``size`` candidates that are asked for at first, and hold them against
    the parent version. ``past`` is the reason for which the run goes on all the same.

    Raises:
        CanaryPaused: fewer stand, by more than tolerance and chance, and the rest is not paid yet.
    """
    parent = latest(recipe.output, recipe.name)
    few = batch_size(recipe, size)
    before = parent.manifest.get("survival") if parent else None
    if recipe.canary is None or not few or parent is None or not before or not before["judged"]:
        return work
    if _goes_on(recipe, work, parent):
        return replace(work, canary=parent.manifest.get("canary"))
    judged = judge_first(recipe, step, work, few)
    if judged is None:
        return work  # Its teacher or its budget has ended; what then happens is said elsewhere.
    batches, work = judged
    shards = workspace(recipe).shards
    rows = shards.frame([batch.records for batch in batches], "records")
    said = shards.frame([key for batch in batches for key in batch.verdicts], "verdicts")
    found = compared(survival(recipe, rows, said), parent, before, recipe.canary)
    if found["worse"] and not past and not _paid(recipe, work, few, size):
        raise CanaryPaused(_text(found, said, recipe))
    return replace(work, canary={**found, "past": past if found["worse"] else ""})


def batch_size(recipe: Recipe, size: int) -> int:
    """Candidates of the batch; 0 where there is no rest to be paid for after it."""
    if recipe.canary is None or not any(teacher.is_model for teacher in recipe.teachers):
        return 0
    few = max(recipe.canary.at_least, math.ceil(recipe.canary.share * size))
    return few if few < size else 0


def survival(recipe: Recipe, rows: pl.DataFrame, verdicts: pl.DataFrame) -> dict[str, Any]:
    """How many candidates were judged one by one, and how many of them stood after that, repairs
    and stronger teachers included.
    """
    names = ["generate", *stages.alone(recipe)]
    fates = survived(rows, verdicts.filter(pl.col("stage").is_in(names)))
    stood = sum(fates.values())
    return {"judged": len(fates), "survived": stood, "share": stood / max(1, len(fates))}


def compared(
    batch: Mapping[str, Any], parent: Version, before: Mapping[str, Any], settings: Canary
) -> dict[str, Any]:
    """The batch beside the parent version. It is ``worse`` where even the upper end of its 95 %
    interval (Wilson) lies under the parent's share less the tolerance.
    """
    low, high = wilson(batch["survived"], batch["judged"])
    floor = before["share"] - settings.tolerance
    return {
        **batch,
        "low": low,
        "high": high,
        "parent": parent.name,
        "parent_share": before["share"],
        "parent_judged": before["judged"],
        "tolerance": settings.tolerance,
        "worse": bool(batch["judged"]) and high < floor,
    }


def notes(found: Mapping[str, Any] | None) -> list[str]:
    """What people must know of a batch that was worse, and why the run went on."""
    if found is None or not found["worse"] or not found["past"]:
        return []
    return [f"went on past the canary batch, since {found['past']}: {_rates(found)}"]


def _goes_on(recipe: Recipe, work: Work, parent: Version) -> bool:
    """Whether the parent is what this very run came to so far, as where it was partial: by the
    recipe, the corpus, and a ledger that has not begun anew since.
    """
    space, made = workspace(recipe), parent.manifest
    same = made["recipe_hash"] == recipe_hash(recipe)
    sent = space.journal.spent(run_of(recipe)).requests
    known = sent >= made.get("run", {}).get("requests_sent_ever", 0)
    unmoved = made["corpus"]["snapshot"] == space.corpus(work.corpus).snapshot
    return bool(same and known and unmoved)


def _paid(recipe: Recipe, work: Work, few: int, size: int) -> bool:
    """Whether an earlier start went on after the batch: its next shard is finished then."""
    start = few // recipe.shard_size * recipe.shard_size
    stop = min(start + recipe.shard_size, size)
    seeds = steps.seeds_of(recipe, work.plan)[:stop]
    before = len(asked(seeds[:start], work.slices))
    wanted = asked(seeds, work.slices)[before:]
    return not wanted or steps.is_generated(recipe, work.corpus, wanted)


def _rates(found: Mapping[str, Any]) -> str:
    return (
        f"of the first {found['judged']} candidates {found['survived']} stand after the stages "
        f"that judge one by one ({found['share']:.1%}, 95 % interval {found['low']:.1%} to "
        f"{found['high']:.1%}), and of {found['parent']} {found['parent_share']:.1%} of "
        f"{found['parent_judged']:,} did"
    )


def _text(found: Mapping[str, Any], verdicts: pl.DataFrame, recipe: Recipe) -> str:
    drops = verdicts.filter(pl.col("decision") == "drop").group_by("stage", "reason").len()
    most = drops.sort(["len", "stage", "reason"], descending=[True, False, False]).head(_SHOWN)
    reasons = ", ".join(f"{stage} {reason} {count}" for stage, reason, count in most.rows())
    shown = min(found["judged"], _MOST_PREVIEWED)
    return (
        f"{recipe.name} is paused before the rest is asked for: {_rates(found)}. That is more than "
        f"canary.tolerance ({100 * found['tolerance']:g} points) less, and more than chance. Most "
        f"frequent reasons: {reasons}. Look at them: stillhouse preview RECIPE -n {shown}. To go "
        'on as it is, run the same command with --past-canary "reason"; the manifest names the '
        "reason, and what was paid for is kept"
    )
