"""Teachers in mode ``batch`` against a real server of both batch APIs, with kill -9 in between."""

from __future__ import annotations

import json
import signal
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest
import sqlalchemy as sa
from conftest import RecipeFile, RunCommand, Server, StartServer, serving
from forked import command
from teacher_server import KEY

from configs.load import load_recipe
from flows.workspace import run_of
from store.journal import Journal
from store.versions import Version, find_version

KINDS = pytest.mark.parametrize("kind", ["openai", "anthropic"])
PRICES = {"usd_per_million_input": 3, "usd_per_million_output": 15}


def teacher(kind: str, **more: object) -> dict[str, object]:
    return {"kind": kind, "mode": "batch", "batch_poll_s": 0.2, **PRICES, **more}


def rows(output: Path, query: str) -> list[Any]:
    engine = sa.create_engine(f"sqlite:///{output / '.stillhouse' / 'journal.sqlite'}")
    with engine.connect() as connection:
        found = list(connection.execute(sa.text(query)))
    engine.dispose()
    return found


def build(stillhouse: RunCommand, recipe: Path, output: Path) -> Version:
    said = stillhouse("build", recipe, "--output", output)
    assert said.code == 0, said.err
    return find_version(output, "rivers")


def check_books(recipe: Path, output: Path) -> None:
    """All is collected, and the ledger holds what the replies cost and nothing else."""
    ((cost, tokens),) = rows(
        output, "select sum(usd), sum(input_tokens+output_tokens) from replies"
    )
    assert [state for (state,) in rows(output, "select distinct state from batches")] == [
        "collected"
    ]
    with closing(Journal(output / ".stillhouse" / "journal.sqlite")) as journal:
        spent = journal.spent(run_of(load_recipe(str(recipe), output=output)))
    assert spent.usd == pytest.approx(cost) and spent.tokens == tokens


@KINDS
def test_a_build_in_batches(
    stillhouse: RunCommand,
    recipe_file: RecipeFile,
    start_server: StartServer,
    tmp_path: Path,
    kind: str,
) -> None:
    server, output = start_server({"batch_delay": 0.3}), tmp_path / "out"
    # Limits and streams that would hold direct calls up mean nothing here.
    hindered = teacher(kind, concurrency=1, requests_per_minute=1, stream=True)
    recipe = recipe_file(server.url, hindered)
    version = build(stillhouse, recipe, output)
    assert len(version.table("data")) == 12
    assert set(version.table("data")["generation_mode"]) == {"distillation"}
    seen = server.stats()
    assert seen["most_in_flight"] == 0, "a call was made directly"
    assert 0 < seen["batches"] <= 4 and seen["executed_most"] == 1
    for usd, given, made, cached in rows(
        output, "select usd, input_tokens, output_tokens, cached_tokens from replies"
    ):
        assert usd == pytest.approx((3 * given + 15 * made) / 2e6), "not half of the price"
        assert cached is not None
    assert version.manifest["cost"]["usd"] == pytest.approx(
        sum(usd for (usd,) in rows(output, "select usd from replies"))
    )
    check_books(recipe, output)
    for path in output.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path


@KINDS
def test_failed_calls_go_into_the_next_batch_and_are_set_aside_in_the_end(
    stillhouse: RunCommand,
    recipe_file: RecipeFile,
    start_server: StartServer,
    tmp_path: Path,
    kind: str,
) -> None:
    server, output = start_server(broken=0.15, busy=0.1, expired=0.1, poison=0.1), tmp_path / "out"
    recipe = recipe_file(server.url, teacher(kind, attempts=3), target=30, shard_size=60)
    version = build(stillhouse, recipe, output)
    assert len(version.table("data")) == 30
    aside = version.table("rejected").filter(pl.col("reason") == "unanswered")
    assert len(aside) and all(aside["detail"].str.starts_with("3 tries; the last one: "))
    ended = dict(rows(output, "select outcome, count(*) from attempts group by outcome"))
    assert set(ended) == {"ok", "server", "rate_limited"}
    assert max(n for (n,) in rows(output, "select number from attempts")) == 3
    assert server.stats()["batches"] <= 8, "retries did not go together"
    assert server.stats()["paid_twice"] == 0
    check_books(recipe, output)


@KINDS
def test_a_refused_way_to_bind_replies_is_left_by_one_step(
    stillhouse: RunCommand,
    recipe_file: RecipeFile,
    start_server: StartServer,
    tmp_path: Path,
    kind: str,
) -> None:
    server = start_server({"rejects": ["json_schema"]})
    recipe = recipe_file(server.url, teacher(kind))
    build(stillhouse, recipe, tmp_path / "out")
    way = {"openai": "guided", "anthropic": "tools"}[kind]
    assert rows(tmp_path / "out", "select structured from capabilities") == [(way,)]
    assert server.stats()["batches"] <= 5


