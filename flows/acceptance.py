"""The probe ``acceptance``: a sample of the kept records scored by a rubric that filters nothing.

What filters a dataset cannot say how good it is: its scores are high by selection.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
import polars as pl
import pyarrow as pa

from configs.recipe import Recipe
from configs.stages import Acceptance
from filters.judge import material_of, vote_table
from filters.votes import cast_votes, load_rubric
from flows.asking import asker
from flows.judging import identity, request_keys
from flows.stages import standing
from flows.workspace import Workspace, workspace
from store.records import VOTES, to_arrow
from store.shards import shard_key
from store.text import sha256

STAGE = "acceptance"
VERSION = "1"
_RESAMPLES = 2000


def measure_acceptance(
    recipe: Recipe, corpus: str, records: Sequence[str], verdicts: Sequence[str]
) -> str:
    """Have a sample of the kept records scored, and return the shard of the votes.

    Raises:
        TeacherUnavailable, BudgetExceeded: the judge cannot go on; what it answered is kept.
    """
    space, settings = workspace(recipe), recipe.probes.acceptance
    assert settings is not None
    kept = standing(space, records, (), verdicts)
    sample = _sample(kept, settings, recipe.seed)
    said = [identity(recipe, settings), sample["id"].to_list()]
    key = shard_key(STAGE, VERSION, said, [corpus, *records])

    def make() -> dict[str, pa.Table]:
        rubric, known = load_rubric(settings.rubric), space.corpus(corpus)
        shown = {row["id"]: material_of(row, known) for row in sample.iter_rows(named=True)}
        ask = asker(recipe, settings.teacher, "acceptance")
        votes = cast_votes([*shown.values()], rubric, 1, ask)
        return {"votes": to_arrow(vote_table(dict(zip(shown, votes, strict=True))), VOTES)}

    return space.shards.once(key, make)


def _sample(kept: pl.DataFrame, settings: Acceptance, seed: int) -> pl.DataFrame:
    """Records drawn by the hash of their ids, so that order plays no part."""
    draw = pl.Series([sha256(f"acceptance:{seed}:{id_}") for id_ in kept["id"]], dtype=pl.String)
    return kept.with_columns(draw=draw).sort("draw").head(settings.sample)


def account(recipe: Recipe, space: Workspace, key: str) -> dict[str, Any] | None:
    """What a manifest says of the probe: the mean score with its 95 % interval (percentile
    bootstrap), and the mean of each criterion. None where nothing was asked.
    """
    settings = recipe.probes.acceptance
    if settings is None or not key:
        return None
    votes = space.shards.frame([key], "votes")
    read = votes.filter(pl.col("score").is_not_null())
    scores = [orjson.loads(text) for text in read["scores"]]
    criteria = load_rubric(settings.rubric).criteria
    low, high = interval(read["score"].to_numpy(), recipe.seed) if scores else (None, None)
    return {
        "teacher": settings.teacher,
        "rubric": settings.rubric,
        "records": len(votes),
        "unreadable_votes": len(votes) - len(read),
        "mean": read["score"].mean(),
        "low": low,
        "high": high,
        "criteria": {
            name: float(np.mean([row[name] for row in scores])) if scores else None
            for name in criteria
        },
        "cost": space.journal.cost(request_keys(votes)),
    }


def interval(scores: np.ndarray[Any, Any], seed: int) -> tuple[float, float]:
    """The 95 % interval of a mean, by resampling (Efron, 1979)."""
    rng = np.random.default_rng(seed)
    means = rng.choice(scores, (_RESAMPLES, len(scores))).mean(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return float(low), float(high)
