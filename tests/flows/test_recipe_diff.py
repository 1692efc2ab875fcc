"""`stillhouse diff`: what differs between two recipes or versions, and the exit codes of a diff."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import RecipeFile, RunCommand
from hypothesis import given
from hypothesis import strategies as st

from configs.load import load_recipe
from flows.diff.recipes import HIDDEN, Side, differences, side_of
from flows.identity import made_by, recipe_hash
from store.text import digest
from store.versions import find_version

URL = "http://127.0.0.1:9/v1"


def two(recipe_file: RecipeFile, tmp_path: Path, **fields: object) -> tuple[Path, Path]:
    """A recipe with a model teacher, and the same with other fields."""
    first = tmp_path / "first.yaml"
    recipe_file(URL).rename(first)
    return first, recipe_file(URL, **fields)


def test_differences_stand_in_their_groups(
    stillhouse: RunCommand, recipe_file: RecipeFile, tmp_path: Path
) -> None:
    first, second = two(
        recipe_file,
        tmp_path,
        target=13,
        chunking={"max_chars": 900},
        filters={"near": {"threshold": 0.7}},
        verifiers={"grounding": None},
        teacher={"temperature": 0.1, "concurrency": 2},
    )
    said = stillhouse("diff", first, second)
    assert said.code == 1, said.err
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in said.out.splitlines()]
    rows = {row[1]: (row[0], *row[2:]) for row in cells if len(row) == 4}
    assert rows["chunking.max_chars"] == ("corpus", "1200", "900")
    assert rows["teachers[teacher].temperature"] == ("models & sampling", "0.7", "0.1")
    assert rows["teachers[teacher].concurrency *"][1:] == ("8", "2")
    assert rows["filters.near.threshold"] == ("filters", "0.6", "0.7")
    assert rows["verifiers.grounding"][0] == "verifiers"
    assert rows["verifiers.grounding"][2] == "–"
    assert rows["target"] == ("other", "12", "13")
    for path in (first, second):
        assert f"{recipe_hash(load_recipe(str(path)))}  {path}" in said.out


def test_what_does_not_count_leaves_the_hash(
    stillhouse: RunCommand, recipe_file: RecipeFile, tmp_path: Path
) -> None:
    first, second = two(recipe_file, tmp_path, budget={"max_requests": 5})
    said = stillhouse("diff", first, second)
    assert said.code == 1 and "budget.max_requests *" in said.out
    assert len({line[:64] for line in said.out.splitlines()[-2:]}) == 1


def test_equal_and_bad_input(stillhouse: RunCommand, tmp_path: Path) -> None:
    said = stillhouse("diff", "quickstart", "quickstart", "--output", tmp_path)
    assert said.code == 0 and "No field, prompt, stage or package differs." in said.out
    said = stillhouse("diff", "quickstart", "nowhere", "--output", tmp_path)
    assert said.code == 2
    assert "no recipe 'nowhere'" in said.err and "no dataset 'nowhere'" in said.err
    assert stillhouse("diff", "quickstart").code == 2


def test_versions_are_what_they_were_made_by(
    stillhouse: RunCommand, recipe_file: RecipeFile, tmp_path: Path
) -> None:
    recipe, output = recipe_file(), tmp_path / "out"
    assert stillhouse("build", recipe, "--output", output).code == 0
    settings = load_recipe(str(recipe), output=output)
    manifest = find_version(output, "rivers@1").manifest
    assert manifest["made_by"] == made_by(settings)
    assert manifest["recipe_hash"] == recipe_hash(settings)
    assert stillhouse("diff", "rivers@1", recipe, "--output", output).code == 0

    recipe.write_text(json.dumps({**json.loads(recipe.read_text()), "seed": 8}))
    said = stillhouse("diff", "rivers", recipe, "--output", output)
    assert said.code == 1 and "seed" in said.out and manifest["recipe_hash"] in said.out
    assert stillhouse("diff", "rivers@7", recipe, "--output", output).code == 2


def test_secrets_never_appear(
    stillhouse: RunCommand, recipe_file: RecipeFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEACHER_API_KEY", "sk-planted-in-the-environment")
    leaked = f"hf_{'KqWzXbTnMvLpRsYd' * 2}Ab"
    body = {"headers": {"X-Api-Key": "planted-one", "tokens": {"v": "planted-two"}}, "top_k": 5}
    fields = {"auth": ["planted-three"], "note": f"as {leaked}", "top_k": 6}
    hook = "https://me:planted-four@example.org/hook"
    first, second = two(
        recipe_file, tmp_path, teacher={"extra_body": {**fields, "hook": hook, "token": "planted"}}
    )
    third = tmp_path / "third.yaml"
    data = json.loads(second.read_text())
    data["teachers"][0]["extra_body"] = body
    data["teachers"].append({**data["teachers"][0], "name": "other", "extra_body": fields})
    third.write_text(json.dumps(data))
    for pair in ((first, second), (second, third), (third, first)):
        said = stillhouse("diff", *pair)
        assert said.code == 1, said.err
        assert "planted" not in said.out and HIDDEN in said.out and "top_k" in said.out
        found = differences(*(side_of(str(path), None) for path in pair))
        shown = " ".join(text for each in found for text in (each.one, each.two))
        assert "planted" not in shown and leaked not in shown, "no line break hides it"


def side(**parts: Any) -> Side:
    return Side("a", "0", parts)


def test_order_and_types_count() -> None:
    a, b = {"name": "a"}, {"name": "b"}
    (found,) = differences(side(teachers=[a, b]), side(teachers=[b, a]))
    assert (found.field, found.one, found.two) == ("teachers", '["[a]", "[b]"]', '["[b]", "[a]"]')
    (found,) = differences(side(teachers=[a]), side(teachers=[{**a, "extra_body": {"x": True}}]))
    assert (found.field, found.one) == ("teachers[a].extra_body", "–")
    one, other = ({"name": "a", "extra_body": {"x": value}} for value in (True, 1))
    (found,) = differences(side(teachers=[one]), side(teachers=[other]))
    assert (found.field, found.one, found.two) == ("teachers[a].extra_body.x", "true", "1")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab", max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["x", "y", "name"]), inner)
    ),
    max_leaves=8,
)
PARTS = st.dictionaries(
    st.sampled_from(["corpus", "filters", "teachers", "name"]), JSON.filter(lambda v: v is not None)
)


@given(PARTS, PARTS)
def test_a_difference_is_seen_from_both_sides(one: dict[str, Any], other: dict[str, Any]) -> None:
    there, back = differences(side(**one), side(**other)), differences(side(**other), side(**one))
    assert {(d.field, d.one, d.two) for d in there} == {(d.field, d.two, d.one) for d in back}
    assert differences(side(**one), side(**one)) == []
    assert bool(there) == (digest(one) != digest(other))
