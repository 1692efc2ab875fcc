"""The openai teacher against a real HTTP server: repairs, faults, budgets, provenance."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from conftest import RecipeFile, RunCommand, StartServer
from teacher_server import KEY

from store.journal import Journal
from store.versions import Version, find_version


def build(stillhouse: RunCommand, recipe: Path, output: Path) -> Version:
    said = stillhouse("build", recipe, "--output", output)
    assert said.code == 0, said.err
    assert "retry" not in said.err, "retries are figures, not log lines"
    return find_version(output, "rivers")


def test_provenance(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    version = build(stillhouse, recipe_file(server.url), tmp_path / "out")
    rows = version.table("data")
    assert len(rows) == 12
    assert set(rows["model"]) == {"tiny-teacher-2026-11-01"}, "the model that really answered"
    assert set(rows["generation_mode"]) == {"distillation"}
    assert set(rows["prompt_id"]) == {"grounded_qa/question@1.1.0"}
    assert set(rows["valid_as_of"].cast(pl.String)) == {"2024-05-01"}
    journal = Journal(tmp_path / "out" / ".stillhouse" / "journal.sqlite")
    keys = rows["request_keys"].explode().to_list()
    assert {row["key"] for row in journal.requests(keys)} == set(keys)
    journal.close()
    for row in rows.to_dicts():
        for source in row["sources"]:
            assert source["end"] > source["start"]


def test_second_build_sends_nothing(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    recipe = recipe_file(server.url)
    first = build(stillhouse, recipe, tmp_path / "out")
    sent = len(server.bodies())
    said = stillhouse("build", recipe, "--output", tmp_path / "out")
    assert "nothing changed" in said.out
    assert find_version(tmp_path / "out", "rivers").path == first.path
    assert len(server.bodies()) == sent


def test_faults_cost_no_records(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server(busy=0.1, broken=0.1, cut=0.1, fenced=0.2, invalid=0.2)
    version = build(stillhouse, recipe_file(server.url, target=30), tmp_path / "out")
    assert len(version.table("data")) == 30
    reasons = set(version.table("rejected")["reason"])
    assert not reasons & {"truncated", "refused", "schema", "empty"}
    repaired = version.table("data").filter(pl.col("request_keys").list.len() == 2)
    assert len(repaired), "no reply needed the repair round"


def test_cut_and_refused_replies_never_become_records(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server(truncated=0.3, refused=0.2)
    version = build(stillhouse, recipe_file(server.url, target=20), tmp_path / "out")
    dropped = version.table("rejected").filter(pl.col("stage") == "generate")
    assert {"truncated", "refused"} <= set(dropped["reason"])
    cut = dropped.filter(pl.col("reason") == "truncated")
    assert all(cut["answer"].str.starts_with("{")), "the reply is kept as it came"


def test_budget_stops_and_resumes(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    output = tmp_path / "out"
    said = stillhouse(
        "build", recipe_file(server.url, budget={"max_requests": 7}), "--output", output
    )
    assert said.code == 7, said.err
    part = find_version(output, "rivers")
    assert "budget.max_requests is 7: 7 requests are used" in part.manifest["note"]
    assert 0 < len(part.table("data")) <= 7 == len(server.bodies())
    whole = build(stillhouse, recipe_file(server.url), output)
    assert len(whole.table("data")) == 12 and whole.manifest["parent"] == part.name
    assert len(server.bodies()) == len(set(server.bodies())), "a reply was paid for twice"


def test_budget_in_money_is_never_passed(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server({"latency": 0.02})
    prices = {"usd_per_million_input": 3, "usd_per_million_output": 15}
    teacher = {**prices, "concurrency": 32, "max_tokens": 200}
    recipe = recipe_file(server.url, teacher, budget={"max_usd": 0.02})
    said = stillhouse("build", recipe, "--output", tmp_path / "out")
    assert said.code == 7 and "budget.max_usd is 0.02" in " ".join(said.out.split()), said.err
    journal = Journal(tmp_path / "out" / ".stillhouse" / "journal.sqlite")
    with journal.database.engine.connect() as connection:
        spent = connection.exec_driver_sql("select sum(usd) from replies").scalar() or 0.0
    journal.close()
    assert 0.002 < spent <= 0.02


def test_poison_prompts_are_set_aside_and_the_others_go_on(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server(poison=0.1)
    recipe = recipe_file(server.url, {"attempts": 2}, target=20)
    version = build(stillhouse, recipe, tmp_path / "out")
    aside = version.table("rejected").filter(pl.col("reason") == "unanswered")
    assert len(aside) and all(aside["detail"].str.starts_with("2 tries; the last one: server"))
    assert version.manifest["status"] == "completed"


def test_a_dead_teacher_ends_partial_and_the_rest_is_asked_when_it_is_well(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server({"dies_after": 25})
    teacher = {"attempts": 2, "patience_s": 3}
    recipe = recipe_file(server.url, teacher, target=60, max_candidates=90, shard_size=30)
    said = stillhouse("build", recipe, "--output", tmp_path / "out")
    assert said.code == 7, said.err
    assert "Partial" in said.out and "no probe has succeeded" in said.out
    first = find_version(tmp_path / "out", "rivers")
    assert first.manifest["status"] == "partial" and 0 < len(first.table("data")) <= 25


def test_estimate_sends_nothing(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    said = stillhouse("estimate", recipe_file(server.url), "--output", tmp_path / "out")
    assert said.code == 0 and "price unknown" in said.out and "Nothing was sent" in said.out
    assert server.bodies() == []


def test_preview_publishes_nothing_and_is_not_paid_again(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    recipe, output = recipe_file(server.url), tmp_path / "out"
    said = stillhouse("preview", recipe, "-n", 3, "--output", output)
    assert said.code == 0 and said.out.count("question:") == 3
    assert len(server.bodies()) == 3 and not list(output.glob("*/*-v*"))
    build(stillhouse, recipe, output)
    assert len(server.bodies()) == len(set(server.bodies()))


def test_key_is_nowhere(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server(broken=0.2)
    said = stillhouse("build", recipe_file(server.url), "--output", tmp_path / "out")
    assert said.code == 0
    assert KEY not in said.out + said.err
    for path in (tmp_path / "out").rglob("*"):
        if path.is_file():
            assert KEY.encode() not in path.read_bytes(), path
