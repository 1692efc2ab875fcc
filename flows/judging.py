"""Judges of a build: who they are, what is known of them, and what a version says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import polars as pl

from configs.filters import Judge
from configs.judges import Judging, shared_families
from configs.recipe import Recipe
from configs.stages import Acceptance
from filters.votes import load_rubric
from flows.workspace import NOT_ASKED, Workspace, workspace
from store.text import digest
from verifiers.claims.asked import identity as claim_prompts


def identity(recipe: Recipe, settings: Judge | Acceptance) -> dict[str, Any]:
    """All that decides what a judge says of given material: who is asked, and with which words."""
    (fields,) = NOT_ASKED["teachers"].values()
    teacher = recipe.named(settings.teacher)
    return {
        "teacher": teacher.model_dump(mode="json", exclude={*fields, "name"}),
        "rubric": settings.rubric,
        "prompts": load_rubric(settings.rubric).identity,
    }


def check_rubrics(recipe: Recipe) -> None:
    """Look whether the rubrics and prompts of those who judge are there.

    Raises:
        ConfigError: one is not.
    """
    for settings in (recipe.filters.judge, recipe.probes.acceptance):
        if settings is not None:
            load_rubric(settings.rubric)
    grounding = recipe.verifiers.grounding
    if grounding is not None and grounding.claims is not None:
        claim_prompts(grounding.claims)


def calibration_key(recipe: Recipe, judge: Judge) -> str:
    """Name of the file a judge's calibration is kept in."""
    return digest([identity(recipe, judge), judge.votes])[:24]


def calibration_of(recipe: Recipe, judge: Judge) -> dict[str, Any] | None:
    """What the latest calibration of this very judge found; None where there was none."""
    path = workspace(recipe).root / "calibrations" / f"{calibration_key(recipe, judge)}.json"
    return orjson.loads(path.read_bytes()) if path.exists() else None


def votes_of(space: Workspace, verdicts: Sequence[str]) -> pl.DataFrame | None:
    """All votes behind these verdicts, None where no judge was asked."""
    keys = [key for key in verdicts if key.startswith("judge-")]
    return space.shards.frame(keys, "votes") if keys else None


def account(recipe: Recipe, votes: pl.DataFrame | None, space: Workspace) -> dict[str, Any] | None:
    """What a manifest says of the judge that filters; None without one."""
    judge = recipe.filters.judge
    if judge is None or votes is None:
        return None
    return {
        "teacher": judge.teacher,
        "rubric": judge.rubric,
        "min_score": judge.min_score,
        "votes": len(votes),
        "unreadable_votes": votes["score"].null_count(),
        "cost": space.journal.cost(request_keys(votes)),
        **calibrated(calibration_of(recipe, judge), judge),
    }


def calibrated(found: Mapping[str, Any] | None, judge: Judge) -> dict[str, Any]:
    """How often the judge was right on labelled rows, at the score that the recipe asks for. Labels
    that are scores were told apart by the ``min_score`` of their time, and say nothing of another.
    """
    if found is None or found["bad_below"] not in (None, judge.min_score):
        return {"calibrated": False}
    rows = {row["min_score"]: row for row in found["table"]}
    row = rows.get(judge.min_score, {})
    measured = {name: row.get(name) for name in ("precision", "recall")}
    known = {name: found[name] for name in ("labelled", "unreadable")}
    return {"calibrated": True, **measured, **known}


def notes(recipe: Recipe, account: Mapping[str, Any] | None) -> list[str]:
    """What people must know of the judges of a version."""
    found = [note for settings in recipe.judges.values() for note in _kin(recipe, settings)]
    if account is None:
        return found
    if account["unreadable_votes"]:
        unread = f"{account['unreadable_votes']:,} of {account['votes']:,} votes"
        found.append(f"{unread} of judge {account['teacher']!r} could not be read")
    if not account["calibrated"]:
        found.append(
            f"the judge was never calibrated, so nobody knows how often {account['teacher']!r} is "
            "right: stillhouse calibrate RECIPE LABELS.jsonl"
        )
    return found


def _kin(recipe: Recipe, settings: Judging) -> list[str]:
    judge = recipe.named(settings.teacher)
    shared = shared_families(judge, recipe.writers)
    return [
        f"judge {judge.name!r} is of the same model family ({family}) as teacher {writer!r}, which "
        "allow_same_family permits; models favour their own kin"
        for writer, family in shared.items()
    ]


def request_keys(votes: pl.DataFrame) -> list[str]:
    """Keys of the requests behind votes."""
    return votes["request_keys"].explode().drop_nulls().to_list()
