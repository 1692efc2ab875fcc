"""Repairs against a real HTTP server: what fails goes back with its evidence, paid once."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from conftest import RecipeFile, RunCommand, Server, StartServer
from test_kill_and_resume import files, journaled, kill_half_way, run

from configs.errors import ConfigError
from configs.load import load_recipe
from flows.pipeline import build
from store.versions import Version, find_version

WRONG: dict[str, object] = {"wrong": 0.5, "lies": ["number"]}
REPAIR: dict[str, Any] = {"verifiers": {"repair": {}}}
SIZE: dict[str, Any] = {"target": 40, "shard_size": 50, "max_candidates": 50}


def built(stillhouse: RunCommand, recipe: Path, output: Path) -> tuple[Version, str]:
    """The version, which may be short of its target, and what was printed."""
    said = stillhouse("build", recipe, "--output", output)
    assert said.code in (0, 7), said.err
    return find_version(output, "rivers"), " ".join(said.out.split())


def everything(version: Version) -> pl.DataFrame:
    columns = ["id", "question", "answer", "repaired_from", "request_keys", "prompt_id"]
    return pl.concat([version.table(name).select(columns) for name in ("data", "rejected")])


def judged(version: Version) -> pl.DataFrame:
    """Dropped records by what dropped them; those that came too late are none of ours."""
    return version.table("rejected").filter(pl.col("stage") == "grounding")


def adds_up(version: Version) -> None:
    """Every candidate is counted where it was dropped, or is published."""
    funnel = version.manifest["funnel"]
    for before, after in pairwise(funnel):
        assert before["kept"] == after["kept"] + after["dropped"], (before, after)
    assert funnel[-1]["kept"] == len(version.table("data"))
    assert funnel[0]["kept"] == len(everything(version))


def test_a_teacher_that_learns_has_its_records_mended(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server(WRONG)
    prices = {"usd_per_million_input": 1, "usd_per_million_output": 4}
    recipe = recipe_file(server.url, prices, **SIZE, **REPAIR)
    version, said = built(stillhouse, recipe, tmp_path / "out")
    rows, failed = everything(version), judged(version)
    again = rows.filter(pl.col("repaired_from") != "")
    assert len(failed) >= 15, "the teacher should be wrong in about half of fifty answers"
    assert set(again["repaired_from"]) == set(failed["id"]), "each failure goes back, once"
    assert set(again["prompt_id"]) == {"grounded_qa/correct@1.0.0"}
    assert len(server.bodies()) == len(set(server.bodies())) == 50 + len(again)
    before = rows.select(repaired_from="id", was="question", wrote="answer", paid="request_keys")
    for row in again.join(before, on="repaired_from").to_dicts():
        assert row["question"] == row["was"] and row["answer"] != row["wrote"]
        assert not set(row["request_keys"]) & set(row["paid"])
    told = version.manifest["repair"]
    assert told["records"] == told["sent"] == told["mended"] == len(failed) and not told["failed"]
    assert told["cost"]["calls"] == len(again) and told["usd_per_mended"] > 0
    assert sum(row["mended"] for row in told["reasons"]) == len(failed)
    assert f"{len(failed)} records that failed verification went back" in said
    for name in ("report.html", "README.md"):
        assert (
            f"{len(failed)} records that failed verification" in (version.path / name).read_text()
        )
    assert version.manifest["tiers"][0]["repaired"] == len(failed)
    adds_up(version)


def test_a_teacher_that_never_learns_is_asked_once_more_and_no_further(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server({**WRONG, "learns": False})
    version, _ = built(stillhouse, recipe_file(server.url, **SIZE, **REPAIR), tmp_path / "out")
    told = version.manifest["repair"]
    assert told["records"] == told["sent"] == told["failed"] > 10 and told["mended"] == 0
    assert told["usd_per_mended"] is None and told["tokens_per_mended"] is None
    assert len(judged(version)) == 2 * told["records"], "both versions are kept as rejected"
    assert not any(name.startswith("preference/") for name in version.manifest["files"])
    adds_up(version)


def test_two_rounds_send_the_repaired_version_back(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server({**WRONG, "learns": False})
    recipe = recipe_file(server.url, **SIZE, verifiers={"repair": {"rounds": 2}})
    version, _ = built(stillhouse, recipe, tmp_path / "out")
    told = version.manifest["repair"]
    assert told["sent"] == 2 * told["records"] and told["failed"] == told["records"]
    rows = everything(version)
    second = rows.filter(
        pl.col("repaired_from").is_in(rows.filter(pl.col("repaired_from") != "")["id"].to_list())
    )
    assert len(second) == told["records"]
    adds_up(version)


def test_without_the_setting_nothing_goes_back(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server(WRONG)
    version, _ = built(stillhouse, recipe_file(server.url, **SIZE), tmp_path / "out")
    assert len(server.bodies()) == 50 and version.manifest["repair"] is None
    assert set(everything(version)["repaired_from"]) == {""}


def test_rules_are_not_asked_to_mend_anything(recipe_file: RecipeFile, tmp_path: Path) -> None:
    version = build(load_recipe(str(recipe_file(**REPAIR)), output=tmp_path / "out")).version
    assert version.manifest["repair"]["records"] == 0


def test_a_repair_needs_the_verifier(recipe_file: RecipeFile) -> None:
    with pytest.raises(ConfigError, match="repair needs `grounding`"):
        load_recipe(str(recipe_file(verifiers={"repair": {}, "grounding": None})))


def test_a_second_run_asks_nothing_again(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server(WRONG)
    recipe = recipe_file(server.url, **SIZE, **REPAIR)
    first, _ = built(stillhouse, recipe, tmp_path / "out")
    sent = len(server.bodies())
    again, _ = built(stillhouse, recipe, tmp_path / "out")
    assert again.path == first.path and len(server.bodies()) == sent


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("new_vectors")
def test_a_build_killed_in_its_repairs_pays_nothing_twice(
    recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server({**WRONG, "latency": 0.1})
    recipe = recipe_file(server.url, target=20, shard_size=50, max_candidates=50, **REPAIR)
    build(load_recipe(str(recipe), output=tmp_path / "whole"))
    calls = server.bodies()
    killed = tmp_path / "killed"
    # Half of twice the shard's calls and ten more: the first answers are in, repairs have begun.
    kill_half_way(recipe, killed, server, 2 * (_first(calls) + 4))
    held = journaled(killed)
    sent = server.bodies()[len(calls) :]
    run(recipe, killed)
    after = server.bodies()[len(calls) + len(sent) :]
    assert len(held) >= _first(calls) and not held & set(after), "a held reply was asked for again"
    assert set(calls) == set(sent) | set(after)
    assert files(tmp_path / "whole") == files(killed)


def _first(calls: list[str]) -> int:
    """Calls of the first answers, where all seeds of the plan fit one shard."""
    assert len(calls) > 60
    return 50


def test_the_budget_stops_a_repair_and_the_next_run_goes_on(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server, output = start_server(WRONG), tmp_path / "out"
    capped = recipe_file(server.url, **SIZE, **REPAIR, budget={"max_requests": 55})
    said = stillhouse("build", capped, "--output", output)
    assert said.code == 7, said.err
    part = find_version(output, "rivers")
    assert "budget.max_requests is 55" in part.manifest["note"]
    assert part.manifest["repair"]["sent"] == 5 and len(server.bodies()) == 55
    version, _ = built(stillhouse, recipe_file(server.url, **SIZE, **REPAIR), output)
    assert len(server.bodies()) == len(set(server.bodies())), "a reply was paid for twice"
    assert version.manifest["repair"]["failed"] == 0


def test_only_what_no_repair_mends_is_escalated(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    def teacher(name: str, tier: int, server: Server) -> dict[str, Any]:
        at = {"base_url": server.url, "model": "tiny-teacher", "api_key_env": "TEACHER_API_KEY"}
        return {"name": name, "tier": tier, "concurrency": 8, **at}

    cheap = start_server(WRONG, truncated=0.1)
    strong = start_server()
    teachers = [teacher("small", 1, cheap), teacher("big", 2, strong)]
    routing = {"enabled": True, "tolerance": 1.0}
    sizes = {"target": 60, "shard_size": 60, "max_candidates": 60}
    recipe = recipe_file(teachers=teachers, routing=routing, **sizes, **REPAIR)
    version, _ = built(stillhouse, recipe, tmp_path / "out")
    rows = pl.concat(
        [
            version.table(n).select("id", "escalated_from", "repaired_from")
            for n in ("data", "rejected")
        ]
    )
    repaired = set(rows.filter(pl.col("repaired_from") != "")["repaired_from"])
    escalated = set(rows.filter(pl.col("escalated_from") != "")["escalated_from"])
    cut = set(version.table("rejected").filter(pl.col("reason") == "truncated")["id"])
    assert len(repaired) > 10 and version.manifest["repair"]["mended"] > 10
    assert escalated and not escalated & (repaired - _cut_again(version, cut))
    assert cut - set(rows.filter(pl.col("repaired_from") != "")["id"]) <= escalated
    adds_up(version)


def _cut_again(version: Version, cut: set[str]) -> set[str]:
    """First versions of records whose repair was cut off."""
    rows = version.table("rejected").filter(pl.col("id").is_in([*cut]))
    return set(rows["repaired_from"]) - {""}


def test_pairs_hold_both_versions_and_the_claims_that_failed(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server(WRONG)
    version, _ = built(stillhouse, recipe_file(server.url, **SIZE, **REPAIR), tmp_path / "out")
    pairs = version.table("preference")
    kept = version.table("data").filter(pl.col("repaired_from") != "")
    assert len(pairs) == len(kept) > 0
    answers = {row["id"]: row["answer"] for row in everything(version).to_dicts()}
    for row in pairs.to_dicts():
        chosen, lost = row["chosen"][0]["content"], row["rejected"][0]["content"]
        assert chosen == answers[row["record_id"]] != lost == answers[row["rejected_id"]]
        assert row["failed_claims"] and row["why"]
