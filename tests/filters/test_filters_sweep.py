"""A sweep of thresholds: one search must say what a search at each threshold would."""

from __future__ import annotations

import random

import numpy as np
import polars as pl
import pytest
from made_records import DIM, WORDS, context, frame_of, record, unit

import filters
from configs.filters import NearDedup, SemanticDedup
from filters.sweep import Swept, sweep_near, sweep_semantic
from store.stages import STAGES, no_references

assert filters
THRESHOLDS = (0.7, 0.8, 0.9, 0.95)
BANDS = {"bands": 64, "rows": 2}
"""By default a search at a higher threshold looks less closely and may miss a pair."""


@pytest.fixture(scope="module")
def alike() -> pl.DataFrame:
    """Records in families: each member has more words of its own, and a vector further away."""
    rng, dice = np.random.default_rng(3), random.Random(3)
    rows = []
    for family, centre in enumerate(unit(rng, 40)):
        words = dice.sample(WORDS, 30)
        for member in range(6):
            changed = [*words[: 30 - 2 * member], *dice.sample(WORDS, 2 * member)]
            vector = centre + 0.12 * member * rng.normal(size=DIM) / DIM**0.5
            vector /= np.linalg.norm(vector)
            rows.append(
                record(
                    f"{family:02}-{member}",
                    f"What does the {words[0]} do {family}?",
                    f"It {' '.join(changed)}.",
                    embedding=vector,
                )
            )
    return frame_of(rows)


def swept(stage: str, rows: pl.DataFrame, groups: str = "connected", samples: int = 0) -> Swept:
    if stage == "near":
        settings = NearDedup.model_validate({"groups": groups, **BANDS})
        return sweep_near(rows, no_references(), settings, THRESHOLDS, samples)
    settings = SemanticDedup.model_validate({"groups": groups})
    return sweep_semantic(rows, no_references(), settings, THRESHOLDS, samples)


@pytest.mark.parametrize("groups", ["connected", "star"])
@pytest.mark.parametrize("stage", ["near", "semantic"])
def test_one_search_says_what_a_stage_does_at_each_threshold(
    alike: pl.DataFrame, stage: str, groups: str
) -> None:
    found = swept(stage, alike, groups)
    model = NearDedup if stage == "near" else SemanticDedup
    dropped = [level.dropped for level in found.levels]
    assert found.current in [level.threshold for level in found.levels]
    assert dropped[0] > dropped[-1] and len({*dropped}) >= 4, (
        "the thresholds must make a difference"
    )
    for level in found.levels:
        given = {"groups": groups, **(BANDS if stage == "near" else {})}
        settings = model.model_validate({"threshold": level.threshold, **given})
        verdicts = STAGES[stage].make(settings, context())(alike).verdicts
        drops = verdicts.filter(pl.col("decision") == "drop")
        sizes = drops["witness"].value_counts()["count"].to_list()
        assert (level.kept, level.dropped) == (len(alike) - len(drops), len(drops))
        assert (level.groups, level.largest) == (len(sizes), max(sizes, default=-1) + 1)
        assert level.keep_rate == pytest.approx(level.kept / len(alike))
        if level.threshold == found.current:
            kept = verdicts.filter(pl.col("decision") == "keep")["record_id"]
            assert found.kept == set(kept)


@pytest.mark.parametrize("stage", ["near", "semantic"])
def test_risky_pairs_are_just_above_their_threshold(alike: pl.DataFrame, stage: str) -> None:
    found = swept(stage, alike, samples=3)
    limits = [level.threshold for level in found.levels]
    above = dict(zip(limits, [*limits[1:], 1.01], strict=True))
    assert found.risky
    for threshold in limits:
        own = [pair for pair in found.risky if pair.threshold == threshold]
        ids = [id_ for pair in own for id_ in (pair.one, pair.two)]
        assert len(own) <= 3 and len({*ids}) == len(ids), "no record twice"
        assert all(threshold - 1e-5 <= pair.score < above[threshold] for pair in own)
    assert swept(stage, alike.sample(fraction=1, shuffle=True, seed=5), samples=3) == found


def test_records_count_and_reference_rows_do_not() -> None:
    text = "The copper lamp gathers every ray of the winter sun and returns it to the market."
    rows = frame_of([record("a", "What does the lamp do?", text), record("b", "Who sings?", "Me.")])
    reference = {"set": "old", "question": "What does the lamp do?", "answer": text}
    references = pl.DataFrame(
        [{**reference, "id": id_, "embedding": [1.0] + [0.0] * (DIM - 1)} for id_ in "xy"],
        schema_overrides={"embedding": pl.Array(pl.Float32, DIM)},
    )
    level = sweep_near(rows, references, NearDedup(), [0.6]).levels[0]
    assert (level.kept, level.dropped, level.groups) == (1, 1, 1)


def test_nothing_alike_is_all_kept() -> None:
    rows = frame_of([record("a", "What does the lamp do?", "It shines."), record("b", "W?", "Me.")])
    levels = swept("near", rows, samples=2).levels
    assert [(level.kept, level.groups, level.largest) for level in levels] == [(2, 0, 0)] * 5
    nobody = swept("semantic", rows.head(0))
    assert all(level.keep_rate == 0 and not level.dropped for level in nobody.levels)
