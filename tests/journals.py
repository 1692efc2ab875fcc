"""Journals with calls of any age, for tests of what is read and deleted of them."""

from __future__ import annotations

import asyncio
import uuid

import sqlalchemy as sa

from configs.teachers import Budget
from store.journal import Attempt, Ended, Journal, Reply
from store.ledger import Spent
from store.tables import ATTEMPTS, REPLIES


def answer(
    journal: Journal,
    key: str,
    said: str = "Hello.",
    request: str = "{}",
    at: str | None = None,
    usd: float | None = 0.25,
    run: str = "run",
) -> None:
    """One call that was answered, perhaps long ago."""
    worst = Spent(1, 1000, 10.0)
    attempt = Attempt(uuid.uuid4().hex, run, key, "t", "http://x/v1", "m", "p@1", 1, worst)
    reply = Reply(said, "stop", "m-1", 10, 5, usd, teacher="t")

    async def call() -> None:
        await journal.begin((key,), attempt, Budget())
        ended = Ended("ok", Spent(1, 15, usd or 0.0), 0.1, reply, 200)
        await journal.end(attempt, ended, request.encode())

    asyncio.run(call())
    if at:
        with journal.database.writing() as connection:
            for table, column in ((REPLIES, "answered_at"), (ATTEMPTS, "started_at")):
                old = sa.update(table).where(table.c.key == key)
                connection.execute(old.values({column: at}))


def begin(journal: Journal, key: str, queued: bool = False, at: str | None = None) -> Attempt:
    """A call that has not ended."""
    worst = Spent(1, 1000, 10.0)
    id_ = uuid.uuid4().hex
    attempt = Attempt(id_, "run", key, "t", "http://x/v1", "m", "p@1", 1, worst, queued)
    asyncio.run(journal.begin((key,), attempt, Budget()))
    if at:
        with journal.database.writing() as connection:
            old = sa.update(ATTEMPTS).where(ATTEMPTS.c.id == attempt.id)
            connection.execute(old.values(started_at=at))
    return attempt
