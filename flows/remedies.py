"""What to do about a version that its gate held back, each as a text and a patch of the recipe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from configs.recipe import Recipe
from filters.coverage import Coverage
from store.corpus import Corpus
from store.versions import Version
from verifiers.collapse.gate import ACCURACY, Failure

_MOST_DOCUMENTS, _SHOWN = 200, 3
_HALF = 0.5
_NARROWER = 0.02
"""A stage that takes a larger share by this many points than in the parent version narrowed it."""
_PLACES = {"grounding": ("verifiers", "grounding"), "diversity": ("selection",)}
"""Where a recipe sets stages that are no filters of theirs."""
_REAL_SHARE = 0.2
"""Share of real rows that keeps most of what a student would forget (docs/student-loop.md)."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """One thing to do: in words, and as fields of the recipe."""

    text: str
    patch: Mapping[str, Any] = field(default_factory=dict)


def remedies(
    failed: Sequence[Failure],
    recipe: Recipe,
    kept: pl.DataFrame,
    covered: Sequence[Coverage],
    corpus: Corpus,
    parent: Version | None,
) -> list[Remedy]:
    """What to do, the surest first. ``kept`` are the version's synthetic rows."""
    gauges = {failure.gauge for failure in failed}
    found: list[Remedy] = []
    if gauges - {"lexical"}:
        found += _top_up(recipe, kept, corpus, parent)
    found += _narrowing(recipe, covered, parent)
    if "lexical" in gauges:
        found += _reweight(recipe, kept)
    if any(failure.metric == ACCURACY for failure in failed):
        found += _stricter(recipe)
    return [*found, *_mix_in(recipe)]


def _top_up(
    recipe: Recipe, kept: pl.DataFrame, corpus: Corpus, parent: Version | None
) -> Iterator[Remedy]:
    """Documents that lost half of their rows or more, the greatest loss first."""
    now = _rows_by_document(kept)
    before = _rows_by_document(parent.table("data")) if parent else Counter(corpus.document.keys())
    scale = now.total() / max(1, before.total()) if parent else 1.0
    lost = {
        name: count * scale - now[name]
        for name, count in before.items()
        if name in corpus.document and now[name] <= _HALF * count * scale
    }
    worst = sorted(lost, key=lambda name: (-lost[name], name))[:_MOST_DOCUMENTS]
    if worst:
        shown = ", ".join(worst[:_SHOWN])
        more = f" and {len(worst) - _SHOWN:,} more" if len(worst) > _SHOWN else ""
        text = f"ask more about the {len(worst):,} documents that lost most: {shown}{more}"
        yield Remedy(text, {"top_up": [*dict.fromkeys([*worst, *recipe.top_up])]})


def _rows_by_document(rows: pl.DataFrame) -> Counter[str]:
    names = (source["document_id"] for row in rows["sources"].to_list() for source in row[:1])
    return Counter(names)


def _narrowing(
    recipe: Recipe, covered: Sequence[Coverage], parent: Version | None
) -> Iterator[Remedy]:
    """Stages that take more than they took in the parent version, with what it had set."""
    if parent is None:
        return
    before = {row["stage"]: row["lost_share"] for row in parent.manifest.get("coverage", [])}
    grown = {
        row.stage: row.lost_share - before[row.stage] for row in covered if row.stage in before
    }
    for stage in sorted(grown, key=lambda name: -grown[name]):
        if grown[stage] <= _NARROWER:
            return
        now = next(row for row in covered if row.stage == stage)
        text = f"{stage} took {now.lost_share:.0%} of its rows, {before[stage]:.0%} in the parent"
        path = _PLACES.get(stage, ("filters", stage))
        old = _settings(parent.manifest["recipe"], path)
        new = _settings(recipe.model_dump(mode="json"), path)
        # A parent of another Stillhouse may have set what there is no more.
        # Null in a merge patch takes a field out, so that what was off cannot be set by one.
        changed = {
            key: value
            for key, value in old.items()
            if value is not None and key in new and new[key] != value
        }
        if changed:
            values = ", ".join(f"{key} {value}" for key, value in sorted(changed.items()))
            patch: dict[str, Any] = changed
            for name in reversed(path):
                patch = {name: patch}
            yield Remedy(f"{text}: set it back to {values}", patch)
        else:
            yield Remedy(f"{text}, with the same settings: look at what it drops")


def _settings(recipe: Mapping[str, Any], path: Sequence[str]) -> dict[str, Any]:
    """What a recipe sets at a place, without parts of parts."""
    found = recipe
    for name in path:
        found = found.get(name) or {}
    return {key: value for key, value in found.items() if not isinstance(value, dict)}


def _reweight(recipe: Recipe, kept: pl.DataFrame) -> Iterator[Remedy]:
    """The teacher whose rows begin alike most often, at half of its weight."""
    names = kept["teacher"].unique().to_list()
    if len(names) < 2:
        yield Remedy("add a second teacher, or personas and styles: one voice repeats itself")
        return
    openings = kept.select(
        "teacher", opening=pl.col("answer").str.to_lowercase().str.extract(r"^(\S+\s+\S+\s+\S+)")
    )
    common = openings["opening"].drop_nulls().value_counts().sort("count", "opening")["opening"]
    top = common[-1] if len(common) else ""
    share = (
        openings.group_by("teacher")
        .agg((pl.col("opening") == top).fill_null(False).mean().alias("share"))
        .sort("share", "teacher", descending=[True, False])
    )
    worst = share["teacher"][0]
    teachers = [
        teacher.model_dump(mode="json", exclude_defaults=True)
        | ({"weight": teacher.weight * _HALF} if teacher.name == worst else {})
        for teacher in recipe.teachers
    ]
    text = f"{share['share'][0]:.0%} of {worst}'s answers begin with {top!r}: halve its weight"
    yield Remedy(text, {"teachers": teachers})


def _stricter(recipe: Recipe) -> Iterator[Remedy]:
    grounding = recipe.verifiers.grounding
    if grounding is None:
        yield Remedy("check facts before publishing", {"verifiers": {"grounding": {}}})
    elif grounding.policy != "strict":
        patch = {"verifiers": {"grounding": {"policy": "strict"}}}
        yield Remedy("drop every record with a claim that is not supported (policy strict)", patch)


def _mix_in(recipe: Recipe) -> Iterator[Remedy]:
    """Real rows: what nobody asks for any more is lost even where all that is said is true."""
    if recipe.mixing is not None:
        return
    if recipe.anchor is None:
        share = f"about {_REAL_SHARE:.0%} of the whole"
        yield Remedy(f"mix in real rows, {share}: name them as `anchor` and set `mixing: {{}}`")
    else:
        yield Remedy("mix in the real rows of the anchor", {"mixing": {}})
