"""Generations of models: how deep a teacher is, which ones may write, and what a version says.

Each generation that is trained on the one before loses some of what people knew (Shumailov et al.
2024, doi 10.1038/s41586-024-07566-y), so deep teachers are refused before anything is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from configs.errors import ConfigError, StoreCorrupt
from configs.locations import location_of
from configs.recipe import Recipe
from configs.teachers import Teacher
from flows.progress import notice
from store.versions import Version


def with_depths(recipe: Recipe) -> Recipe:
    """The recipe with the depth of each teacher that says which version it was trained on.

    Raises:
        ConfigError: there is no version where it says.
    """
    teachers = [
        each.model_copy(update={"generation_depth": max(each.generation_depth, _after(each))})
        for each in recipe.teachers
    ]
    return recipe.model_copy(update={"teachers": tuple(teachers)})


def check_depths(recipe: Recipe) -> None:
    """Look whether those who write may, and say of which ones to beware.

    Raises:
        ConfigError: a teacher is too deep, or writes for itself without grounding and real rows.
    """
    limit, allowed = recipe.depth_limits.block, recipe.allow_depth
    most = allowed.depth if allowed else 0
    for teacher in recipe.writers:
        depth = teacher.generation_depth
        if limit is not None and depth >= limit and depth > most:
            raise ConfigError(
                f"teacher {teacher.name!r} has generation depth {depth}, and from "
                f"depth_limits.block {limit} on teachers are refused: models that learn from "
                "models forget what is rare. Take a teacher that was not trained on this "
                f"pipeline's data, or say why with allow_depth: {{depth: {depth}, reason: ...}}; "
                "the manifest names it"
            )
        if teacher.student and recipe.allow_unanchored is None and _lacking(recipe):
            raise ConfigError(
                f"teacher {teacher.name!r} writes for itself (student: true), and the recipe has "
                f"no {' and no '.join(_lacking(recipe))}: a model that learns from its own words "
                "needs facts and real rows from outside. Set them, or say why with "
                "allow_unanchored: ...; the manifest names it"
            )
        if depth >= recipe.depth_limits.warn:
            notice(
                f"teacher {teacher.name!r} has generation depth {depth}: it was trained on data of "
                "this pipeline, and so are models that learn from its rows"
            )


def account(recipe: Recipe, kept: pl.DataFrame) -> dict[str, Any]:
    """What a manifest says of the generations behind its rows: how many of each ``mix`` of mode and
    depth, and what was ``allowed`` that else is refused, with the reasons.
    """
    counts = kept.group_by("generation_mode", "generation_depth").len()
    return {
        "mix": [list(row) for row in counts.sort("generation_mode", "generation_depth").rows()],
        "allowed": dict(_allowed(recipe)),
    }


def notes(recipe: Recipe, kept: pl.DataFrame) -> list[str]:
    """What people must know of it: rows of teachers that were trained on this pipeline's data, and
    reasons that were given.
    """
    warn = recipe.depth_limits.warn
    deep = kept.filter(pl.col("generation_depth") >= warn)["generation_depth"]
    said = [
        f"{count:,} of {len(kept):,} rows have generation depth {depth}: their teacher was trained "
        f"on data of this pipeline (depth_limits.warn {warn})"
        for depth, count in deep.value_counts().sort("generation_depth").iter_rows()
    ]
    return [*said, *(f"{name}: {why}" for name, why in _allowed(recipe))]


def _allowed(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """Rules of which this recipe is an exception, and why."""
    deepest = max(teacher.generation_depth for teacher in recipe.writers)
    limit, given = recipe.depth_limits.block, recipe.allow_depth
    if given and limit is not None and deepest >= limit:
        yield f"allow_depth {given.depth}", given.reason
    own = any(teacher.student for teacher in recipe.writers)
    if own and _lacking(recipe) and recipe.allow_unanchored:
        lacking = f"no {' and no '.join(_lacking(recipe))}"
        yield f"allow_unanchored ({lacking})", recipe.allow_unanchored


def _lacking(recipe: Recipe) -> list[str]:
    """What a teacher that writes for itself needs and the recipe lacks."""
    # A version as the anchor holds synthetic rows.
    anchored = recipe.anchor is not None and recipe.anchor.version is None
    grounded = recipe.verifiers.grounding is not None
    needs = {"verifiers.grounding": grounded, "anchor of real rows (by path or hub)": anchored}
    return [name for name, there in needs.items() if not there]


def _after(teacher: Teacher) -> int:
    """Depth of a model that was trained on what the teacher names; 0 where it names nothing."""
    if teacher.trained_on is None:
        return 0
    version = Version(location_of(teacher.trained_on))
    where = f"teachers: {teacher.name}: trained_on"
    try:
        column = "generation_depth"
        rows = version.table("data", [column])
        return 1 + int(rows[column].max())  # type: ignore[arg-type]
    except (StoreCorrupt, OSError, KeyError, TypeError, ValueError, pl.exceptions.PolarsError):
        raise ConfigError(
            f"{where}: {teacher.trained_on} is no published version that can be read; name its "
            "folder, as data/outputs/my-dataset/my-dataset-v3, or give generation_depth instead"
        ) from None
