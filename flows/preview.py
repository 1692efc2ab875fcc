"""A few candidates and what becomes of each, with nothing published."""

from __future__ import annotations

import polars as pl

from configs.errors import BudgetExceeded
from configs.recipe import Recipe
from flows.generation_depth import with_depths
from flows.pipeline import prepare
from flows.production import directly, produce
from flows.workspace import exclusively, workspace


def preview(recipe: Recipe, rows: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The first ``rows`` candidates of the plan and all verdicts on them.

    Replies go into the journal, so a build pays for nothing that a preview has paid for.

    Raises:
        BudgetExceeded: a ceiling was reached before all of them were made.
    """
    recipe = with_depths(recipe)
    few = recipe.model_copy(update={"target": rows})
    with exclusively(recipe):
        work, planned = prepare(recipe)
        work = produce(few, directly, work, min(rows, planned))
    if work.stopped:
        raise BudgetExceeded(work.stopped)
    shards = workspace(recipe).shards
    return shards.frame(work.records, "records"), shards.frame(work.verdicts, "verdicts")
