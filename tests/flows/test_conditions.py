"""Conditions that the plan draws: by weight, told to the teacher, kept with the record."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from conftest import RecipeFile, StartServer

from configs.errors import ConfigError
from configs.load import load_recipe
from configs.recipe import Recipe
from flows.pipeline import build
from generators.conditions import draw, stated
from generators.plan import entry_teachers

CONDITIONS = {
    "persona": {"a river pilot": 3, "a child of nine": 1},
    "difficulty": ["easy", "hard"],
    "language": {"en": 1},
}


def a_recipe(recipe_file: RecipeFile, **conditions: object) -> Recipe:
    return load_recipe(str(recipe_file("http://127.0.0.1:9/v1", conditions=conditions)))


def test_values_come_by_their_weights_and_independently(recipe_file: RecipeFile) -> None:
    recipe = a_recipe(recipe_file, **CONDITIONS)
    drawn = [dict(draw(recipe, number)) for number in range(2000)]
    assert drawn == [dict(draw(recipe, number)) for number in range(2000)]
    counts = Counter((each["persona"], each["difficulty"]) for each in drawn)
    for persona, weight in (("a river pilot", 0.75), ("a child of nine", 0.25)):
        for difficulty in ("easy", "hard"):
            assert counts[persona, difficulty] / 2000 == pytest.approx(weight / 2, abs=0.035)


def test_another_condition_changes_none_of_the_others(recipe_file: RecipeFile) -> None:
    few = a_recipe(recipe_file, difficulty=["easy", "hard"])
    many = a_recipe(recipe_file, **CONDITIONS)
    for number in range(50):
        assert dict(draw(few, number)).items() <= dict(draw(many, number)).items()


def test_they_stand_at_the_end_of_what_is_asked() -> None:
    asked = [{"role": "system", "content": "S"}, {"role": "user", "content": "U {{ x }}"}]
    system, user = stated(asked, (("persona", "a {{ 7 * 7 }} pilot"), ("language", "de")))
    assert system == asked[0] and user["content"].startswith("U {{ x }}\n\nWrite it under")
    assert "- persona: a {{ 7 * 7 }} pilot" in user["content"] and "language" not in user["content"]
    assert stated(asked, (("language", "de"),)) == tuple(asked)


def test_weights_must_be_above_zero_and_names_plain(recipe_file: RecipeFile) -> None:
    for bad in ({"difficulty": {}}, {"difficulty": {"easy": 0}}, {"My Persona": ["x"]}):
        with pytest.raises(ConfigError, match="conditions"):
            a_recipe(recipe_file, **bad)


def test_a_record_keeps_what_was_drawn_and_rules_draw_nothing(
    recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    rules = {"name": "rules", "kind": "grounded-templates"}
    path = recipe_file(start_server().url, conditions=CONDITIONS, target=10)
    data = json.loads(path.read_text())
    path.write_text(json.dumps({**data, "teachers": [*data["teachers"], rules]}))
    recipe = load_recipe(str(path), output=tmp_path / "out")
    assert len(entry_teachers(recipe)) == 2
    rows = build(recipe).version.table("data").to_dicts()
    told = {row["generation_mode"]: json.loads(row["metadata"]) for row in rows}
    assert set(told["distillation"]["conditions"]) == set(CONDITIONS)
    assert "conditions" not in told["rule-based"]
    assert not build(recipe).is_new
