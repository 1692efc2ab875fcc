"""Steps as people follow them: each a task, counted on the board, with a line in the log."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import polars as pl

from configs.recipe import Recipe
from flows import stages, steps
from flows.production import Step
from flows.runs.board import Counts
from flows.runs.tasks import as_task
from flows.workspace import workspace

_LONG_S = 2.0
"""Steps that take less and have nothing to say are not in the log."""


def counted(recipe: Recipe, counts: Counts) -> Step:
    """The step that runs each step as a task, counts what it came to, and says so."""
    log = logging.getLogger("stillhouse")

    def step(function: Callable[..., Any], *args: Any, label: str) -> Any:
        began = time.monotonic()
        result = as_task(function, *args, label=label)
        seconds = time.monotonic() - began
        name = label.partition(" ")[0] if function in (steps.generate, stages.judge) else label
        times, before = counts.stages.get(name, (0, 0.0))
        counts.stages[name] = (times + 1, before + seconds)
        # Later rounds pass over what earlier ones have finished.
        known = isinstance(result, str) and result in counts.seen
        said = "" if known else _said(recipe, counts, function, args, result)
        counts.seen.add(result if isinstance(result, str) else "")
        if said or seconds >= _LONG_S:
            log.info("%s: %s%.1f s", label, said and f"{said}, ", seconds)
        return result

    return step


def _said(
    recipe: Recipe, counts: Counts, function: Callable[..., Any], args: tuple[Any, ...], key: Any
) -> str:
    """What a step came to, in words, after it was added to the counts."""
    shards = workspace(recipe).shards
    if function is steps.generate:
        asked, found = args[4] - args[3], shards.table(key, "records").num_rows
        first = shards.frame([key], "verdicts")
        lost = _dropped(first)
        counts.answered += found
        counts.standing += found - lost
        counts.dropped["generate"] = counts.dropped.get("generate", 0) + lost
        return f"{found:,} of {asked:,} answered" + (f", {lost:,} not usable" if lost else "")
    if function is stages.judge:
        said = shards.frame([key], "verdicts")
        lost, stage = _dropped(said), args[1]
        if stage in stages.alone(recipe):
            counts.standing -= lost
            counts.dropped[stage] = counts.dropped.get(stage, 0) + lost
            return f"{lost:,} of {len(said):,} dropped" if lost else ""
        counts.dropped[stage] = lost
        return f"{lost:,} of {len(said):,} dropped"
    return ""


def _dropped(verdicts: pl.DataFrame) -> int:
    return len(verdicts.filter(pl.col("decision") == "drop")["record_id"].unique())
