"""Accept until target: a build delivers exactly what was asked for, or says what stopped it; slices
that hardly anything survives of are given up.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from conftest import RecipeFile, RunCommand, StartServer
from hypothesis import given
from hypothesis import strategies as st

from configs.slices import Slices
from flows.slices import Survival, account, asked, survived
from generators.seeds import Seed
from store.versions import Version, find_version

BAD: dict[str, float] = {"truncated": 0.2, "refused": 0.1}
"""Three of ten replies cannot be used, whatever is asked."""
HOPELESS: dict[str, float] = {"truncated": 0.9}
"""Hardly any reply can be used."""


def built(stillhouse: RunCommand, recipe: Path, output: Path, code: int) -> Version:
    """The version; every candidate is counted where it was dropped, or is published."""
    said = stillhouse("build", recipe, "--output", output)
    assert said.code == code, said.out + said.err
    version = find_version(output, "rivers")
    for before, after in pairwise(version.manifest["funnel"][1:]):
        assert before["kept"] == after["kept"] + after["dropped"], (before, after)
    return version


def note(version: Version) -> str:
    return str(version.manifest["note"])


@pytest.mark.parametrize("target", [7, 20, 33])
def test_exactly_the_target_is_delivered(
    target: int,
    stillhouse: RunCommand,
    recipe_file: RecipeFile,
    start_server: StartServer,
    tmp_path: Path,
) -> None:
    server = start_server(**BAD)
    version = built(stillhouse, recipe_file(server.url, target=target), tmp_path, 0)
    assert len(version.table("data")) == target and note(version) == ""
    assert "generate" in set(version.table("rejected")["stage"]), "no reply failed"


def test_the_candidate_cap_says_what_was_reached(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server(**BAD)
    recipe = recipe_file(server.url, target=40, max_candidates=40)
    version = built(stillhouse, recipe, tmp_path, 7)
    kept = len(version.table("data"))
    assert 0 < kept < 40 and version.manifest["funnel"][0]["kept"] == 40
    assert note(version) == (
        f"{kept} of 40 records were accepted: the cap of 40 candidates was reached; "
        "raise max_candidates."
    )


def test_the_budget_says_which_ceiling_and_the_same_command_goes_on(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server(**BAD)
    size: dict[str, Any] = {"target": 40}
    capped = recipe_file(server.url, budget={"max_requests": 25}, **size)
    part = built(stillhouse, capped, tmp_path, 7)
    kept = len(part.table("data"))
    assert 0 < kept < 25 == len(server.bodies())
    assert note(part).startswith(
        f"{kept} of 40 records were accepted: budget.max_requests is 25: 25 requests are used"
    )
    assert "raise budget.max_requests and run the same command again" in note(part)
    again = built(stillhouse, capped, tmp_path, 7)
    assert again.path == part.path and len(server.bodies()) == 25, "nothing is left to be paid"
    whole = built(stillhouse, recipe_file(server.url, **size), tmp_path, 0)
    assert len(whole.table("data")) == 40
    assert len(server.bodies()) == len(set(server.bodies())), "a reply was paid for twice"


def test_time_ends_a_build_likewise(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server({"latency": 0.4})
    recipe = recipe_file(server.url, {"concurrency": 2}, target=60, budget={"max_wall_s": 4.0})
    version = built(stillhouse, recipe, tmp_path, 7)
    assert 0 < len(version.table("data")) < 60
    assert "budget.max_wall_s is 4: the time is up" in note(version)


def test_a_budget_without_one_accepted_record_is_an_error(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    for ceiling in ({"max_requests": 0}, {"max_tokens": 1}):
        said = stillhouse("build", recipe_file(server.url, budget=ceiling), "--output", tmp_path)
        assert said.code == 3 and f"budget.{next(iter(ceiling))} is" in said.err
    assert not server.bodies() and not (tmp_path / "rivers").exists()


def teachers(writer: str, judge: str) -> list[dict[str, object]]:
    at = {"api_key_env": "TEACHER_API_KEY"}
    return [
        {"name": "writer", "base_url": writer, "model": "tiny-teacher", **at},
        {"name": "judge", "base_url": judge, "model": "qwen3-judge", **at},
    ]


def test_what_no_judge_has_seen_is_not_published(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    writer, judge = start_server(), start_server()
    recipe = recipe_file(
        teachers=teachers(writer.url, judge.url),
        filters={"judge": {"teacher": "judge"}},
        target=30,
        budget={"max_requests": 34},
    )
    version = built(stillhouse, recipe, tmp_path, 7)
    assert version.manifest["funnel"][0]["kept"] == 10, "one shard of ten was judged"
    seen = version.table("verdicts").filter(pl.col("stage") == "judge")
    assert set(version.table("data")["id"]) <= set(seen["record_id"])
    assert "budget.max_requests is 34" in note(version)
    assert len(writer.bodies()) + len(judge.bodies()) == 34


def test_a_probe_that_could_not_be_asked_leaves_a_version_partial(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    writer, judge = start_server(), start_server()
    fields: dict[str, Any] = {
        "teachers": teachers(writer.url, judge.url),
        "probes": {"acceptance": {"teacher": "judge"}},
        "target": 10,
    }
    recipe = recipe_file(**fields, budget={"max_requests": 22})
    version = built(stillhouse, recipe, tmp_path, 7)
    assert len(version.table("data")) == 10 and version.manifest["acceptance"] is None
    assert "10 of 10 records were accepted: probes.acceptance was not asked" in note(version)
    scored = built(stillhouse, recipe_file(**fields), tmp_path, 0)
    assert scored.manifest["acceptance"]["records"] == 10
    assert len(judge.bodies()) == len(set(judge.bodies()))


def two(good: str, bad: str, **fields: object) -> dict[str, Any]:
    """A recipe in which one of two teachers is never right."""
    at = {"model": "tiny-teacher", "api_key_env": "TEACHER_API_KEY", "concurrency": 8}
    both = [{"name": "good", "base_url": good, **at}, {"name": "bad", "base_url": bad, **at}]
    return {
        "teachers": both,
        "methods": [{"styles": {"question_answer": 1}}],
        "target": 40,
        "max_candidates": 120,
        "shard_size": 20,
        "failover": False,
        "slices": {"least": 15},
        **fields,
    }


def test_a_hopeless_slice_is_stopped_and_the_others_go_on(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    good, bad = start_server(), start_server(**HOPELESS)
    recipe = recipe_file(**two(good.url, bad.url))
    version = built(stillhouse, recipe, tmp_path / "out", 0)
    assert len(version.table("data")) == 40
    (stopped,) = version.manifest["slices"]
    assert (stopped["method"], stopped["style"]) == ("grounded_qa", "question_answer")
    assert stopped["teacher"] == "bad" and stopped["not_asked"] > 0
    judged = stopped["judged"]
    assert 15 <= judged == len(bad.bodies()), "asked on after it was stopped"
    (text,) = [text for text in version.manifest["notes"] if text.startswith("stopped asking")]
    assert f"question_answer of teacher bad: {stopped['survived']} of {judged} survived" in text
    assert "less than 20%" in text and text in (version.path / "report.html").read_text()
    funnel = version.manifest["funnel"]
    assert funnel[0]["kept"] == funnel[1]["kept"] + funnel[1]["dropped"]
    assert len(version.table("data").filter(teacher="bad")) <= stopped["survived"]
    before = len(good.bodies()), len(bad.bodies())
    again = built(stillhouse, recipe, tmp_path / "out", 0)
    assert again.path == version.path
    assert (len(good.bodies()), len(bad.bodies())) == before, "a rerun decided otherwise"


def test_a_run_that_was_cut_off_stops_the_same_slices(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    good, bad = start_server(), start_server(**HOPELESS)
    straight = built(stillhouse, recipe_file(**two(good.url, bad.url)), tmp_path / "a", 0)
    cut = recipe_file(**two(good.url, bad.url, budget={"max_requests": 50}))
    part = built(stillhouse, cut, tmp_path / "b", 7)
    assert [row["judged"] for row in part.manifest["slices"]] == [20]
    whole = built(stillhouse, recipe_file(**two(good.url, bad.url)), tmp_path / "b", 0)
    assert whole.manifest["slices"] == straight.manifest["slices"]
    assert whole.table("data").equals(straight.table("data"))
    assert max(map(good.bodies().count, good.bodies())) == 2, "each build pays once"


def test_slices_can_be_left_alone(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    good, bad = start_server(), start_server(**HOPELESS)
    size: dict[str, Any] = {"target": 30, "max_candidates": 60, "slices": None}
    version = built(stillhouse, recipe_file(**two(good.url, bad.url, **size)), tmp_path, 0)
    assert version.manifest["slices"] == [] and len(bad.bodies()) == 30


def test_repaired_records_count_as_survived(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    good, bad = start_server(), start_server({"wrong": 1.0, "lies": ["number"]})
    repair: dict[str, Any] = {
        "verifiers": {"repair": {}},
        "slices": {"least": 15, "min_survival": 0.5},
    }
    version = built(stillhouse, recipe_file(**two(good.url, bad.url, **repair)), tmp_path, 0)
    first = version.table("rejected").filter(teacher="bad", stage="grounding", repaired_from="")
    assert len(first) > 15, "most of its first answers should be wrong"
    assert version.manifest["slices"] == []
    assert {"good", "bad"} == set(version.table("data")["teacher"])


def test_a_run_whose_every_slice_was_stopped_says_so(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    bad = start_server(**HOPELESS)
    styles: dict[str, Any] = {"methods": [{"styles": {"question_answer": 1}}]}
    size: dict[str, Any] = {"target": 30, "max_candidates": 100, "slices": {"least": 30}}
    version = built(stillhouse, recipe_file(bad.url, **styles, **size), tmp_path, 7)
    asked_for = version.manifest["funnel"][0]["kept"]
    assert asked_for == len(bad.bodies()) < 100
    assert f"{100 - asked_for} of them not asked since their slices were stopped" in note(version)


def seed(number: int, teacher: str = "t") -> Seed:
    return Seed(f"s{number}", "m", "style", teacher, "d", "p", -1, "", -1, number)


def rows(*given_rows: tuple[str, str, str]) -> pl.DataFrame:
    names = ["id", "repaired_from", "escalated_from"]
    return pl.DataFrame(list(given_rows), schema=names, orient="row")


def drops(*ids: str, reason: str = "wrong") -> pl.DataFrame:
    data = {"record_id": ids, "decision": ["drop"] * len(ids), "reason": [reason] * len(ids)}
    return pl.DataFrame(data, schema=dict.fromkeys(data, pl.String))


def test_any_later_version_saves_a_seed() -> None:
    found = rows(("a", "", ""), ("b", "a", ""), ("c", "", "a"), ("d", "c", "a"), ("e", "", ""))
    assert survived(found, drops("a", "b", "c")) == {"a": True, "e": True}
    assert survived(found, drops("a", "b", "c", "d")) == {"a": False, "e": True}


def test_requests_that_nobody_answered_say_nothing() -> None:
    found = rows(("a", "", ""), ("b", "", ""), ("c", "", "b"))
    assert survived(found, drops("a", "b", reason="unanswered")) == {"b": True}


@given(
    fates=st.lists(st.lists(st.booleans(), min_size=1, max_size=12), min_size=1, max_size=8),
    least=st.integers(1, 20),
    share=st.floats(0, 1),
)
def test_a_slice_is_stopped_once_and_never_before_enough_was_judged(
    fates: list[list[bool]], least: int, share: float
) -> None:
    survival = Survival(Slices(min_survival=share, least=least))
    plan = [seed(number) for number in range(sum(map(len, fates)))]
    kept, done, used = 0, 0, []
    for window in fates:
        seeds = plan[done : done + len(window)]
        done += len(window)
        wanted = survival.wanted(seeds)
        assert wanted in (seeds, [])
        if wanted:
            used += wanted
            kept += sum(window)
            lost = [s.id for s, stands in zip(seeds, window, strict=True) if not stands]
            survival.look(wanted, rows(*((s.id, "", "") for s in wanted)), drops(*lost), done)
        few = len(used) >= least and kept / len(used) < share
        assert [one.judged for one in survival.stopped] == ([len(used)] if few else [])
    assert asked(plan, survival.stopped) == used
    for row in account(plan, survival.stopped):
        assert row["not_asked"] == len(plan) - len(used)
