"""How many records a refresh asks for, and the recipe by which it asks."""

from __future__ import annotations

import math

from configs.recipe import Recipe
from flows import stages
from flows.refreshing.corpus_diff import CorpusDiff
from flows.refreshing.standing import synthetic
from flows.workspace import Refreshing, workspace
from store.versions import Version

_PER_WANTED, _OVERSAMPLE, _LEAST_SHARD = 5, 1.3, 10


def asking_of(recipe: Recipe, version: Version) -> Refreshing:
    """The recipe as the refresh of a version asks by it."""
    known = {name: getattr(recipe, name) for name in Recipe.model_fields}
    return Refreshing.model_construct(**known, standing=version.name).within(recipe.ceilings)


def sized(asking: Refreshing, wanted: int) -> Refreshing:
    """The recipe for so many new records; with smaller shards, since one is asked whole."""
    shard = max(_LEAST_SHARD, min(asking.shard_size, math.ceil(_OVERSAMPLE * wanted)))
    most = min(asking.candidate_cap, _PER_WANTED * wanted)
    sizes = {"target": wanted, "max_candidates": most, "shard_size": shard}
    return asking.model_copy(update=sizes)


def wanted_after(recipe: Recipe, version: Version, diff: CorpusDiff, shard: str) -> int:
    """How many new records are wanted, after those that stay were settled in a shard."""
    passages = int(version.table("corpus", ["passages"])["passages"].list.len().sum())
    density = len(synthetic(version)) / max(1, passages) or 1.0
    kept = stages.standing(workspace(recipe), [shard], (), [shard])
    touched = {*diff.passages}
    stay = sum(any(s["passage_id"] in touched for s in row) for row in kept["sources"].to_list())
    return min(recipe.target, records_for(len(touched), density, stay))


def records_for(passages: int, density: float, stay: int) -> int:
    """How many new records some passages are worth: as many as make up the ``density`` that others
    have, with the records that ``stay`` on them; but in any case one for each, as far as others
    have as much, since what is new in them would else be asked by nobody.
    """
    wanted = max(density * passages - stay, min(density, 1.0) * passages)
    return math.ceil(round(wanted, 9))  # 60 / 81 * 81 is a little more than 60.
