from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path

import orjson
import pytest
from conftest import StartServer
from teacher_server import KEY

from configs.teachers import Budget, Teacher
from generators.teachers.batch import BatchWire
from generators.teachers.batch_api import State
from generators.teachers.openai_batch import silent
from generators.teachers.openai_chat import headers
from store.batches import Batches
from store.journal import Attempt, Journal
from store.ledger import Spent


def call(word: str) -> bytes:
    return orjson.dumps({"messages": [{"role": "user", "content": word}]})


def wire(settings: Teacher, batches: Batches) -> BatchWire:
    return BatchWire(settings, headers(KEY), KEY, "run", batches)


def test_results_that_nobody_has_asked_for_yet_stay_at_hand(
    start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    settings = Teacher(name="t", model="m", base_url=server.url, mode="batch", batch_poll_s=0.05)

    async def story(journal: Journal) -> None:
        for key in "ab":
            named = (key, "run", key, "t", server.url, "m", "p@1", 1, Spent())
            await journal.begin((key,), Attempt(*named, queued=True), Budget())
        async with wire(settings, journal.batches) as first:
            await asyncio.gather(*(first.send(call(key), key) for key in "ab"))
        # Nothing of it was made durable, as after a kill.
        async with wire(settings, journal.batches) as second:
            one = await second.send(call("a"), "a")
            looks = server.stats()["looks"]
            other = await second.send(call("b"), "b")
            assert one.data["choices"] and other.data["choices"]
            assert server.stats()["looks"] == looks and server.stats()["batches"] == 1

    with closing(Journal(tmp_path / "journal.sqlite")) as journal:
        asyncio.run(story(journal))


@pytest.mark.parametrize(("code", "status"), [("token_limit_exceeded", 429), ("bad_line", 400)])
def test_a_full_queue_is_no_fault_of_the_calls(code: str, status: int) -> None:
    errors = {"data": [{"code": code, "message": "why"}]}
    failed = State("b", 0.0, True, {"status": "failed", "errors": errors})
    assert silent(failed) == (status, "the batch failed: why")
