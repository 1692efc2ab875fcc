"""The journal: every request by the hash of what is asked, every reply before anyone uses it.

Money is counted here and nowhere else. The journal answers first, so a crash costs only the calls
in flight and an unchanged request is never paid for again. Writes of many calls share one
transaction (:mod:`store.writer`), since a disk can confirm only some hundred of them a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from configs.teachers import Budget
from store import ledger
from store.arrivals import others_live
from store.batches import Batches
from store.database import open_database
from store.ledger import Spent
from store.tables import ATTEMPTS, CAPABILITIES, REPLIES, broken, in_batches, put_row
from store.text import digest, now, storable
from store.transaction import Begin, End
from store.writer import Writer


@dataclass(frozen=True, slots=True)
class Reply:
    """What a teacher answered. ``content`` is None where it gave no text; ``usd`` is None where
    no price is known. Tokens read from or written to a cache are part of the input, reasoning
    tokens of the output;
    ``ttft_s`` is the time to the first token, where the reply was streamed.
    """

    content: str | None
    finish_reason: str
    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float | None = None
    attempts: int = 1
    latency_s: float = 0.0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    ttft_s: float | None = None
    structured: str = ""
    teacher: str = ""
    cache_write_tokens: int = 0

    def __post_init__(self) -> None:
        """A reply is the same before and after it was stored."""
        for name in ("content", "finish_reason", "model"):
            text = getattr(self, name)
            if text is not None:
                object.__setattr__(self, name, storable(text))


@dataclass(frozen=True, slots=True)
class Attempt:
    """A call about to be sent. ``worst`` is the most it can use; one that is ``queued`` goes into a
    batch, and takes over from an attempt that a killed process left there.
    """

    id: str
    run: str
    key: str
    teacher: str
    endpoint: str
    model: str
    prompt_id: str
    number: int
    worst: Spent
    queued: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended: ``ok`` with its reply, or a fault. ``used`` is what it is booked at."""

    outcome: str
    used: Spent
    latency_s: float
    reply: Reply | None = None
    status: int | None = None
    detail: str = ""


def request_key(request: object, endpoint: str, sample: int = 0) -> str:
    """Identity of a call: all that is asked, where, and which sample of it."""
    return digest(["request-v1", request, endpoint, sample])


