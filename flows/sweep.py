"""What other thresholds would keep of the candidates a version was made of. Sends nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from configs.errors import ConfigError
from configs.recipe import Recipe
from filters.sweep import Swept, sweep_near, sweep_semantic
from flows.commands.options import output_option
from flows.progress import report
from flows.recorded import recipe_and_version, recorded_recipe
from flows.references import read_references, rows_of, sets_of
from flows.stages import scored, standing
from flows.workspace import run_of, workspace
from store.embedding import embedder
from store.records import RECORDS
from store.stages import no_references
from store.versions import Version

THRESHOLDS = (0.80, 0.85, 0.90, 0.95)
"""What a published version is swept at, beside the thresholds of its recipe."""
MEASURES = {"near": "Jaccard similarity", "semantic": "cosine similarity"}
NOTHING_SWEPT: Mapping[str, Any] = {"skipped": "nothing new was asked", "stages": []}
"""The sweep of a version without candidates, as a refresh may make one."""
_FROM_NEAR_ON = ("near", "semantic", "leakage", "diversity")
_MOST_ROWS = 100_000


@dataclass(frozen=True)
class Sweep:
    """The stages of a sweep, and the texts (question, answer) of the pairs they name."""

    version: Version
    stages: Sequence[Swept]
    texts: Mapping[str, tuple[str, str]]
    note: str


def sweep(
    recipe_or_dataset: str, output: Path | None, thresholds: Sequence[float], samples: int
) -> Sweep:
    """The duplicate filters at each threshold, over the candidates of a recipe's latest version or
    of a version itself.

    Raises:
        ConfigError: nothing was built yet, or the recipe looks for no near or semantic duplicates.
    """
    recipe, version, note = _asked_for(recipe_or_dataset, output)
    if not (recipe.filters.near or recipe.filters.semantic):
        raise ConfigError(
            f"{recipe.name} has neither filters.near nor filters.semantic, so there is no "
            "threshold to choose; set one of them"
        )
    space = workspace(recipe)
    references = no_references()
    if sets_of(recipe, "references"):
        references = rows_of(space, [read_references(recipe, "references")], "references")
    rows = _candidates(version)
    texts = [f"{q}\n{a}" for q, a in rows.select("question", "answer").iter_rows()]
    vectors = embedder(recipe.embedding, report, "embedding records", space.kept_vectors)(texts)
    column = pl.Series("embedding", vectors, dtype=pl.Array(pl.Float32, vectors.shape[1]))
    stages = _sweep(rows.with_columns(column), references, recipe, thresholds, samples)
    return Sweep(version, stages, _texts(stages, rows, references), note)


def sweep_of_build(
    recipe: Recipe,
    records: Sequence[str],
    vectors: Sequence[str],
    verdicts: Sequence[str],
    references: Sequence[str],
) -> dict[str, Any]:
    """The sweep of a build for its manifest; that of a very large one is left to the command."""
    space = workspace(recipe)
    before = [key for key in verdicts if key.partition("-")[0] not in _FROM_NEAR_ON]
    rows = standing(space, records, vectors, before)
    if len(rows) > _MOST_ROWS:
        skipped = (
            f"{len(rows):,} candidates are more than {_MOST_ROWS:,}, so no thresholds were tried; "
            f"`stillhouse sweep {recipe.name}{output_option(recipe.output)}` does"
        )
        return {"skipped": skipped, "stages": []}
    found = _sweep(rows, rows_of(space, references, "references"), recipe, THRESHOLDS, 0)
    return {"skipped": "", "stages": [as_row(swept) for swept in found]}


def as_row(swept: Swept) -> dict[str, Any]:
    """A stage of a sweep as a manifest has it."""
    return {
        "stage": swept.stage,
        "measure": MEASURES[swept.stage],
        "levels": [
            {
                "threshold": level.threshold,
                "current": level.threshold == swept.current,
                "kept": level.kept,
                "dropped": level.dropped,
                "keep_rate": level.keep_rate,
                "groups": level.groups,
                "largest": level.largest,
            }
            for level in swept.levels
        ],
    }


def _sweep(
    rows: pl.DataFrame,
    references: pl.DataFrame,
    recipe: Recipe,
    thresholds: Sequence[float],
    samples: int,
) -> list[Swept]:
    """Each stage over what comes to it: meanings are compared of what the recipe's near stage
    keeps.
    """
    near, semantic, found = recipe.filters.near, recipe.filters.semantic, []
    if near is not None:
        swept = sweep_near(rows, references, near, thresholds, samples, report)
        rows = rows.filter(pl.col("id").is_in(list(swept.kept)))
        found.append(swept)
    if semantic is not None:
        more = (semantic, thresholds, samples, recipe.seed, report)
        found.append(sweep_semantic(rows, references, *more))
    return found


def _asked_for(recipe_or_dataset: str, output: Path | None) -> tuple[Recipe, Version, str]:
    """The recipe whose thresholds count, the version whose candidates do, and what to say of it."""
    recipe, newest, recorded = recipe_and_version(recipe_or_dataset, output)
    if newest is None:
        raise ConfigError(
            f"{recipe.name} has no candidates in {recipe.output} yet; run `stillhouse build "
            f"{recipe_or_dataset}{output_option(recipe.output)}` first, with a small --target if "
            "it is to be a trial"
        )
    if recorded or run_of(recorded_recipe(newest)) == run_of(recipe):
        return recipe, newest, ""
    note = f"the recipe asks for something else now; these are the candidates of {newest.name}"
    return recipe, newest, note


def _candidates(version: Version) -> pl.DataFrame:
    """Records of a version that came as far as the near stage, dropped later or not."""
    gone = version.table("rejected").filter(pl.col("stage").is_in(_FROM_NEAR_ON))
    rows = pl.concat(part.select(RECORDS.names) for part in (version.table("data"), gone))
    return scored(rows, version.table("verdicts"))


def _texts(
    stages: Sequence[Swept], rows: pl.DataFrame, references: pl.DataFrame
) -> dict[str, tuple[str, str]]:
    """Question and answer of every record that a pair names."""
    named = {id_ for swept in stages for pair in swept.risky for id_ in (pair.one, pair.two)}
    found: dict[str, tuple[str, str]] = {}
    for part in (references, rows):
        own = part.filter(pl.col("id").is_in(list(named)))
        found |= {i: (q, a) for i, q, a in own.select("id", "question", "answer").iter_rows()}
    return found
