from __future__ import annotations

import asyncio
import time
from contextlib import closing
from pathlib import Path

import orjson
import pytest
from conftest import StartServer
from teacher_server import KEY

from configs.errors import BudgetExceeded, StoreCorrupt, TeacherUnavailable
from configs.teachers import Budget, Teacher
from generators.teachers import batch
from generators.teachers.batch import BatchWire
from generators.teachers.batch_api import State
from generators.teachers.openai_batch import silent
from generators.teachers.openai_chat import headers
from generators.teachers.run import Run
from store.journal import Attempt, Journal
from store.ledger import Spent


def call(word: str) -> bytes:
    return orjson.dumps({"messages": [{"role": "user", "content": word}]})


def wire(settings: Teacher, journal: Journal, lasts_s: float = 1e6) -> BatchWire:
    run = Run("run", journal, Budget(max_wall_s=lasts_s), time.monotonic() + lasts_s)
    return BatchWire(settings, headers(KEY), KEY, run)


def test_results_that_nobody_has_asked_for_yet_stay_at_hand(
    start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    settings = Teacher(name="t", model="m", base_url=server.url, mode="batch", batch_poll_s=0.05)

    async def story(journal: Journal) -> None:
        for key in "ab":
            named = (key, "run", key, "t", server.url, "m", "p@1", 1, Spent())
            await journal.begin((key,), Attempt(*named, queued=True), Budget())
        async with wire(settings, journal) as first:
            await asyncio.gather(*(first.send(call(key), key) for key in "ab"))
        # Nothing of it was made durable, as after a kill.
        async with wire(settings, journal) as second:
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


def test_a_batch_that_does_not_end_is_given_up_and_taken_up_again(
    start_server: StartServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start_server({"batch_delay": 3.0})
    settings = Teacher(name="t", model="m", base_url=server.url, mode="batch", batch_poll_s=0.05)

    async def story(journal: Journal) -> None:
        named = ("a", "run", "a", "t", server.url, "m", "p@1", 1, Spent())
        await journal.begin(("a",), Attempt(*named, queued=True), Budget())
        async with wire(settings, journal, lasts_s=0.5) as first:
            with pytest.raises(BudgetExceeded, match=r"max_wall_s is 0.5: the time is up"):
                await first.send(call("a"), "a")
        with monkeypatch.context() as patch:
            patch.setattr(batch, "_OVERDUE_S", 0.0)
            async with wire(settings, journal) as second:
                with pytest.raises(TeacherUnavailable, match=r"batch batch_.* has not ended"):
                    await second.send(call("a"), "a")
        async with wire(settings, journal) as third:
            assert (await third.send(call("a"), "a")).data["choices"]
        assert server.stats()["batches"] == 1

    with closing(Journal(tmp_path / "journal.sqlite")) as journal:
        asyncio.run(story(journal))


def test_batches_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    with closing(Journal(tmp_path / "journal.sqlite")) as journal:
        with journal.database.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE batches")
        for read in (journal.batches.open, journal.batches.ids):
            with pytest.raises(StoreCorrupt, match="cannot read the journal"):
                read("http://x/v1")
