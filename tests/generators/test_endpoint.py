"""Calls of one teacher through the whole layer, against a real server that fails in many ways."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import closing
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from asking import ask, prompt
from conftest import RecipeFile, RunCommand, StartServer
from teacher_server import KEY

from configs.errors import BudgetExceeded, TeacherUnavailable
from configs.teachers import Budget, Teacher
from generators.teachers.endpoint import Endpoint
from generators.teachers.hangs import HangDetector
from generators.teachers.run import Run
from store.asking import Unanswered
from store.journal import Journal
from store.replies import check_ending
from store.versions import find_version

FAULTS = {"busy": 0.02, "broken": 0.01, "cut": 0.01, "hang": 0.01, "reset": 0.01, "garbage": 0.01}
PASSING = {"rate_limited", "server", "cut", "hang", "reset", "malformed"}


def test_faults_cost_no_reply_and_none_is_paid_twice(
    start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server({"retry_after": 0.05}, **FAULTS)
    asked = ask(
        server.url,
        tmp_path / "journal.sqlite",
        [prompt(number) for number in range(400)],
        KEY,
        **{"concurrency": 64, "timeout_s": 3.0},
    )
    assert len(asked.answers) == 400
    stats = server.stats()
    assert (stats["paid"], stats["paid_twice"]) == (400, 0)
    counts = Counter(asked.outcomes)
    assert set(counts) == {"ok", *PASSING}, "every kind of fault was met"
    assert counts["ok"] == 400 and counts.total() == stats["requests"]
    assert asked.spent.requests == counts.total()


def test_a_wait_that_is_asked_for_is_waited(start_server: StartServer, tmp_path: Path) -> None:
    server = start_server({"retry_after": 0.4}, busy=0.5)
    asked = ask(server.url, tmp_path / "j.sqlite", [prompt(n) for n in range(8)], KEY, attempts=8)
    assert len(asked.answers) == 8 and "rate_limited" in asked.outcomes
    by_key: dict[str, list[datetime]] = {}
    for attempt in asked.attempts:
        by_key.setdefault(attempt["key"], []).append(datetime.fromisoformat(attempt["started_at"]))
    waits = [
        (later - earlier).total_seconds()
        for times in by_key.values()
        for earlier, later in pairwise(times)
    ]
    assert waits and min(waits) >= 0.4


def test_an_empty_account_ends_it_at_once(start_server: StartServer, tmp_path: Path) -> None:
    server = start_server(quota=1.0)
    asked = ask(server.url, tmp_path / "j.sqlite", [prompt(n) for n in range(40)], KEY)
    assert all(isinstance(result, TeacherUnavailable) for result in asked.results)
    assert "insufficient_quota" in str(asked.results[0])
    assert server.stats()["requests"] <= 8, "no more than the calls in flight"
    assert asked.spent.usd == 0 and asked.spent.tokens == 0


def test_no_server_ends_within_its_patience_and_costs_nothing(tmp_path: Path) -> None:
    requests = [prompt(number) for number in range(30)]
    asked = ask("http://127.0.0.1:9/v1", tmp_path / "j.sqlite", requests, patience_s=0.5)
    assert all(isinstance(r, TeacherUnavailable | Unanswered) for r in asked.results)
    assert any(isinstance(result, TeacherUnavailable) for result in asked.results)
    assert set(asked.outcomes) <= {"connection", "unsent"}
    assert (asked.spent.tokens, asked.spent.requests) == (0, asked.outcomes.count("connection"))


def test_nothing_is_sent_once_the_time_is_up(start_server: StartServer, tmp_path: Path) -> None:
    server = start_server({"latency": 0.3})
    requests = [prompt(number) for number in range(40)]
    budget = Budget(max_wall_s=0.5)
    asked = ask(server.url, tmp_path / "j.sqlite", requests, KEY, budget=budget, concurrency=4)
    late = [result for result in asked.results if isinstance(result, BudgetExceeded)]
    assert late and "budget.max_wall_s is 0.5" in str(late[0])
    assert 4 <= len(asked.answers) == server.stats()["requests"] < 40
    again = ask(server.url, tmp_path / "j.sqlite", requests, KEY, concurrency=40)
    assert len(again.answers) == 40 and server.stats()["paid_twice"] == 0


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
@pytest.mark.parametrize("stream", [False, True])
def test_both_protocols_whole_and_streamed(
    start_server: StartServer, tmp_path: Path, kind: str, stream: bool
) -> None:
    server = start_server({"token_s": 0.001})
    requests = [prompt(number) for number in range(6)]
    asked = ask(server.url, tmp_path / "j.sqlite", requests, KEY, kind=kind, stream=stream)
    assert len(asked.answers) == 6
    for answer in asked.answers:
        reply = answer.reply
        assert check_ending(reply) is None and (reply.content or "").startswith("{")
        assert reply.output_tokens == 60 and reply.input_tokens > 10
        assert reply.model == "tiny-teacher-2026-11-01"
        assert (reply.ttft_s is not None) == stream
    assert asked.spent.tokens == sum(a.reply.input_tokens + 60 for a in asked.answers)


def test_a_refused_way_of_asking_is_left_and_remembered(
    start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server({"rejects": ["json_schema", "guided"]})
    journal = tmp_path / "j.sqlite"
    first = ask(server.url, journal, [prompt(n) for n in range(4)], KEY, concurrency=1)
    assert [a.reply.structured for a in first.answers] == ["tools"] * 4
    assert first.outcomes.count("rejected") == 2, "it is not tried again for each call"
    later = ask(server.url, journal, [prompt(n) for n in range(4, 8)], KEY, concurrency=1)
    assert later.outcomes.count("rejected") == 2, "nor by the next run"
    with closing(Journal(journal)) as store:
        assert store.capability(server.url, "tiny") == "tools"


def test_one_odd_request_does_not_change_the_way_of_asking(
    start_server: StartServer, tmp_path: Path
) -> None:
    """Servers name schemas in messages that are about something else, such as a long prompt."""
    server = start_server({"unwanted_says": "maximum context length, with response_format schemas"},
                          unwanted=0.1)  # fmt: skip
    journal = tmp_path / "j.sqlite"
    asked = ask(server.url, journal, [prompt(n) for n in range(60)], KEY, concurrency=4)
    aside = [result for result in asked.results if isinstance(result, Unanswered)]
    assert aside and asked.outcomes.count("rejected") == len(aside)
    assert {answer.reply.structured for answer in asked.answers} == {"json_schema"}
    with closing(Journal(journal)) as store:
        assert store.capability(server.url, "tiny") is None


def test_rejections_of_a_way_of_asking_do_not_count_against_the_teacher(
    start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server({"rejects": ["json_schema", "guided", "tools"]}, unwanted=0.1)
    asked = ask(server.url, tmp_path / "j.sqlite", [prompt(n) for n in range(60)], KEY)
    assert not any(isinstance(result, TeacherUnavailable) for result in asked.results)
    assert len(asked.answers) > 40


def test_a_request_nobody_wants_does_not_stop_the_others(
    start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server(unwanted=0.1)
    asked = ask(server.url, tmp_path / "j.sqlite", [prompt(n) for n in range(60)], KEY)
    aside = [result for result in asked.results if isinstance(result, Unanswered)]
    assert 0 < len(aside) < 20 and len(asked.answers) == 60 - len(aside)
    assert {failure.reason for failure in aside} == {"rejected"}
    assert asked.outcomes.count("rejected") == len(aside), "it is not tried again"


def test_a_hang_is_far_outside_of_what_others_took() -> None:
    hangs = HangDetector(300)
    deadlines = []
    for latency in (0.5, 9.0, 90.0):
        for _ in range(50):
            hangs.note(latency)
        deadlines.append(hangs.deadline_s)
    assert deadlines == [30, 90, 300], "at least 30 s, ten times the slowest, at most timeout_s"


def test_a_teacher_of_the_same_tier_stands_in(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    dying, well = start_server({"dies_after": 12}), start_server()
    both = [
        {"name": name, "base_url": server.url, "model": "tiny-teacher", "attempts": 2,
         "api_key_env": "TEACHER_API_KEY", "patience_s": 2}
        for name, server in (("dying", dying), ("well", well))
    ]  # fmt: skip
    recipe = recipe_file(teachers=both, target=60, max_candidates=100, shard_size=80)
    said = stillhouse("build", recipe, "--output", tmp_path / "out")
    assert said.code == 0, said.err
    rows = find_version(tmp_path / "out", "rivers").table("data")
    stood_in = rows.filter(pl.col("metadata").str.contains('"instead_of":"dying"', literal=True))
    assert len(stood_in) > 10 and set(stood_in["teacher"]) == {"well"}
    assert len(rows.filter(pl.col("teacher") == "dying")) <= 12


def test_a_failed_reading_of_the_journal_stops_before_anything_is_sent(
    start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()

    async def call() -> None:
        from configs.errors import StoreCorrupt

        with closing(Journal(tmp_path / "j.sqlite")) as journal:
            teacher = Teacher(name="t", model="m", base_url=server.url)
            run = Run("run", journal, Budget(), float("inf"))
            async with Endpoint(teacher, run, KEY, None) as endpoint:
                with journal.database.engine.begin() as connection:
                    connection.exec_driver_sql("DROP TABLE attempts")
                with pytest.raises(StoreCorrupt, match="cannot write the journal"):
                    await endpoint.answer(prompt(1), "key", ("key",))

    asyncio.run(call())
    assert server.stats()["requests"] == 0
