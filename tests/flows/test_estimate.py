"""What a build would cost: ranges from assumptions, from a canary, and of a cascade."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import RecipeFile, StartServer

from configs.load import load_recipe
from flows.estimate import estimate
from flows.pipeline import build

PRICES = {"usd_per_million_input": 1, "usd_per_million_output": 4}
NOBODY = "http://127.0.0.1:9/v1"


def test_a_canary_narrows_the_range_and_the_build_lies_within_it(
    recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server(truncated=0.1)
    path = recipe_file(server.url, PRICES, target=60, shard_size=20, max_candidates=160)
    recipe = load_recipe(str(path), output=tmp_path / "out")
    (assumed,) = estimate(recipe)
    assert server.bodies() == [] and assumed.usd is not None
    assert assumed.usd.low < assumed.usd.likely < assumed.usd.high
    (measured,) = estimate(recipe, canary=20)
    paid = len(server.bodies())
    assert 20 <= paid <= 24 and measured.answered == 20 and measured.usd is not None
    assert measured.usd.high - measured.usd.low < assumed.usd.high - assumed.usd.low
    assert measured.tokens_out.likely == 60 * measured.calls.likely, "the server's replies have 60"
    build(recipe)
    assert len(server.bodies()) == len(set(server.bodies())), "the canary was paid twice"
    calls = len(server.bodies()) - paid
    # Whole shards are asked for, so up to one shard more than was wanted.
    assert measured.calls.low <= calls <= measured.calls.high + 20


def test_what_is_answered_already_costs_nothing(
    recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    recipe = load_recipe(str(recipe_file(server.url, PRICES)), output=tmp_path / "out")
    build(recipe)
    (after,) = estimate(recipe)
    assert after.answered == 20
    assert after.usd is not None and after.usd.likely == 0


def test_higher_tiers_are_asked_for_the_calibration_and_for_what_fails(
    recipe_file: RecipeFile, tmp_path: Path
) -> None:
    at = {"base_url": NOBODY, "model": "m", **PRICES}
    teachers = [{"name": "small", "tier": 1, **at}, {"name": "big", "tier": 2, **at}]
    path = recipe_file(teachers=teachers, routing={"enabled": True}, target=100)
    small, big = estimate(load_recipe(str(path), output=tmp_path / "out"))
    assert (small.teacher, big.teacher) == ("small", "big")
    assert big.calls.low >= 50 and big.calls.likely < small.calls.likely


def test_a_batch_costs_half_and_may_take_a_day(recipe_file: RecipeFile, tmp_path: Path) -> None:
    (direct,) = estimate(load_recipe(str(recipe_file(NOBODY, PRICES)), output=tmp_path / "out"))
    path = recipe_file(NOBODY, {**PRICES, "mode": "batch"})
    (batch,) = estimate(load_recipe(str(path), output=tmp_path / "out"))
    assert direct.usd is not None and batch.usd is not None
    assert batch.usd.likely == direct.usd.likely / 2 and batch.hours.high == 24


def test_repairs_are_expected_from_a_canary_and_at_worst_of_every_record(
    recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server({"wrong": 0.5, "lies": ["number"]})
    sizes = {"target": 60, "shard_size": 20, "max_candidates": 160}
    repaired = recipe_file(server.url, PRICES, **sizes, verifiers={"repair": {}})
    recipe = load_recipe(str(repaired), output=tmp_path / "out")
    (assumed,) = estimate(recipe)
    plain = recipe.model_copy(
        update={"verifiers": recipe.verifiers.model_copy(update={"repair": None})}
    )
    (without,) = estimate(plain)
    assert assumed.calls.low == without.calls.low < assumed.calls.likely
    candidates = 3 * recipe.target
    assert assumed.calls.high == without.calls.high + candidates, "every record, once"
    assert server.bodies() == []
    (measured,) = estimate(recipe, canary=20)
    paid = len(server.bodies())
    assert 24 <= paid <= 36 and measured.answered == 20
    # All are mended, so that each candidate is accepted, and some go back once.
    assert measured.calls.likely == pytest.approx((60 - 20) * paid / 20)
    build(recipe)
    assert len(server.bodies()) == len(set(server.bodies())), "the canary was paid twice"
    assert measured.calls.low <= len(server.bodies()) - paid <= measured.calls.high + 20
