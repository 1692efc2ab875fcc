"""What must hold however a run is started, stopped and started again."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
from conftest import RecipeFile, RunCommand, StartServer
from forked import command

from store.journal import Journal
from store.versions import find_version

MONEY = {"usd_per_million_input": 10, "usd_per_million_output": 10}


def test_requests_that_failed_today_are_asked_again_tomorrow(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    """At first the server fails always; nothing of that may be final."""
    server = start_server({"wakes_after": 8})
    size: dict[str, Any] = {"target": 6, "max_candidates": 8}
    command = ("build", recipe_file(server.url, {"attempts": 1}, **size), "--output", tmp_path)
    said = stillhouse(*command)
    assert said.code == 4 and "left 8 of 8 requests unanswered" in said.err
    said = stillhouse(*command)
    assert said.code == 0, said.err
    assert server.stats()["paid"] == 8


def test_a_poison_prompt_is_asked_again_by_the_next_run(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server(poison=0.1)
    recipe = recipe_file(server.url, {"attempts": 2}, target=30, shard_size=60)
    assert stillhouse("build", recipe, "--output", tmp_path / "out").code == 0
    rejected = find_version(tmp_path / "out", "rivers").table("rejected")
    aside = len(rejected.filter(pl.col("reason") == "unanswered"))
    before = len(server.bodies())
    assert stillhouse("build", recipe, "--output", tmp_path / "out").code == 0
    assert aside > 0 and len(server.bodies()) - before == 2 * aside


def test_two_teachers_that_die_leave_nothing_final(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    dying = [start_server({"dies_after": 15}) for _ in range(2)]
    teachers = [
        {"name": f"t{n}", "base_url": server.url, "model": "tiny-teacher", "attempts": 2,
         "api_key_env": "TEACHER_API_KEY", "patience_s": 2, "concurrency": 8}
        for n, server in enumerate(dying)
    ]  # fmt: skip
    recipe = recipe_file(teachers=teachers, target=60, shard_size=20, max_candidates=80)
    said = stillhouse("build", recipe, "--output", tmp_path / "out")
    assert said.code == 7, said.err
    version = find_version(tmp_path / "out", "rivers")
    assert version.manifest["status"] == "partial"
    assert "unanswered" not in set(version.table("rejected")["reason"])


def test_previews_canaries_and_builds_of_any_size_share_one_budget(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    recipe = recipe_file(server.url, target=40, shard_size=50, budget={"max_requests": 10})
    output = ("--output", tmp_path / "out")
    assert stillhouse("preview", recipe, "-n", 8, *output).code == 0
    assert stillhouse("preview", recipe, "-n", 14, *output).code == 3
    assert stillhouse("estimate", recipe, "--canary", 30, *output).code == 3
    assert stillhouse("build", recipe, *output).code == 7
    assert stillhouse("build", recipe, "--target", 39, *output).code == 7
    assert len(server.bodies()) == 10


def test_two_builds_at_once_do_not_pay_for_each_other(
    recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server({"latency": 0.5})
    recipe = recipe_file(server.url)
    words = ("build", recipe, "--output", tmp_path / "out")
    both = [command(*words, said=tmp_path / name) for name in ("one", "other")]
    codes = [each.ended() for each in both]
    said = [each.err.read_text() for each in both]
    assert sorted(codes) == [0, 2], said
    assert any("another process is working on 'rivers'" in text for text in said)
    assert server.stats()["paid_twice"] == 0


def test_a_dead_cheap_tier_is_left_out_and_not_slandered(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    dead, well = start_server(broken=1.0), start_server()
    tiers = [
        {"name": name, "tier": tier, "base_url": server.url, "model": "tiny-teacher",
         "api_key_env": "TEACHER_API_KEY", "attempts": 1, "patience_s": 1}
        for tier, (name, server) in enumerate([("small", dead), ("big", well)], 1)
    ]  # fmt: skip
    size: dict[str, Any] = {"target": 20, "shard_size": 60, "max_candidates": 90}
    routing = {"enabled": True}
    recipe = recipe_file(teachers=tiers, routing=routing, **size)
    said = stillhouse("build", recipe, "--output", tmp_path / "one")
    assert said.code == 0 and "tier 1 is left out, since it could not be measured" in said.out
    assert "0% of its records" not in said.out + said.err
    # The other way round nothing can be measured, so nothing is routed down.
    turned = [{**tier, "tier": 3 - tier["tier"]} for tier in tiers]
    recipe = recipe_file(teachers=turned, routing=routing, **size)
    said = stillhouse("build", recipe, "--output", tmp_path / "two")
    assert said.code == 4 and "teacher 'small'" in said.err


def test_a_reply_without_usage_is_booked_in_full(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server({"tells_usage": False})
    teacher = {**MONEY, "max_tokens": 200}
    recipe = recipe_file(server.url, teacher, budget={"max_usd": 0.05}, target=40, shard_size=60)
    said = stillhouse("build", recipe, "--output", tmp_path / "out")
    assert said.code == 7 and "budget.max_usd is 0.05" in " ".join(said.out.split()), said.err
    path = tmp_path / "out" / ".stillhouse" / "journal.sqlite"
    with closing(Journal(path)) as journal, journal.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("select usd from replies").scalars().all()
        booked = connection.exec_driver_sql("select usd from ledger").scalar()
    assert rows and set(rows) == {None}, "nobody knows what they cost"
    assert 0.03 < booked <= 0.05
