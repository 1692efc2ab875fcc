"""From a form to a recipe: what somebody picked and filled in, over what its file says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import ValidationError

from configs.errors import ConfigError
from configs.load import load_recipe, merged, teacher_variables
from configs.locations import OUTPUT, Location, location_of
from configs.recipe import Recipe
from configs.yaml_files import dotted
from flows.deployments.cards import (
    UNCHANGED,
    BudgetCard,
    Card,
    FiltersCard,
    GateCard,
    GenerationCard,
    SelectionCard,
    TeacherCard,
    VerificationCard,
)
from flows.deployments.teacher import asked_of
from flows.recorded import recorded_recipe
from store.versions import find_version

Shipped = Literal[
    "quickstart",
    "grounded-qa",
    "backtranslate",
    "columns",
    "dialogue",
    "distill",
    "evolve",
    "magpie",
    "multihop",
    "persona",
    "preference",
    "reasoning",
    "rewrite",
    "self-instruct",
    "tools",
]
"""The menu of recipes, those to begin with first."""

_PLACES: Mapping[type[Card], Mapping[str, str]] = {
    BudgetCard: {name: f"budget.{name}" for name in BudgetCard.model_fields},
    GenerationCard: {name: name for name in GenerationCard.model_fields},
    FiltersCard: {
        "near": "filters.near.threshold",
        "semantic": "filters.semantic.threshold",
        "privacy": "filters.privacy.on_found",
        "refusals": "filters.heuristics.on_refusal",
    },
    VerificationCard: {
        "policy": "verifiers.grounding.policy",
        "code": "verifiers.grounding.execution.code",
    },
    SelectionCard: {name: f"selection.{name}" for name in SelectionCard.model_fields},
    GateCard: {name: f"gate.{name}" for name in GateCard.model_fields},
}
"""Where in a recipe each field of a card stands."""
_EMPTY = (None, "", UNCHANGED)


@dataclass(frozen=True)
class Form:
    """What somebody picked and filled in: whose recipe, and what is set beside it. ``dataset`` goes
    before ``recipe_file``, and that before ``recipe``.
    """

    recipe: str
    recipe_file: str = ""
    dataset: str = ""
    name: str = ""
    target: int = 0
    output: str = ""
    ask_approval: bool = False
    teacher: TeacherCard = field(default_factory=TeacherCard)
    cards: tuple[Card, ...] = ()


def recipe_of(form: Form) -> Recipe:
    """The recipe that a form means.

    Raises:
        ConfigError: there is no such recipe, or it cannot be what the form makes of it.
    """
    recipe = _picked(form)
    changes: dict[str, Any] = {}
    for place, value in _entered(form):
        changes = merged(changes, _at(place, value))
    teachers = asked_of(recipe, form.teacher)
    if teachers is not None:
        changes["teachers"] = teachers
    return _changed(recipe, changes) if changes else recipe


def where(output: str) -> Location:
    """The place of datasets that a form names, by default the usual one.

    Raises:
        ConfigError: it is none.
    """
    try:
        return location_of(output.strip()) if output.strip() else OUTPUT
    except ValueError as error:
        raise ConfigError(f"output: {error}") from None


def _picked(form: Form) -> Recipe:
    """The recipe that a dataset was built by, or that of a file, or a shipped one."""
    if form.dataset.strip():
        return recorded_recipe(find_version(where(form.output), form.dataset.strip()))
    entered = {"TEACHER_BASE_URL": form.teacher.base_url, "TEACHER_MODEL": form.teacher.model}
    known = {name: text.strip() for name, text in entered.items() if text.strip()}
    source = form.recipe_file.strip() or form.recipe
    lacking = [name for name in teacher_variables(source) if name not in known]
    if lacking:
        raise ConfigError(
            f"{source}: fill in address and model on the card of the teacher, or set "
            f"{', '.join(lacking)} in the environment that runs are made in"
        )
    return load_recipe(source, variables=known)


def _entered(form: Form) -> Iterator[tuple[str, Any]]:
    """What is filled in beside the teacher, each by its place in the recipe."""
    top = {"name": form.name.strip(), "target": form.target, "output": form.output.strip()}
    yield from ((name, value) for name, value in top.items() if value)
    if form.ask_approval:
        yield "approval", True
    for card in form.cards:
        places = _PLACES[type(card)]
        yield from ((places[name], value) for name, value in card if value not in _EMPTY)


def _at(place: str, value: Any) -> dict[str, Any]:
    """A merge patch that sets one field."""
    for name in reversed(place.split(".")):
        value = {name: value}
    patch: dict[str, Any] = value
    return patch


def _changed(recipe: Recipe, changes: Mapping[str, Any]) -> Recipe:
    try:
        return Recipe.model_validate(merged(recipe.model_dump(exclude_unset=True), changes))
    except ValidationError as error:
        # What stands in the wrong place may be a key, so no value is repeated.
        found = error.errors(include_url=False, include_input=False)
        lines = [
            f"{dotted(problem['loc']) or 'recipe'}: {problem['msg'].removeprefix('Value error, ')}"
            for problem in found
        ]
        raise ConfigError("\n".join(["the recipe cannot be as the form says:", *lines])) from None
