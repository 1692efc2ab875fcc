"""The method that answers prompts of one's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import RecipeFile, StartServer

from configs.errors import ConfigError
from configs.load import load_recipe
from flows.pipeline import build

ASKED = [f"How long is the {name} River?" for name in ("Alder", "Birch", "Cedar", "Elm")]


def method(tmp_path: Path, **styles: float) -> list[dict[str, object]]:
    rows = [{"question": asked} for asked in ASKED]
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return [{"name": "distill", "styles": styles, "prompts": {"name": "own", "path": str(path)}}]


def test_answers_are_checked_against_the_corpus(
    recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    path = recipe_file(server.url, methods=method(tmp_path, open=1, grounded=1), target=8)
    recipe = load_recipe(str(path), output=tmp_path / "out")
    version = build(recipe).version
    kept, lost = version.table("data"), version.table("rejected")
    assert set(kept["question"]) == set(ASKED) and set(kept["method"]) == {"distill"}
    assert set(kept["prompt_id"]) == {"distill/answer@1.0.0"}
    near = {q: s[0]["document_id"] for q, s in zip(kept["question"], kept["sources"], strict=True)}
    assert all(name.split()[4].lower() in near[name] for name in ASKED), "nearest documents"
    wrong = lost.filter(lost["answer"] == "The Elm River is 99 km long.")
    assert len(wrong) == 1 and wrong["reason"][0] == "contradicted"
    assert "The Alder River is 310 km long." in set(kept["answer"])
    references = {row["role"]: row for row in version.manifest["references"]}
    assert references["prompts"]["rows"] == 4
    sent = server.stats()["requests"]
    assert not build(recipe).is_new and server.stats()["requests"] == sent


def test_it_needs_prompts_and_others_take_none(recipe_file: RecipeFile, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none are given; set `prompts: \{name: own"):
        build(load_recipe(str(recipe_file("http://127.0.0.1:9/v1", methods=[{"name": "distill"}]))))
    (given,) = method(tmp_path)
    with pytest.raises(ConfigError, match=r"grounded_qa\.prompts: this method takes none"):
        build(load_recipe(str(recipe_file(methods=[{"prompts": given["prompts"]}]))))


def test_the_shipped_recipe(
    start_server: StartServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEACHER_BASE_URL", start_server().url)
    monkeypatch.setenv("TEACHER_MODEL", "tiny-teacher")
    rows = build(load_recipe("distill", output=tmp_path / "out")).version.table("data")
    assert len(rows) and set(rows["style"]) == {"grounded"}, "it remembers nothing but rivers"
