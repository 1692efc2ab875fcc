"""Ceilings that an operator sets for all runs, or for those of a dataset: Prefect Variables."""

from __future__ import annotations

from prefect.client.orchestration import get_client
from pydantic import ValidationError

from configs.errors import ConfigError
from configs.recipe import Recipe
from configs.teachers import Budget
from flows.progress import notice

VARIABLE = "stillhouse_budget"
"""The Variable for every run in Prefect; with `_` and a dataset's name behind it, for that one."""
_CEILINGS = ("max_usd", "max_tokens", "max_requests", "max_wall_s")


def within_variables(recipe: Recipe) -> Recipe:
    """The recipe under the ceilings of the Variables there are; of each the lowest counts.

    Raises:
        ConfigError: a Variable is no budget.
    """
    lowest = recipe.ceilings
    for name in names_of(recipe.name):
        found = _read(name)
        if found is not None:
            lowest = _lower(lowest, found, name)
    return recipe if lowest == recipe.ceilings else recipe.within(lowest)


def names_of(dataset: str) -> tuple[str, str]:
    """The Variables that bound a dataset, whose names Prefect restricts to a-z, 0-9 and _."""
    return VARIABLE, f"{VARIABLE}_{dataset.replace('-', '_').replace('.', '_')}"


def _read(name: str) -> Budget | None:
    with get_client(sync_client=True) as client:
        variable = client.read_variable_by_name(name)
    if variable is None:
        return None
    given = variable.value
    example = """{"max_usd": 20, "max_tokens": 5000000}"""
    if not isinstance(given, dict) or not given.keys() <= {*_CEILINGS}:
        raise ConfigError(
            f"the Prefect Variable {name} is no budget: give it a JSON object of "
            f"{', '.join(_CEILINGS)}, for example {example}"
        )
    try:
        return Budget.model_validate(given, strict=True)
    except ValidationError as error:
        said = "; ".join(f"{e['loc'][0]}: {e['msg']}" for e in error.errors())
        raise ConfigError(
            f"the Prefect Variable {name} is no budget: {said}; for example {example}"
        ) from None


def _lower(budget: Budget, other: Budget, name: str) -> Budget:
    """A budget under the ceilings of another, which may be none."""
    lower = {}
    for ceiling in _CEILINGS:
        mine, given = getattr(budget, ceiling), getattr(other, ceiling)
        if given is not None and (mine is None or given < mine):
            lower[ceiling] = given
    if lower:
        said = ", ".join(f"{ceiling} {value:g}" for ceiling, value in lower.items())
        notice(f"the Prefect Variable {name} bounds this run: {said}")
    return budget.with_ceilings(lower, f"the Prefect Variable {name}")
