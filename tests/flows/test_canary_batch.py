"""A run whose first candidates are worse than the parent version pauses before the rest is paid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import RecipeFile, RunCommand, Server, StartServer

from configs.canary import Canary
from configs.load import load_recipe
from configs.recipe import Recipe
from flows.canary_batch import batch_size, compared, notes
from store.versions import Version, find_version, latest, list_versions

SMALL: dict[str, Any] = {"target": 24, "shard_size": 15, "gate": None, "canary": {"at_least": 20}}
"""A first round of 45, of which the batch has one whole shard and a third of the next."""


def teachers(writer: Server, judge: Server) -> list[dict[str, object]]:
    at = {"api_key_env": "TEACHER_API_KEY"}
    return [
        {"name": "writer", "base_url": writer.url, "model": "tiny-teacher", **at},
        {"name": "judge", "base_url": judge.url, "model": "qwen3-judge", **at},
    ]


def test_the_run_pauses_and_goes_on_for_a_reason(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    judge, out = start_server(), tmp_path / "out"
    judged: dict[str, Any] = {"filters": {"judge": {"teacher": "judge"}}, **SMALL}

    def build(writer: Server, *options: object) -> Any:
        recipe = recipe_file(teachers=teachers(writer, judge), **judged)
        return stillhouse("build", recipe, "--output", out, *options)

    assert build(start_server()).code == 0
    first = latest(out, "rivers")
    assert first is not None and first.manifest["canary"] is None, "there was no parent"
    stood = first.manifest["survival"]
    assert stood["judged"] == 45 and stood["share"] == stood["survived"] / 45 > 0.9

    worse = start_server({"wrong": 0.7})
    said = build(worse)
    assert said.code == 9, said.out + said.err
    assert len(worse.bodies()) == 20, "the rest was not asked for"
    assert "of the first 20 candidates" in said.err and "--past-canary" in said.err
    assert f"of rivers-v1 {stood['share']:.1%} of 45 did" in said.err
    assert "grounding contradicted" in said.err and "preview RECIPE -n 20" in said.err
    assert latest(out, "rivers") == first and len(list_versions(out, "rivers")) == 1
    assert build(worse, "--past-canary", " ").code == 9, "that is no reason"
    assert len(worse.bodies()) == 20

    went = build(worse, "--past-canary", "the old teacher is gone")
    assert went.code in (0, 7), went.out + went.err
    for server in (worse, judge):
        assert len(server.bodies()) == len(set(server.bodies())), "something was paid for twice"
    second = latest(out, "rivers")
    assert second is not None and second.number == 2
    found = second.manifest["canary"]
    assert found["worse"] and found["past"] == "the old teacher is gone"
    assert found["parent"] == "rivers-v1" and found["judged"] == 20
    assert len(worse.bodies()) == second.manifest["survival"]["judged"], "each seed once"
    (note,) = [note for note in second.manifest["notes"] if "past the canary" in note]
    assert note.startswith("went on past the canary batch, since the old teacher is gone: of the")
    assert note in went.out.replace("\n", "")

    asked = len(worse.bodies())
    again = build(worse)
    assert again.code == went.code and "nothing changed since" in again.out
    assert len(worse.bodies()) == asked


def test_a_run_as_good_as_its_parent_goes_on(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    for _ in range(2):
        server = start_server()
        said = stillhouse("build", recipe_file(server.url, **SMALL), "--output", tmp_path)
        assert said.code == 0, said.out + said.err
    assert len(server.bodies()) == len(set(server.bodies())) == 45
    found = find_version(tmp_path, "rivers").manifest["canary"]
    assert found is None or not found["worse"]


@pytest.mark.parametrize(("survived", "worse"), [(50, False), (47, False), (46, True), (0, True)])
def test_less_than_tolerance_and_less_than_chance(survived: int, worse: bool) -> None:
    """94 % is under 97 %, but with 50 it may be chance: its interval ends at 97.9 %."""
    batch = {"judged": 50, "survived": survived, "share": survived / 50}
    before = {"judged": 1000, "survived": 1000, "share": 1.0}
    found = compared(batch, Version(Path("qa-v1")), before, Canary())
    assert found["worse"] == worse and found["low"] <= survived / 50 <= found["high"] + 1e-9
    assert notes({**found, "past": ""}) == [] and notes(None) == []
    nobody = {"judged": 0, "survived": 0, "share": 0.0}
    assert not compared(nobody, Version(Path("qa-v1")), before, Canary())["worse"]


def test_there_must_be_a_rest_and_a_price(recipe_file: RecipeFile) -> None:
    def recipe(url: str | None = "http://127.0.0.1:9/v1", **fields: object) -> Recipe:
        return load_recipe(str(recipe_file(url, **fields)))

    assert batch_size(recipe(), 51) == 50 and batch_size(recipe(), 50) == 0
    assert batch_size(recipe(), 2000) == 100, "one in twenty"
    assert batch_size(recipe(canary=None), 2000) == 0
    assert batch_size(recipe(None), 2000) == 0, "rules cost nothing"
