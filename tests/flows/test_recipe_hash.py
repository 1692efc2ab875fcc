"""What a recipe's hash covers, and that money is not counted by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import RecipeFile

from configs.load import load_recipe
from configs.recipe import Recipe
from flows import identity
from flows.identity import made_by, recipe_hash
from flows.workspace import run_of
from generators.catalogue import catalogue
from store.stages import STAGES

URL = "http://127.0.0.1:9/v1"
JUDGE = {"name": "judge", "kind": "openai", "base_url": URL, "model": "another-model"}
TEACHERS = [{**JUDGE, "name": "teacher", "model": "tiny-teacher"}, JUDGE]


@pytest.fixture
def judged(recipe_file: RecipeFile) -> Recipe:
    """A recipe in which a teacher does everything a teacher can do."""
    asked = {"claims": {"teacher": "judge"}, "entailment": {"kind": "judge", "teacher": "judge"}}
    path = recipe_file(
        URL,
        teachers=TEACHERS,
        filters={"judge": {"teacher": "judge"}, "privacy": None},
        verifiers={"grounding": asked, "repair": {}},
        probes={"acceptance": {"teacher": "judge"}},
    )
    return load_recipe(str(path))


def test_all_prompts_are_known_that_a_recipe_can_send(judged: Recipe) -> None:
    made = made_by(judged)
    assert set(made["prompts"]) == {
        "grounded_qa/documents@1.0.0",
        *("grounded_qa/question@1.1.0", "grounded_qa/repair@1.0.0", "grounded_qa/correct@1.0.0"),
        *("judge/quality@1.0.0", "judge/acceptance@1.0.0", "judge/repair@1.0.0"),
        *("claims/split@1.0.0", "claims/repair@1.0.0"),
        *("entailment/judge@1.0.0", "entailment/repair@1.0.0"),
    }
    assert made["stages"]["judge"] == STAGES["judge"].version and "generate" in made["stages"]
    assert "privacy" not in made["stages"], "only stages that the recipe has"
    assert "stillhouse" in made["code"]


def test_rules_send_no_prompt(recipe_file: RecipeFile) -> None:
    assert made_by(load_recipe(str(recipe_file())))["prompts"] == {}


def edit_prompt(patch: pytest.MonkeyPatch) -> None:
    entry = catalogue()["grounded_qa"]
    first, *rest = entry.prompts
    edited = replace(entry, prompts=(replace(first, sha256="0" * 64), *rest))
    patch.setitem(catalogue(), "grounded_qa", edited)  # type: ignore[arg-type]


def change_stage(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(STAGES, "judge", replace(STAGES["judge"], version="another"))


def change_code(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(identity, "version", lambda _name: "9.9.9")


@pytest.mark.parametrize("change", [edit_prompt, change_stage, change_code])
def test_the_hash_covers_prompts_stages_and_code(
    judged: Recipe, monkeypatch: pytest.MonkeyPatch, change: Callable[[pytest.MonkeyPatch], None]
) -> None:
    before, spent = recipe_hash(judged), run_of(judged)
    assert recipe_hash(judged) == before
    change(monkeypatch)
    assert recipe_hash(judged) != before
    assert run_of(judged) == spent, "a budget counts what was spent before"


@pytest.mark.parametrize(
    ("update", "same"),
    [
        ({"output": Path("elsewhere")}, True),
        ({"failover": False}, True),
        ({"gate": None}, True),
        ({"seed": 8}, False),
        ({"target": 13}, False),
        ({"language": "de"}, False),
    ],
)
def test_the_hash_covers_what_decides_what_is_made(
    judged: Recipe, update: dict[str, object], same: bool
) -> None:
    assert (recipe_hash(judged.model_copy(update=update)) == recipe_hash(judged)) is same


@pytest.mark.parametrize(
    ("update", "same"),
    [({"max_age_days": 3}, True), ({"cache": Path("x")}, True), ({"licence": "CC0-1.0"}, False)],
)
def test_how_documents_are_fetched_is_not_what_is_made(
    judged: Recipe, update: dict[str, object], same: bool
) -> None:
    (source,) = judged.corpus
    other = judged.model_copy(update={"corpus": (source.model_copy(update=update),)})
    assert (recipe_hash(other) == recipe_hash(judged)) is same
    assert (run_of(other) == run_of(judged)) is same


def test_words_on_a_card_make_nothing_else(judged: Recipe) -> None:
    card = judged.card.model_copy(update={"intended_use": "A quiz."})
    other = judged.model_copy(update={"card": card})
    assert (recipe_hash(other), run_of(other)) == (recipe_hash(judged), run_of(judged))
