"""A cascade of two real servers: calibration, escalation by what failed, and what it cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
from conftest import RecipeFile, RunCommand, Server, StartServer

from store.versions import Version, find_version


def teacher(name: str, tier: int, server: Server) -> dict[str, Any]:
    prices = {"usd_per_million_input": tier, "usd_per_million_output": 4 * tier}
    return {
        **{"name": name, "tier": tier, "base_url": server.url, "model": "tiny-teacher"},
        **{"api_key_env": "TEACHER_API_KEY", "concurrency": 8, **prices},
    }


def build(stillhouse: RunCommand, recipe: Path, output: Path) -> tuple[Version, str]:
    said = stillhouse("build", recipe, "--output", output)
    assert said.code == 0, said.err
    return find_version(output, "rivers"), said.out + said.err


def test_what_fails_is_escalated_and_paid_once(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    cheap, strong = start_server(truncated=0.2), start_server()
    recipe = recipe_file(
        teachers=[teacher("small", 1, cheap), teacher("big", 2, strong)],
        routing={"enabled": True, "tolerance": 0.5},
        **{"target": 70, "shard_size": 60, "max_candidates": 200},
    )
    version, _ = build(stillhouse, recipe, tmp_path / "out")
    columns = ["id", "teacher", "tier", "escalated_from"]
    kept, rejected = version.table("data"), version.table("rejected")
    everything = pl.concat([kept.select(columns), rejected.select(columns)])
    failed = rejected.filter(pl.col("reason") == "truncated")
    escalated = everything.filter(pl.col("escalated_from") != "")
    assert set(failed["id"]) <= set(escalated["escalated_from"]), "each failure was asked again"
    assert set(escalated["teacher"]) == {"big"} and set(escalated["tier"]) == {2}
    assert set(kept["tier"]) == {1, 2}
    rows = {row["teacher"]: row for row in version.manifest["tiers"]}
    assert rows["small"]["escalated"] == 0 < rows["big"]["escalated"] == len(escalated)
    assert rows["small"]["accept_rate"] < rows["big"]["accept_rate"]
    assert 0 < rows["small"]["usd_per_accepted"] < rows["big"]["usd_per_accepted"]
    assert "per accepted" in (version.path / "report.html").read_text()
    for server in (cheap, strong):
        assert len(server.bodies()) == len(set(server.bodies())), "calibration was paid twice"
    # Fifty for the calibration, and what was escalated beyond it.
    assert 50 <= len(strong.bodies()) <= 50 + len(escalated)


def test_a_tier_that_is_worse_is_switched_off(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    cheap, strong = start_server(truncated=0.3), start_server()
    recipe = recipe_file(
        teachers=[teacher("small", 1, cheap), teacher("big", 2, strong)],
        routing={"enabled": True},
        **{"target": 30, "shard_size": 60, "max_candidates": 200},
    )
    version, said = build(stillhouse, recipe, tmp_path / "out")
    assert "tier 1 is switched off" in said
    assert "tier 1 is switched off" in version.manifest["notes"][0]
    assert set(version.table("data")["teacher"]) == {"big"}
    assert len(cheap.bodies()) == 50, "the calibration and nothing more"


def test_a_cascade_that_escalates_too_much_says_so(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    cheap, strong = start_server(truncated=0.6), start_server()
    recipe = recipe_file(
        teachers=[teacher("small", 1, cheap), teacher("big", 2, strong)],
        routing={"enabled": True, "tolerance": 1.0},
        **{"target": 30, "shard_size": 60, "max_candidates": 60},
    )
    version, said = build(stillhouse, recipe, tmp_path / "out")
    assert "use the strong teacher directly" in version.manifest["notes"][-1]
    assert "use the strong teacher directly" in said
