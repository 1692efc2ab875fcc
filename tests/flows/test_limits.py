"""Which slots of shared limits a shard needs, known without a server."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import RecipeFile
from hypothesis import given
from hypothesis import strategies as st

from configs.load import load_recipe
from configs.recipe import Recipe
from configs.teachers import Teacher
from flows.runs.limits import keeping_limits, slots_of
from flows.teachers import who_may_answer
from flows.workspace import run_of

URL = "http://127.0.0.1:9/v1"


def teacher(name: str, **fields: object) -> dict[str, object]:
    return {"name": name, "kind": "openai", "base_url": URL, "model": f"m-{name}", **fields}


@pytest.fixture
def recipe(recipe_file: RecipeFile) -> Recipe:
    """Two writers of a tier, a stronger one, and a judge."""
    teachers = [
        teacher("a", concurrency=3, concurrency_limit="one"),
        teacher("b", concurrency=4, concurrency_limit="one"),
        teacher("strong", concurrency=2, concurrency_limit="two", tier=2),
        teacher("judge", concurrency=8, concurrency_limit="two", family="other"),
    ]
    judged = {"judge": {"teacher": "judge"}}
    return load_recipe(str(recipe_file(URL, teachers=teachers, filters=judged)))


def test_those_that_may_stand_in_are_waited_for_too(recipe: Recipe) -> None:
    def named(given: Recipe, *names: str) -> list[str]:
        return [each.name for each in who_may_answer(given, names)]

    assert named(recipe, "a") == ["a", "b"] and named(recipe, "strong") == ["strong"]
    assert named(recipe, "judge") == ["judge"]
    alone = recipe.model_copy(update={"failover": False})
    assert named(alone, "a") == ["a"]
    assert slots_of(who_may_answer(recipe, ["a"])) == {"one": 7}


@given(
    st.lists(
        st.tuples(
            st.integers(1, 64),
            st.sampled_from([None, "x", "y", "a limit"]),
            st.sampled_from(["direct", "batch"]),
        ),
        max_size=6,
    )
)
def test_slots_are_the_calls_that_may_be_in_flight(
    drawn: list[tuple[int, str | None, str]],
) -> None:
    names = ("concurrency", "concurrency_limit", "mode")
    fields = (dict(zip(names, values, strict=True)) for values in drawn)
    teachers = [Teacher.model_validate(teacher("t", **each)) for each in fields]
    slots = slots_of(teachers)
    # Two runs that take the same limits take them in the same order, so neither waits for ever.
    assert list(slots) == sorted(slots)
    counted = [calls for calls, limit, mode in drawn if limit and mode == "direct"]
    assert sum(slots.values()) == sum(counted)


def test_a_recipe_without_limits_is_run_as_it_was(recipe_file: RecipeFile, recipe: Recipe) -> None:
    def step(_recipe: Recipe) -> None: ...

    plain = load_recipe(str(recipe_file(URL)))
    assert keeping_limits(step, (plain,)) is step
    assert keeping_limits(step, (recipe,)) is not step


def test_a_limit_changes_nothing_that_is_asked(recipe_file: RecipeFile, tmp_path: Path) -> None:
    plain = load_recipe(str(recipe_file(URL)))
    limited = load_recipe(str(recipe_file(URL, {"concurrency_limit": "shared"})))
    assert plain != limited and run_of(plain) == run_of(limited)
