"""What a record is conditioned on beside its passage: drawn by the plan, told to the teacher.

Personas (Persona Hub, arXiv 2406.20094), nodes of a taxonomy (GLAN, arXiv 2402.13064), difficulty,
register and length spread a dataset where temperature does not.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from configs.recipe import Recipe
from generators.prompts import load_prompt
from generators.seeds import Seed

PROMPT = load_prompt("conditions/stated@1.0.0")
_LANGUAGE = "language"
Drawn = tuple[tuple[str, str], ...]
"""Names and values, in the recipe's order."""


def draw(recipe: Recipe, of: object) -> Drawn:
    """A value of each condition of a recipe by its weight, the same for the same seed of the recipe
    and whatever it is drawn for; a new condition changes none of the others.
    """
    drawn = []
    for name, weights in recipe.conditions.items():
        rng = random.Random(repr((recipe.seed, name, of)))
        (value,) = rng.choices([*weights], [*weights.values()])
        drawn.append((name, value))
    return tuple(drawn)


def language_of(seed: Seed, recipe: Recipe) -> str:
    """The language a record is written in: the one that was drawn, or else the recipe's."""
    return dict(seed.conditions).get(_LANGUAGE, recipe.language)


def stated(
    messages: Sequence[Mapping[str, str]], conditions: Drawn
) -> tuple[Mapping[str, str], ...]:
    """Messages whose last one states the conditions; the language stands in every prompt anyway."""
    told = {name: value for name, value in conditions if name != _LANGUAGE}
    if not told:
        return tuple(messages)
    (turn,) = PROMPT.render(conditions=told)
    *before, last = messages
    return (*before, {**last, "content": f"{last['content']}\n\n{turn['content']}"})
