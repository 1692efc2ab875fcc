"""Reference sets in a build: read once, pinned, and part of what names the shards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import RecipeFile

from configs.errors import ConfigError
from configs.load import load_recipe
from configs.recipe import Recipe
from flows.pipeline import build
from flows.references import described, read_references, rows_of
from flows.workspace import workspace


def exam(tmp_path: Path, rows: list[Any]) -> dict[str, str]:
    path = tmp_path / "exam.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return {"name": "exam", "path": str(path)}


def recipe_with(recipe_file: RecipeFile, tmp_path: Path, **fields: Any) -> Recipe:
    return load_recipe(str(recipe_file(**fields)), output=tmp_path / "out")


def test_rows_have_vectors_and_are_read_again_only_when_they_change(
    recipe_file: RecipeFile, tmp_path: Path
) -> None:
    anchor = exam(tmp_path, [{"question": "How long is it?", "answer": "3 km"}])
    recipe = recipe_with(recipe_file, tmp_path, anchor=anchor)
    key = read_references(recipe, "references")
    assert read_references(recipe, "references") == key
    rows = rows_of(workspace(recipe), [key], "references")
    assert rows.columns == ["set", "id", "question", "answer", "embedding"]
    assert len(rows) == 1 and len(rows["embedding"][0]) == 384
    assert not len(rows_of(workspace(recipe), [key], "held-out"))
    (about,) = described(workspace(recipe), [key])
    assert (about["set"], about["rows"], about["role"]) == ("exam", 1, "references")
    exam(tmp_path, [{"question": "How deep is it?", "answer": "3 m"}])
    assert read_references(recipe, "references") != key


def test_an_earlier_version_is_pinned(recipe_file: RecipeFile, tmp_path: Path) -> None:
    first = build(recipe_with(recipe_file, tmp_path)).version
    against = {"against": [{"name": "old", "version": "rivers"}]}
    recipe = recipe_with(recipe_file, tmp_path, seed=8, filters=against)
    key = read_references(recipe, "references")
    ids = rows_of(workspace(recipe), [key], "references")["id"].to_list()
    assert sorted(ids) == sorted(first.table("data")["id"].to_list())
    (about,) = described(workspace(recipe), [key])
    assert about["state"] == [f"rivers-v1 sha256 {first.manifest['sha256']}"]
    second = build(recipe).version
    assert second.manifest["references"] == [about]


def test_what_is_missing_stops_before_anything_is_asked(
    recipe_file: RecipeFile, tmp_path: Path
) -> None:
    against = {"against": [{"name": "old", "version": "rivers@4"}]}
    with pytest.raises(ConfigError, match="rivers"):
        build(recipe_with(recipe_file, tmp_path, filters=against))
    assert not list((tmp_path / "out" / ".stillhouse" / "shards").glob("generate-*"))


def test_prompts_that_teachers_are_shown_hold_no_personal_data(
    recipe_file: RecipeFile, tmp_path: Path
) -> None:
    asked = "jane.roe@firm.org wants to know: how long is it? Call +49 30 901820."
    prompts = exam(tmp_path, [{"question": asked, "answer": "pay DE02120300000000202051"}])
    method = {"name": "distill", "prompts": prompts}
    recipe = recipe_with(recipe_file, tmp_path, methods=[method])
    rows = rows_of(workspace(recipe), [read_references(recipe, "prompts")], "prompts")
    said = "[e-mail] wants to know: how long is it? Call [phone number]."
    assert rows.select("question", "answer").rows() == [(said, "pay [IBAN]")]