class Journal:
    """Replies, attempts and the ledger in one database. Safe for threads and processes."""

    def __init__(self, where: Path | str) -> None:
        """Open the journal at a path (SQLite) or a URL (SQLite or PostgreSQL); one that is not
        there is made, one of an older version migrated.

        Raises:
            StoreCorrupt: it cannot be opened as a journal, or is of a newer version.
            ConfigError: the URL is none of a journal.
        """
        self.database = open_database(where)
        self._read = self.database.engine.execution_options(isolation_level="AUTOCOMMIT")
        try:
            self._writer = Writer(self.database.engine, self.database.path)
        except (OSError, sa.exc.SQLAlchemyError) as error:
            raise broken("write", error) from error
        self.batches = Batches(self.database.engine)

    async def begin(self, keys: Sequence[str], attempt: Attempt, budget: Budget) -> Reply | None:
        """The reply to any of these requests; or None, and the attempt is booked and may be sent.

        Raises:
            BudgetExceeded: with it, a ceiling could be passed; nothing is booked.
            StoreCorrupt: the journal could not be written.
        """
        found = await self._writer.begin(Begin(tuple(keys), _attempt_row(attempt), budget))
        return _reply(found) if found is not None else None

    @property
    def outlives_kills(self) -> bool:
        """Whether what :meth:`end` was given survives a kill before its future is done."""
        return self._writer.arrivals is not None

    def end(self, attempt: Attempt, ended: Ended, request: bytes) -> asyncio.Future[None]:
        """Make the end of an attempt durable, and its reply if it has one: done once it is on the
        disk, or with StoreCorrupt if it cannot be. The first reply to a request stays.
        """
        row = {
            "b_id": attempt.id,
            "outcome": ended.outcome,
            "status": ended.status,
            "detail": storable(ended.detail),
            "latency_s": ended.latency_s,
            "usd": ended.used.usd,
            **_of_reply(ended.reply),
        }
        reply = None
        if ended.reply is not None:
            reply = _reply_row(attempt.key, attempt.run, ended.reply, request)
        unused = attempt.worst.plus(ended.used, -1)
        return self._writer.end(End(attempt.queued, attempt.run, row, reply, unused))

    def find(self, key: str) -> Reply | None:
        """The reply to that request, if it has arrived."""
        with self._reading() as connection:
            row = connection.execute(sa.select(REPLIES).where(REPLIES.c.key == key)).first()
        return _reply(row._mapping) if row else None

    def spent(self, run: str) -> Spent:
        """What a run has used over all of its starts, calls in flight at their worst case."""
        with self._reading() as connection:
            return ledger.booked(connection, run)

    def cost(self, keys: Iterable[str]) -> dict[str, Any]:
        """Calls, tokens and money behind these requests; money is None where a price is unknown."""
        rows = self.requests(keys)
        unknown = any(row["usd"] is None for row in rows)
        return {
            "calls": len(rows),
            "tokens": sum(row["input_tokens"] + row["output_tokens"] for row in rows),
            "cached_tokens": sum(row["cached_tokens"] or 0 for row in rows),
            "reasoning_tokens": sum(row["reasoning_tokens"] or 0 for row in rows),
            "usd": None if unknown else sum(row["usd"] for row in rows),
        }

    def requests(self, keys: Iterable[str]) -> list[dict[str, Any]]:
        """Journal rows of these requests, for showing where a record came from."""
        found: list[dict[str, Any]] = []
        with self._reading() as connection:
            for some in in_batches(sorted(set(keys)), 500):
                rows = connection.execute(sa.select(REPLIES).where(REPLIES.c.key.in_(some)))
                found += [dict(row._mapping) for row in rows]
        return [{**row, "request": orjson.loads(row["request"])} for row in found]

    def attempts(self, run: str) -> list[dict[str, Any]]:
        """All calls of a run in the order they were sent, with how each of them ended."""
        query = sa.select(ATTEMPTS).where(ATTEMPTS.c.run == run).order_by(ATTEMPTS.c.started_at)
        with self._reading() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    def capability(self, endpoint: str, model: str) -> str | None:
        """How replies of that model are best bound to a schema, if it was ever found out."""
        table = CAPABILITIES
        query = sa.select(table.c.structured).where(
            table.c.endpoint == endpoint, table.c.model == model
        )
        with self._reading() as connection:
            return connection.execute(query).scalar()

    def learn(self, endpoint: str, model: str, structured: str, found: object) -> None:
        """Remember how replies of that model are best bound to a schema."""
        at = {"endpoint": endpoint, "model": model}
        more = {"structured": structured, "found": orjson.dumps(found).decode(), "looked_at": now()}
        with self.database.writing() as connection:
            put_row(connection, CAPABILITIES, {**at, **more})

    def compact(self) -> bool:
        """Have the database, and the files of what arrived, forget the bytes of what was deleted;
        False where some are left, since another process reads an older state.

        Raises:
            StoreCorrupt: it cannot be written.
        """
        whole = self.database.compact()
        if self._writer.arrivals is not None:
            self._writer.arrivals.forget()
        return whole

    @property
    def is_shared(self) -> bool:
        """Whether another process has the journal's file open; on a server nobody can say, so it
        is False.
        """
        path, arrivals = self.database.path, self._writer.arrivals
        return bool(path and arrivals and others_live(path, arrivals.lock_file))

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        try:
            with self._read.connect() as connection:
                yield connection
        except sa.exc.SQLAlchemyError as error:
            raise broken("read", error) from error

    def close(self) -> None:
        """Write what is still to be written and close the database."""
        self._writer.close()
        self.database.engine.dispose()


def _attempt_row(attempt: Attempt) -> dict[str, Any]:
    names = ("id", "run", "key", "teacher", "endpoint", "model", "prompt_id", "number", "worst")
    row = {name: getattr(attempt, name) for name in names}
    return {**row, "outcome": "queued" if attempt.queued else "sent"}


def _of_reply(reply: Reply | None) -> dict[str, Any]:
    names = ("input_tokens", "output_tokens", "ttft_s")
    row = {name: getattr(reply, name) if reply else None for name in names}
    return {**row, "returned_model": reply.model if reply else None}


def _reply_row(key: str, run: str, reply: Reply, request: bytes) -> dict[str, Any]:
    row = {name: getattr(reply, name) for name in Reply.__slots__}
    return {**row, "key": key, "run": run, "request": request.decode()}


def _reply(row: Any) -> Reply:
    values = {name: row[name] for name in Reply.__slots__}
    for name in ("cached_tokens", "reasoning_tokens", "cache_write_tokens"):
        values[name] = values[name] or 0
    return Reply(**{**values, "structured": values["structured"] or ""})
