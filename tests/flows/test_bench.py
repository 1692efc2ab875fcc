"""The bench against real servers: knee, figures, page, limits, budget, nothing paid twice."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from conftest import RecipeFile, RunCommand, StartServer
from rich.console import Console
from teacher_server import KEY

from configs.load import load_recipe
from flows.bench import bench, next_slice
from flows.bench_level import place_of
from flows.measures import knee, recommended
from flows.pipeline import build
from flows.views.bench import bench_views
from flows.views.bench_page import save_page
from flows.workspace import run_of, workspace
from generators.seeds import Seed
from generators.teachers.endpoint import ADAPTERS

LATENCY, TOKEN_S = 0.15, 0.001


def seed(number: int, document: str) -> Seed:
    return Seed(
        f"{number}", "grounded_qa", "question_answer", "t", document, "p", number, "", -1, 0
    )


def test_sweep_finds_the_knee_and_a_build_pays_for_nothing_again(
    recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server({"capacity": 3, "latency": LATENCY, "token_s": TOKEN_S, "rpm": 6000})
    path = recipe_file(server.url, {"concurrency": 16}, max_candidates=200)
    recipe = load_recipe(str(path), output=tmp_path / "out")
    found = bench(recipe, "teacher")
    assert [level.concurrency for level in found.levels] == [1, 2, 4, 8, 16]
    best = recommended(found.levels)
    assert best is not None and 2 <= best.concurrency <= 8, "the server works on 3 calls at once"
    assert found.note == "" and found.error is None and found.structured == "json_schema"
    for level in found.levels:
        assert level.calls == max(16, 4 * level.concurrency) == sum(level.outcomes.values())
        assert level.ttft and level.whole and level.gaps and level.tpot
        assert LATENCY <= level.ttft.p50 < level.whole.p50
        assert level.gaps.p50 > TOKEN_S / 2 and level.tpot.p50 > TOKEN_S / 20
        assert 0 < level.accepted <= level.calls and level.tokens_s > 0
        assert 0 < level.in_flight <= level.concurrency + 0.01
    assert found.levels[0].cold and found.levels[0].warm

    page = save_page(found, tmp_path / "out" / "bench").read_text()
    assert page.count("<svg") == 2 and page.count(">knee</text>") == (
        2 if knee(found.levels) else 0
    )
    assert f"concurrency: {best.concurrency}" in page and "6,000 requests" in page
    assert set(re.findall(r"https?://[^\s<\",]+", page)) == {server.url}, "an outside resource"
    assert KEY not in page

    journal = workspace(recipe).journal
    asked = {row["key"] for row in journal.attempts(run_of(recipe))}
    version = build(recipe).version
    keys = set(version.table("data")["request_keys"].explode())
    assert keys & asked, "nothing of the bench's was used"
    calls = Counter(row["key"] for row in journal.attempts(run_of(recipe)))
    assert set(calls.values()) == {1}, "a reply was paid for twice"


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
def test_command_shows_figures_and_page_and_hides_the_key(
    kind: str,
    stillhouse: RunCommand,
    recipe_file: RecipeFile,
    start_server: StartServer,
    tmp_path: Path,
) -> None:
    server = start_server({"token_s": 0.001})
    recipe, output = recipe_file(server.url, {"kind": kind}), tmp_path / "out"
    options = ("--recipe", recipe, "--output", output, "--max-concurrency", 2, "--calls", 6)
    said = stillhouse("bench", "teacher", *options)
    assert said.code == 0, said.err
    assert "ok 6" in said.out and re.search(r"For the recipe: concurrency: [12]\n", said.out)
    assert "json_schema enforced" in said.out
    page = output / ".stillhouse" / "bench" / "teacher.html"
    assert f"Page: {page}" in said.out and page.is_file()
    for path in output.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path
    stillhouse("bench", "teacher", *options)
    probes = len(ADAPTERS[kind].LADDER)
    assert len(server.bodies()) == 2 * (12 + probes)
    assert len(set(server.bodies())) >= 24 + probes, "a prompt was sent twice"


def test_429s_are_part_of_the_mix(
    recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server({"rpm": 24, "tells_limits": False, "retry_after": 0.05})
    recipe = load_recipe(str(recipe_file(server.url, {"attempts": 2})), output=tmp_path / "out")
    found = bench(recipe, "teacher", most=2, calls=12)
    assert "rate_limited" not in found.levels[0].outcomes
    assert found.levels[1].outcomes["rate_limited"] >= 2 and found.levels[1].outcomes["ok"] >= 5
    console = Console(width=160)
    with console.capture() as printed:
        console.print(*bench_views(found))
    assert re.search(r"in headers: none; [1-9]\d* calls met 429", printed.get())


def test_budget_holds_and_what_was_measured_is_shown(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    recipe = recipe_file(server.url, budget={"max_requests": 25})
    said = stillhouse("bench", "teacher", "--recipe", recipe, "--output", tmp_path / "out")
    assert said.code == 3 and "budget.max_requests is 25" in said.err
    assert "The sweep ended at 2 in flight" in said.out and "ok 16" in said.out
    assert len(server.bodies()) == 25


def test_a_plan_that_is_too_short_ends_the_sweep(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    recipe = recipe_file(server.url, max_candidates=20)
    options = ("--recipe", recipe, "--output", tmp_path / "out")
    said = stillhouse("bench", "teacher", *options)
    assert said.code == 0 and "before 2 in flight" in said.out and "the plan has 4 left" in said.out
    sent = len(server.bodies())
    said = stillhouse("bench", "teacher", *options)
    assert said.code == 2 and "the plan has 4 left" in said.err
    assert len(server.bodies()) == sent, "calls were sent for nothing"


def test_wrong_names_are_told_what_there_is(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    said = stillhouse("bench", "big", "--recipe", recipe_file(server.url))
    assert said.code == 2 and "no teacher 'big'; model teachers of 'rivers': teacher" in said.err
    said = stillhouse("bench", "templates", "--recipe", recipe_file())
    assert said.code == 2 and "works by rule" in said.err
    assert server.bodies() == []


def test_a_slice_is_half_new_half_known_passages() -> None:
    plan = [seed(n, f"d{n % 10}") for n in range(40)]
    first = next_slice(plan, set(), 8)
    assert len({place_of(one) for one in first}) == 4 and len(set(first)) == 8
    rest = [one for one in plan if one not in first]
    read = {place_of(one) for one in first}
    second = next_slice(rest, read, 8)
    assert sum(place_of(one) in read for one in second) == 4
    assert len({place_of(one) for one in second} - read) == 4
    assert len(next_slice(rest[:5], read, 8)) == 5
