"""Rows say how deep their teacher is, and deep teachers are refused before anything is asked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from conftest import RecipeFile, RunCommand, StartServer
from store_samples import content, manifest

from configs.errors import ConfigError
from configs.load import load_recipe
from configs.recipe import Recipe
from flows.generation_depth import check_depths, with_depths
from store.publish import publish
from store.versions import Version, find_version

URL = "http://127.0.0.1:9/v1"


def published(root: Path, depth: int) -> Version:
    """A version whose deepest row has this depth."""
    made = content()
    rows = made.splits["train"].with_columns(generation_depth=pl.lit(depth, dtype=pl.Int32))
    return publish(root, "small", replace(made, splits={"train": rows}), manifest())


@pytest.fixture
def recipe(recipe_file: RecipeFile) -> Any:
    """Recipes whose one teacher says this of itself."""

    def made(teacher: dict[str, object] | None = None, **fields: object) -> Recipe:
        return with_depths(load_recipe(str(recipe_file(URL, teacher, **fields))))

    return made


def test_depth_is_one_more_than_that_of_the_rows_it_was_trained_on(
    recipe: Any, tmp_path: Path
) -> None:
    version = published(tmp_path / "out", 1)
    trained: dict[str, object] = {"trained_on": f"out/small/{version.name}"}  # beside the recipe
    assert recipe(trained).teachers[0].generation_depth == 2
    assert recipe({**trained, "generation_depth": 5}).teachers[0].generation_depth == 5
    assert recipe().teachers[0].generation_depth == 0
    again = with_depths(recipe(trained))
    assert again.teachers[0].generation_depth == 2, "it is not counted twice"
    next((version.path / "data").iterdir()).write_bytes(b"nothing")
    for broken in (trained, {"trained_on": "documents"}, {"trained_on": "nowhere"}):
        with pytest.raises(ConfigError, match=r"trained_on: .* is no published version"):
            recipe(broken)


def test_from_depth_two_on_a_reason_is_needed(recipe: Any) -> None:
    check_depths(recipe({"generation_depth": 1}))
    deep: dict[str, object] = {"generation_depth": 2}
    with pytest.raises(ConfigError, match=r"generation depth 2, and from depth_limits\.block 2"):
        check_depths(recipe(deep))
    check_depths(recipe(deep, allow_depth={"depth": 2, "reason": "a study of collapse"}))
    check_depths(recipe(deep, depth_limits={"block": None}))
    check_depths(recipe(deep, depth_limits={"block": 3}))
    with pytest.raises(ConfigError, match="generation depth 3"):
        allowed = {"depth": 2, "reason": "a study of collapse"}
        check_depths(recipe({"generation_depth": 3}, allow_depth=allowed))
    with pytest.raises(ConfigError, match=r"allow_depth\.reason"):
        recipe(deep, allow_depth={"depth": 2, "reason": ""})
    with pytest.raises(ConfigError, match="warn is more than block"):
        recipe(deep, depth_limits={"warn": 3})


def test_a_student_needs_facts_and_real_rows(recipe: Any, tmp_path: Path) -> None:
    own: dict[str, object] = {"student": True}
    real = {"name": "real", "path": str(tmp_path / "real.jsonl")}
    check_depths(recipe(own, anchor=real))
    for fields, lacks in (
        ({}, "no anchor of real rows"),
        ({"anchor": {"name": "old", "version": "rivers@1"}}, "no anchor of real rows"),
        ({"anchor": real, "verifiers": {"grounding": None}}, "no verifiers.grounding: "),
        ({"verifiers": {"grounding": None}}, "no verifiers.grounding and no anchor of real rows"),
    ):
        with pytest.raises(ConfigError, match=rf"writes for itself .*{lacks}"):
            check_depths(recipe(own, **fields))
        check_depths(recipe(own, **fields, allow_unanchored="a baseline"))


def test_rules_have_no_depth(recipe_file: RecipeFile) -> None:
    rules = {"name": "r", "kind": "grounded-templates", "generation_depth": 1}
    with pytest.raises(ConfigError, match="rules are not trained"):
        load_recipe(str(recipe_file(teachers=[rules])))


def test_a_refused_teacher_is_asked_nothing(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    for teacher in ({"generation_depth": 2}, {"student": True}, {"trained_on": "nowhere"}):
        path = recipe_file(server.url, teacher)
        for command in (("build", path), ("preview", path)):
            said = stillhouse(*command, "--output", tmp_path / "out")
            assert said.code == 2, said.out + said.err
    assert not server.bodies() and not (tmp_path / "out" / "rivers").exists()


def test_a_row_has_the_depth_of_the_teacher_that_wrote_it(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    """The deep student dies, and the other one stands in for it."""
    (tmp_path / "real.jsonl").write_text(json.dumps({"question": "Why?", "answer": "So."}))
    student, other = start_server({"dies_after": 6}), start_server()
    at = {"api_key_env": "TEACHER_API_KEY", "attempts": 1, "patience_s": 1, "concurrency": 2}
    teachers = [
        {
            **{"name": "student", "base_url": student.url, "model": "tiny-teacher"},
            **{"generation_depth": 2, "student": True, **at},
        },
        {"name": "other", "base_url": other.url, "model": "tiny-teacher", **at},
    ]
    recipe = recipe_file(
        teachers=teachers,
        target=20,
        anchor={"name": "real", "path": str(tmp_path / "real.jsonl")},
        allow_depth={"depth": 2, "reason": "a study of collapse"},
    )
    said = stillhouse("build", recipe, "--output", tmp_path / "out")
    assert said.code == 0, said.out + said.err
    assert "teacher 'student' has generation depth 2" in said.err
    version = find_version(tmp_path / "out", "rivers")
    rows = version.table("data")
    ways = rows.select("teacher", "generation_mode", "generation_depth", "origin").unique().rows()
    assert {*ways} == {
        ("student", "self-improvement", 2, "self"),
        ("other", "distillation", 0, "teacher"),
    }
    stood_in = rows.filter(pl.col("metadata").str.contains('"instead_of":"student"'))
    assert len(stood_in) and set(stood_in["generation_depth"]) == {0}
    deep = len(rows.filter(pl.col("teacher") == "student"))
    found = version.manifest["generations"]
    mix = [["distillation", 0, 20 - deep], ["self-improvement", 2, deep]]
    assert found == {"mix": mix, "allowed": {"allow_depth 2": "a study of collapse"}}
    notes = version.manifest["notes"]
    assert any(note.startswith(f"{deep} of 20 rows have generation depth 2") for note in notes)
    assert "allow_depth 2: a study of collapse" in notes
    assert "Note: allow_depth 2: a study of collapse" in said.out
    card = (version.path / "README.md").read_text()
    assert f"{deep} self-improvement at depth 2" in card and "a study of collapse" in card
