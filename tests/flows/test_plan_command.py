"""What a plan would ask is shown, and one that covers too little is refused, with nothing sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import RecipeFile, RunCommand, StartServer

from configs.errors import ConfigError
from configs.load import load_recipe
from flows.pipeline import build


def test_it_shows_mix_conditions_and_what_stays_out(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    path = recipe_file(
        server.url,
        methods=[{"styles": {"question_answer": 3, "cloze": 1}}],
        conditions={"difficulty": {"easy": 1, "hard": 1}},
        target=1,
        shard_size=10,
        max_candidates=3,
    )
    said = stillhouse("plan", path, "-o", tmp_path / "out", "-n", 2)
    assert said.code == 0 and "3 of 3 seeds are asked in the first round" in said.out
    assert "question_answer" in said.out and "cloze" in said.out and "wanted 100%" in said.out
    assert "difficulty" in said.out and "50%" in said.out, "the weights that were stated"
    assert "documents" in said.out and "75%" in said.out and "Not asked about: " in said.out
    refused = stillhouse("plan", path, "-o", tmp_path / "out", "--min-coverage", 0.9)
    assert refused.code == 2 and "asks about 75% of the documents" in refused.err
    assert server.stats()["requests"] == 0


def test_a_build_of_such_a_plan_asks_nothing(
    recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    few = {"target": 1, "max_candidates": 3, "min_coverage": 0.9}
    recipe = load_recipe(str(recipe_file(server.url, **few)), output=tmp_path / "out")
    with pytest.raises(ConfigError, match="min_coverage is 90%; left out are"):
        build(recipe)
    assert server.stats()["requests"] == 0
    assert build(recipe.model_copy(update={"min_coverage": 0.7})).is_new
