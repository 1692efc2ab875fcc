"""The card of the teacher: which teacher of a recipe it is about, and what it sets of it."""

from __future__ import annotations

from typing import Any

from configs.errors import ConfigError
from configs.recipe import Recipe
from flows.deployments.cards import TeacherCard

_NUMBERS = ("temperature", "max_tokens", "concurrency")


def asked_of(recipe: Recipe, card: TeacherCard) -> list[dict[str, Any]] | None:
    """The teachers of a recipe, one of them as its card says; None where the card is empty.

    Raises:
        ConfigError: the recipe has no such teacher, or the card names several keys.
    """
    changes = _teacher_changes(card)
    if not changes and not card.name.strip():
        return None
    chosen = teacher_named(recipe, card)
    return [
        {**teacher.model_dump(exclude_unset=True), **(changes if teacher.name == chosen else {})}
        for teacher in recipe.teachers
    ]


def teacher_named(recipe: Recipe, card: TeacherCard) -> str:
    """The teacher that a card is about: that of its name, or the first model.

    Raises:
        ConfigError: the recipe has none.
    """
    models = [teacher.name for teacher in recipe.teachers if teacher.is_model]
    chosen = card.name.strip() or next(iter(models), None)
    if chosen in models:
        return str(chosen)
    if not models:
        raise ConfigError(
            f"teacher: the teachers of {recipe.name!r} work by rule and ask no model; pick another "
            "recipe, or leave this card empty"
        )
    raise ConfigError(
        f"teacher: {recipe.name!r} has none called {chosen!r}; it has: {', '.join(models)}"
    )


def _teacher_changes(card: TeacherCard) -> dict[str, Any]:
    """What a card sets of a teacher; one way to its key puts away the others."""
    keys = {"api_key_block": card.key_block.strip(), "api_key_env": card.key_variable.strip()}
    if sum([*map(bool, keys.values()), card.without_key]) > 1:
        raise ConfigError("teacher: give one way to its key: a Secret block, a variable, or none")
    texts = {"base_url": card.base_url.strip(), "model": card.model.strip()}
    numbers = {name: getattr(card, name) for name in _NUMBERS}
    changes = {
        name: value for name, value in {**texts, **numbers}.items() if value not in (None, "")
    }
    if card.without_key or any(keys.values()):
        changes |= {name: value or None for name, value in keys.items()}
    return changes
