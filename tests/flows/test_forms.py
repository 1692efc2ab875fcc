"""Forms and the recipes they mean: an untouched form changes nothing, a filled field one thing."""

from __future__ import annotations

import json
from inspect import signature
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configs.errors import ConfigError
from configs.load import load_recipe, shipped_recipes
from flows.deployments.bench_teacher import bench_teacher
from flows.deployments.build_dataset import build_dataset
from flows.deployments.cards import (
    UNCHANGED,
    BudgetCard,
    FiltersCard,
    GateCard,
    GenerationCard,
    SelectionCard,
    TeacherCard,
    VerificationCard,
)
from flows.deployments.forms import Form, Shipped, recipe_of
from flows.deployments.probe_student import probe_student
from flows.deployments.refresh_dataset import refresh_dataset
from flows.deployments.verify_dataset import verify_dataset
from flows.identity import recipe_hash

FLOWS = (build_dataset, refresh_dataset, probe_student, bench_teacher, verify_dataset)
EMPTY = (BudgetCard(), GenerationCard(), FiltersCard(), VerificationCard(), SelectionCard())


@pytest.fixture
def teacher_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEACHER_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("TEACHER_MODEL", "tiny")


def test_the_menu_has_every_shipped_recipe() -> None:
    assert sorted(get_args(Shipped)) == shipped_recipes()


@pytest.mark.usefixtures("teacher_set")
@pytest.mark.parametrize("name", get_args(Shipped))
def test_an_untouched_form_is_the_recipe(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe_of(Form(name, cards=(*EMPTY, GateCard()))) == recipe
    # What is entered anew is as it was: the way over the form loses nothing.
    again = recipe_of(Form(name, target=recipe.target))
    assert again == recipe and recipe_hash(again) == recipe_hash(recipe)


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: str(flow.name))
def test_every_field_is_titled_described_and_of_one_type(flow: Any) -> None:
    schema = flow.parameters.model_dump()
    cards = schema.get("definitions", {})
    is_null = '"default": null' in json.dumps([card["properties"] for card in cards.values()])
    assert not is_null, "the server would refuse what the form sends"
    for fields in (schema["properties"], *(card["properties"] for card in cards.values())):
        for name, field in fields.items():
            # A description that is the card's own stands there only.
            told = {**cards.get(field.get("$ref", "").rpartition("/")[2], {}), **field}
            assert told.get("title") and told.get("description"), (flow.name, name)
            # A union is shown as raw JSON or as a choice of types.
            assert "anyOf" not in field and "allOf" not in field, (flow.name, name)
    order = sorted(schema["properties"], key=lambda name: schema["properties"][name]["position"])
    is_card = ["$ref" in schema["properties"][name] for name in order]
    assert is_card == sorted(is_card), "plain fields first"
    assert list(signature(flow.fn).parameters) == order


money = st.floats(0, 1e6)
shares = st.floats(0.01, 1)


@settings(max_examples=30)
@given(
    target=st.integers(0, 10_000),
    usd=st.none() | money,
    near=st.none() | shares,
    policy=st.sampled_from([UNCHANGED, "strict", "lenient"]),
    loss=st.none() | shares,
)
def test_what_is_filled_in_is_set_and_nothing_else(
    target: int, usd: float | None, near: float | None, policy: Any, loss: float | None
) -> None:
    cards = (
        BudgetCard(max_usd=usd),
        FiltersCard(near=near),
        VerificationCard(policy=policy),
        GateCard(max_accuracy_loss=loss),
    )
    before = load_recipe("quickstart")
    recipe = recipe_of(Form("quickstart", target=target, cards=cards))
    assert recipe.target == (target or before.target)
    assert recipe.budget.max_usd == usd
    assert recipe.filters.near and recipe.verifiers.grounding and recipe.gate
    assert recipe.filters.near.threshold == (0.6 if near is None else near)
    assert recipe.verifiers.grounding.policy == ("standard" if policy == UNCHANGED else policy)
    assert recipe.gate.max_accuracy_loss == (0.02 if loss is None else loss)
    same = {"target", "budget", "filters", "verifiers", "gate"}
    assert recipe.model_dump(exclude=same) == before.model_dump(exclude=same)


def test_a_teacher_is_filled_in_with_the_way_to_its_key() -> None:
    card = TeacherCard(base_url="http://127.0.0.1:9/v1", model="mine", key_block="my-key")
    (teacher,) = recipe_of(Form("grounded-qa", teacher=card)).teachers
    assert (teacher.base_url, teacher.model) == (card.base_url, "mine")
    assert (teacher.api_key_block, teacher.api_key_env) == ("my-key", None)
    open_server = card.model_copy(update={"key_block": "", "without_key": True})
    (teacher,) = recipe_of(Form("grounded-qa", teacher=open_server)).teachers
    assert (teacher.api_key_block, teacher.api_key_env) == (None, None)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (Form("no-such"), "no recipe 'no-such'"),
        (Form("quickstart", "mine.yaml"), "no recipe 'mine.yaml'"),
        (Form("quickstart", name="Two words"), "name: String should match"),
        (Form("quickstart", output="ftp://x"), "only folders and S3-compatible stores"),
        (Form("quickstart", teacher=TeacherCard(model="x")), "work by rule"),
        (Form("grounded-qa"), "TEACHER_BASE_URL, TEACHER_MODEL"),
        (
            Form("quickstart", target=9, cards=(GenerationCard(max_candidates=3),)),
            "max_candidates must be at least the target",
        ),
        (
            Form("quickstart", teacher=TeacherCard(key_block="a", key_variable="B")),
            "one way to its key",
        ),
        (Form("quickstart", dataset="nothing-of-that-name"), "nothing-of-that-name"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_sent(form: Form, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        recipe_of(form)


def test_a_key_in_the_wrong_place_is_not_repeated() -> None:
    card = TeacherCard(
        base_url="http://127.0.0.1:9/v1", model="mine", key_variable="sk-very-secret"
    )
    with pytest.raises(ConfigError, match="never the key itself") as caught:
        recipe_of(Form("grounded-qa", teacher=card))
    assert "sk-very-secret" not in str(caught.value)
