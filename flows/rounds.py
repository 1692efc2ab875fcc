"""How many seeds of a plan are asked for in a round."""

from __future__ import annotations

import math

from configs.recipe import Recipe

_OVERSAMPLE = 1.3
"""Candidates asked for at first, per accepted record that is wanted."""


def first_round(recipe: Recipe, planned: int) -> int:
    """How many seeds are asked for before it is known how many survive."""
    return whole_shards(recipe, math.ceil(recipe.target * _OVERSAMPLE), planned)


def whole_shards(recipe: Recipe, size: int, planned: int) -> int:
    """``size`` rounded up to whole shards, so that a larger round reuses the smaller one's."""
    return min(planned, math.ceil(size / recipe.shard_size) * recipe.shard_size)