def kill(recipe: Path, output: Path, server: Server, stored: bool) -> None:
    """Start a build and kill it with signal 9 when the server has a batch of its, either after it
    has looked at that batch or before it was told of its id.
    """
    said = output.with_name("killed")
    begun = command("build", recipe, "--output", output, said=said)
    deadline = time.monotonic() + 90
    while not server.stats()["looks" if stored else "batches"]:
        assert begun.process.is_alive() and time.monotonic() < deadline
        time.sleep(0.02)
    begun.process.kill()
    assert begun.ended() == -signal.SIGKILL


def foreign_batch(server: Server, kind: str, count: int) -> None:
    """A batch of somebody else's with as many calls."""
    headers = {"authorization": f"Bearer {KEY}"}

    def post(path: str, **content: Any) -> Any:
        sent = httpx.post(f"{server.url}{path}", headers=headers, **content)
        return sent.raise_for_status().json()

    bodies = [{"messages": [{"role": "user", "content": f"hello {i}"}]} for i in range(count)]
    if kind == "anthropic":
        calls = [{"custom_id": f"c{i}", "params": body} for i, body in enumerate(bodies)]
        post("/messages/batches", json={"requests": calls})
        return
    url = "/v1/chat/completions"
    lines = [json.dumps({"custom_id": b["messages"][0]["content"], "url": url, "body": b})
             for b in bodies]  # fmt: skip
    file = post("/files", data={"purpose": "batch"}, files={"file": "\n".join(lines).encode()})
    post("/batches", json={"input_file_id": file["id"], "endpoint": url, "metadata": None})


@pytest.mark.parametrize(
    ("kind", "stored"),
    [("openai", True), pytest.param("anthropic", False, marks=pytest.mark.long)],
    ids=["waiting-openai", "submitting-anthropic"],
)
def test_kill_and_resume(
    stillhouse: RunCommand,
    recipe_file: RecipeFile,
    start_server: StartServer,
    tmp_path: Path,
    kind: str,
    stored: bool,
) -> None:
    stall = 0.0 if stored else 60.0
    server = start_server({"batch_delay": 1.5, "batch_stall": stall, "batch_page": 1})
    output = tmp_path / "out"
    size: dict[str, Any] = {"target": 28, "shard_size": 40, "max_candidates": 40}
    kill(recipe_file(server.url, teacher(kind), **size), output, server, stored)
    ((state, keys),) = rows(output, "select state, keys from batches")
    assert state == ("submitted" if stored else "submitting")
    count = keys.count('"') // 2
    foreign_batch(server, kind, count)
    if stored:  # No room for second reservations beside those that the killed process left.
        ((booked,),) = rows(output, "select usd from ledger")
        size["budget"] = {"max_usd": booked * 1.01}
    else:  # Another run, which asks for what is in the batch bit by bit.
        size["shard_size"] = 20
    recipe = recipe_file(server.url, teacher(kind), **size)
    version = build(stillhouse, recipe, output)
    assert len(version.table("data")) == 28
    assert server.stats()["executed_most"] == 1, "a call was executed twice"
    resumed = rows(output, "select count(*) from attempts where outcome = 'resumed'")
    assert resumed == [(count,)]
    check_books(recipe, output)


@pytest.mark.parametrize(
    "stored",
    [pytest.param(True, marks=pytest.mark.long), False],
    ids=["forgotten", "never arrived"],
)
def test_a_batch_that_is_not_there_is_submitted_anew(
    stillhouse: RunCommand,
    recipe_file: RecipeFile,
    start_server: StartServer,
    tmp_path: Path,
    stored: bool,
) -> None:
    output = tmp_path / "out"
    settings = {"batch_stall": 0.0 if stored else 60.0, "batch_delay": 60.0}
    with serving(tmp_path / "first", {**settings, "faults": {}}) as server:
        recipe = recipe_file(server.url, teacher("openai"))
        kill(recipe, output, server, stored)
    # At the same address, a provider that knows nothing of it.
    same = start_server({"port": int(server.url.rpartition(":")[2].removesuffix("/v1"))})
    version = build(stillhouse, recipe, output)
    assert len(version.table("data")) == 12 and same.stats()["executed_most"] == 1
    check_books(recipe, output)


@KINDS
def test_a_batch_whose_acceptance_is_lost_on_the_way_is_not_submitted_twice(
    stillhouse: RunCommand,
    recipe_file: RecipeFile,
    start_server: StartServer,
    tmp_path: Path,
    kind: str,
) -> None:
    server, output = start_server({"batch_flaky": 3, "batch_delay": 0.3}), tmp_path / "out"
    recipe = recipe_file(server.url, teacher(kind))
    assert len(build(stillhouse, recipe, output).table("data")) == 12
    assert server.stats()["executed_most"] == 1, "a batch was submitted twice"
    check_books(recipe, output)


def test_a_batch_that_fails_as_a_whole_says_why(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server({"batch_fails": "the model is not for batches"})
    said = stillhouse("build", recipe_file(server.url, teacher("openai")), "--output", tmp_path)
    assert said.code == 4 and "the batch failed: the model is not for batches" in said.err
    assert server.stats()["batches"] == 1
