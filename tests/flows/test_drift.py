"""Drift alarms: chance is no alarm, a changed teacher is, and a run says so while it goes on."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from conftest import RecipeFile, RunCommand, StartServer

from flows.drift import Mix, alarms
from store.versions import find_version


def mix(count: int = 400, chars: float = 120, **shares: float) -> Mix:
    """Answers of that length with a standard deviation of 40."""
    named = {name.replace("_", ": ", 1): round(share * count) for name, share in shares.items()}
    squares = round(count * (40**2 + chars**2))
    kept = count - sum(named.values())
    return Mix(count, count, round(count * chars), squares, {**named, "kept": kept})


def test_a_changed_teacher_is_an_alarm() -> None:
    before = mix(generate_refused=0.02)
    (refused, kept) = alarms(mix(generate_refused=0.08), before)
    assert refused == "generate: refused: 8.0% of the candidates, 2.0% in the parent version"
    assert kept.startswith("kept: 92.0%")
    (length,) = alarms(mix(chars=150, generate_refused=0.02), before)
    assert length == "answers have 150 characters, 120 in the parent version"
    gone = alarms(mix(), mix(grounding_contradicted=0.1))
    assert any(alarm.startswith("grounding: contradicted: 0.0%") for alarm in gone)


def test_mixes_add_up() -> None:
    one, two = mix(100, 100, generate_refused=0.1), mix(300, 200, generate_schema=0.1)
    both = one.plus(two)
    assert both.count == 400 and both.mean == 175
    assert both.verdicts == {"generate: refused": 10, "generate: schema": 30, "kept": 360}
    assert Mix().plus(one).verdicts == one.verdicts


def test_small_differences_and_small_samples_are_no_alarm() -> None:
    before = mix(generate_refused=0.02)
    assert alarms(mix(generate_refused=0.035), before) == []
    assert (
        alarms(mix(count=100_000, generate_refused=0.03), mix(100_000, generate_refused=0.02)) == []
    )
    assert alarms(mix(chars=125), mix()) == []
    assert alarms(mix(count=49, generate_refused=0.5), before) == []


def test_chance_alone_is_rarely_an_alarm() -> None:
    """Two samples of the same teacher: at two sigma, about one in twenty for each share."""
    rng = random.Random(7)

    def sample() -> Mix:
        refused = sum(rng.random() < 0.1 for _ in range(400))
        return Mix(400, 400, 48_000, 6_400_000, {"generate: refused": refused})

    raised = sum(bool(alarms(sample(), sample())) for _ in range(1000))
    assert 10 <= raised <= 80


def test_a_run_says_it_while_it_goes_on(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    sizes: dict[str, Any] = {"target": 60, "max_candidates": 120, "shard_size": 60, "canary": None}
    good, bad = start_server(), start_server(refused=0.3)
    said = stillhouse("build", recipe_file(good.url, **sizes), "--output", tmp_path / "out")
    assert said.code == 0 and "drift" not in (said.out + said.err).casefold()
    before = find_version(tmp_path / "out", "rivers").manifest["mix"]
    assert before["verdicts"]["kept"] > 0.9 * before["count"] > 0
    said = stillhouse("build", recipe_file(bad.url, **sizes), "--output", tmp_path / "out")
    assert "drift after 60 candidates: generate: refused:" in said.err
    manifest = find_version(tmp_path / "out", "rivers").manifest
    assert manifest["version"] == 2
    assert any(alarm.startswith("generate: refused") for alarm in manifest["alarms"])
    assert "Drift:" in said.out
