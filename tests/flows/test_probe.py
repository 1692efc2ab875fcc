"""The capability probe against real servers: what is obeyed, ignored, rejected, not answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import RecipeFile, RunCommand, StartServer
from hypothesis import given
from hypothesis import strategies as st

from configs.load import load_recipe
from flows.doctor import probes
from generators.teachers.endpoint import ADAPTERS
from generators.teachers.probe import best_way
from store.journal import Journal

SERVERS = [
    # settings of the server, protocol, what is learnt, what a line of the doctor's says
    ({}, "openai", "json_schema", "json_schema enforced"),
    ({}, "anthropic", "json_schema", "json_schema enforced"),
    (
        {"obeys": ["tools"]},
        "openai",
        "tools",
        "json_schema ignored, guided ignored, tools enforced",
    ),
    ({"obeys": ["tools"]}, "anthropic", "tools", "json_schema ignored, tools enforced"),
    ({"rejects": ["json_schema"]}, "openai", "guided", "json_schema rejected, guided enforced"),
    ({"rejects": ["json_schema"]}, "anthropic", "tools", "json_schema rejected, tools enforced"),
    ({"obeys": ["json_object"]}, "openai", "json_object", "tools ignored, json_object enforced"),
    ({"obeys": []}, "openai", "none", "json_object ignored, none ignored"),
    ({"obeys": []}, "anthropic", "none", "json_schema ignored, tools ignored, none ignored"),
]


def learnt(output: Path, url: str) -> str | None:
    journal = Journal(output / ".stillhouse" / "journal.sqlite")
    found = journal.capability(url, "tiny-teacher")
    journal.close()
    return found


@pytest.mark.parametrize(("settings", "kind", "best", "line"), SERVERS)
def test_what_was_found_is_remembered(
    settings: dict[str, object],
    kind: str,
    best: str,
    line: str,
    recipe_file: RecipeFile,
    start_server: StartServer,
    tmp_path: Path,
) -> None:
    server = start_server(settings)
    recipe = load_recipe(str(recipe_file(server.url, {"kind": kind})), output=tmp_path / "out")
    ladder = ADAPTERS[kind].LADDER
    (finding,) = probes(recipe)
    assert finding.well and line in finding.found and f"asks with {best} from now" in finding.found
    assert learnt(tmp_path / "out", server.url) == best
    assert len(server.bodies()) == len(ladder)
    list(probes(recipe))
    assert len(server.bodies()) == 2 * len(ladder), "an old reply answered a probe"


def test_a_build_asks_in_the_way_that_was_found(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server({"obeys": ["tools"]})
    recipe, output = recipe_file(server.url), tmp_path / "out"
    said = stillhouse("doctor", recipe, "--probe", "--output", output)
    assert said.code == 0 and "probe of teacher" in said.out and "tools enforced" in said.out
    assert stillhouse("build", recipe, "--output", output).code == 0
    journal = Journal(output / ".stillhouse" / "journal.sqlite")
    with journal.database.engine.connect() as connection:
        query = "select distinct structured from replies where request like '%<passage>%'"
        ways = connection.exec_driver_sql(query).scalars().all()
    journal.close()
    assert ways == ["tools"]


def test_no_probe_unless_asked_for(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    said = stillhouse("doctor", recipe_file(server.url), "--output", tmp_path / "out")
    assert "probe of" not in said.out and server.bodies() == []
    assert stillhouse("doctor", "--probe").code == 2


def test_a_probe_that_is_not_answered_teaches_nothing(
    recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server(poison=1)
    path = recipe_file(server.url, {"attempts": 1})
    (finding,) = probes(load_recipe(str(path), output=tmp_path / "out"))
    assert not finding.well and "json_schema failed" in finding.found
    assert learnt(tmp_path / "out", server.url) is None


def test_probes_stay_within_the_budget(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    recipe = recipe_file(server.url, budget={"max_requests": 2})
    said = stillhouse("doctor", recipe, "--probe", "--output", tmp_path / "out")
    assert said.code == 1 and "budget.max_requests is 2" in said.out
    assert len(server.bodies()) == 2


@given(st.lists(st.sampled_from(["enforced", "ignored", "rejected", "failed"]), min_size=5,
                max_size=5))  # fmt: skip
def test_best_way_is_the_first_enforced(came: list) -> None:
    found = dict(zip(ADAPTERS["openai"].LADDER, came, strict=True))
    best = best_way(found)
    if "enforced" in came:
        assert list(found).index(best) == came.index("enforced")
    else:
        assert best in (None, "none")
        assert best is None or "failed" not in came, "unanswered, and taken as ignored"
