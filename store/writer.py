"""Group commit: one thread writes what many calls want written, as many as wait at a time.

Each caller goes on when the transaction with its own row is on the disk, so nothing is used that
a crash could lose, and the disk is asked once for many calls.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from filelock import FileLock

from configs.errors import BudgetExceeded, StillhouseError
from configs.teachers import Budget
from store import ledger
from store.arrivals import Arrivals, recover
from store.ledger import Spent
from store.tables import ATTEMPTS, QUEUED, REPLIES, broken, insert_new
from store.text import now

_MOST = 256
"""Operations in one transaction."""
_GATHER_S = 0.01
"""How long an attempt waits for others: a transaction costs far more than its rows."""
_TRIES = 5
_ROLLED_BACK = ("40001", "40P01")
"""PostgreSQL's states after which a transaction was undone and may be repeated (serialisation
failure, deadlock)."""


@dataclass(frozen=True, slots=True)
class Begin:
    """An attempt that wants to be sent, unless one of ``keys`` is answered already."""

    keys: tuple[str, ...]
    attempt: dict[str, Any]
    budget: Budget


@dataclass(frozen=True, slots=True)
class End:
    """How an attempt ended, the reply it brought, and what it did not use of its reservation."""

    queued: bool
    run: str
    attempt: dict[str, Any]
    reply: dict[str, Any] | None
    unused: Spent


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An operation, whoever waits for it, and the file of arrivals it is in, if it is in one."""

    operation: Begin | End
    done: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    file: int | None = None


class Writer:
    """The thread that owns all writing to a journal, at ``path`` where that is a file."""

    def __init__(self, engine: sa.Engine, path: Path | None) -> None:
        """Write what killed processes left behind, then start the thread."""
        self._engine = engine
        self.arrivals: Arrivals | None = None
        if path is not None:
            with FileLock(path.with_name(f".{path.name}.lock")):
                recover(path, self._recovered)
                self.arrivals = Arrivals(path)
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
        self._thread.start()

    async def begin(self, operation: Begin) -> Any:
        """The row of a reply that is there already, or None once the attempt is booked."""
        return await self._enqueue(operation, None)

    def end(self, operation: End) -> asyncio.Future[None]:
        """Done once it is on the disk; a kill does not lose it from now on where the journal is a
        file.
        """
        try:
            kept = self.arrivals.keep(operation) if self.arrivals else None
        except OSError as error:
            failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            failed.set_exception(broken("write", error))
            return failed
        return self._enqueue(operation, kept)

    def close(self) -> None:
        """Write what waits, then stop the thread."""
        self._queue.put(None)
        self._thread.join()
        if self.arrivals is not None:
            self.arrivals.close()

    def _enqueue(self, operation: Begin | End, file: int | None) -> asyncio.Future[Any]:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()
        self._queue.put(_Waiting(operation, done, loop, file))
        return done

    def _recovered(self, operations: list[dict[str, Any]]) -> None:
        """Write ends of attempts that are still open: others were written before the kill."""
        ends = [End(**{**one, "unused": Spent(**one["unused"])}) for one in operations]
        with self._engine.begin() as connection:
            ids = [one.attempt["b_id"] for one in ends]
            still = sa.select(ATTEMPTS.c.id).where(ATTEMPTS.c.outcome.in_(["sent", "queued"]))
            found: set[str] = set()
            for start in range(0, len(ids), _MOST):
                query = still.where(ATTEMPTS.c.id.in_(ids[start : start + _MOST]))
                found.update(connection.execute(query).scalars())
            _write(connection, [one for one in ends if one.attempt["b_id"] in found])

    def _work(self) -> None:
        stop = False
        while not stop:
            waiting, stop = self._gather()
            if waiting:
                results = self._results([one.operation for one in waiting])
                self._let_go(waiting, results)
                _answer(waiting, results)

    def _let_go(self, waiting: Sequence[_Waiting], results: Sequence[Any]) -> None:
        """What was written need not be kept in a file any more."""
        pairs = zip(waiting, results, strict=True)
        files = [w.file for w, r in pairs if w.file is not None and not isinstance(r, Exception)]
        if self.arrivals is not None:
            self.arrivals.written(files)

    def _gather(self) -> tuple[list[_Waiting], bool]:
        """What waits to be written, and whether it is the last. Attempts that begin wait a little
        for others; those that ended go at once, since someone waits for their replies.
        """
        first = self._queue.get()
        if first is None:
            return [], True
        waiting, until = [first], time.monotonic() + _GATHER_S
        while len(waiting) < _MOST:
            if isinstance(waiting[-1].operation, End):
                until = 0.0
            try:
                more = self._queue.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                break
            if more is None:
                return waiting, True
            waiting.append(more)
        return waiting, False

    def _results(self, operations: Sequence[Begin | End]) -> list[Any]:
        """What each operation comes to: a value or the error to raise."""
        tries = 0
        while True:
            tries += 1
            try:
                with self._engine.begin() as connection:
                    return _write(connection, operations)
            except Exception as error:  # Whatever it is, nobody may wait for ever.
                # After a lost connection nobody knows whether it was written: no second try.
                undone = getattr(getattr(error, "orig", None), "sqlstate", None) in _ROLLED_BACK
                if not undone or tries == _TRIES:
                    return [broken("write", error)] * len(operations)


def _write(connection: sa.Connection, operations: Sequence[Begin | End]) -> list[Any]:
    ends = [one for one in operations if isinstance(one, End)]
    begins = [one for one in operations if isinstance(one, Begin)]
    at = now()
    replies = [{**one.reply, "answered_at": at} for one in ends if one.reply is not None]
    if replies:
        # In the same order everywhere, or two processes could wait for each other.
        replies.sort(key=itemgetter("key"))
        connection.execute(insert_new(connection, REPLIES), replies)
    ends = _not_resumed(connection, ends)
    if ends:
        connection.execute(_CLOSE, [one.attempt for one in ends])
    known = _known(connection, begins)
    answers = {id(one): known[one.keys] for one in begins if one.keys in known}
    new = [one for one in begins if one.keys not in known]
    refused = _book(connection, ends, new)
    sent = [one.attempt for one in new if id(one) not in refused]
    if sent:
        connection.execute(
            sa.insert(ATTEMPTS), [{**_without_worst(row), "started_at": at} for row in sent]
        )
    return [answers.get(id(one)) or refused.get(id(one)) for one in operations]


_CLOSE = (
    sa.update(ATTEMPTS)
    .where(ATTEMPTS.c.id == sa.bindparam("b_id"))
    .values(
        {
            name: sa.bindparam(name)
            for name in (
                *("outcome", "status", "detail", "latency_s", "usd"),
                *("input_tokens", "output_tokens", "ttft_s", "returned_model"),
            )
        }
    )
)


def _known(connection: sa.Connection, begins: Sequence[Begin]) -> dict[tuple[str, ...], Any]:
    """Replies that are there already, by the keys that were asked for."""
    wanted = {key for one in begins for key in one.keys}
    if not wanted:
        return {}
    rows = connection.execute(sa.select(REPLIES).where(REPLIES.c.key.in_(sorted(wanted))))
    found = {row.key: row._mapping for row in rows}
    pairs = ((one.keys, next((found[k] for k in one.keys if k in found), None)) for one in begins)
    return {keys: row for keys, row in pairs if row is not None}


def _not_resumed(connection: sa.Connection, ends: Sequence[End]) -> list[End]:
    """Without those whose reservation was given back when another attempt took over."""
    ids = [one.attempt["b_id"] for one in ends if one.queued]
    table = ATTEMPTS.c
    query = sa.select(table.id).where(table.id.in_(ids), table.outcome == "resumed")
    resumed = set(connection.execute(query).scalars()) if ids else set()
    return [one for one in ends if one.attempt["b_id"] not in resumed]


def _book(
    connection: sa.Connection, ends: Sequence[End], new: Sequence[Begin]
) -> dict[int, BudgetExceeded]:
    """Settle what ended and reserve what is new; refusals by the operation's identity."""
    back: dict[str, list[Spent]] = defaultdict(list)
    for end in ends:
        back[end.run].append(end.unused)
    left = _left_behind(connection, new)
    refused: dict[int, BudgetExceeded] = {}
    by_run = {run: list(group) for run, group in groupby(sorted(new, key=_run), key=_run)}
    for run in sorted({*back, *by_run}):
        wanted = by_run.get(run, [])
        pairs = [(_on_top(one, left), one.budget) for one in wanted]
        for one, refusal in zip(
            wanted, ledger.reserve(connection, run, back[run], pairs), strict=True
        ):
            if refusal is not None:
                refused[id(one)] = refusal
    _take_over(connection, [one for one in new if id(one) not in refused], left)
    return refused


_Left = dict[str, list[tuple[str, str, Spent]]]
"""Id, run and reservation of attempts that wait for a batch, by the key of their request."""


def _left_behind(connection: sa.Connection, new: Sequence[Begin]) -> _Left:
    """Attempts of killed processes that new ones take over: both wait for one and the same call."""
    keys = [one.attempt["key"] for one in new if one.attempt["outcome"] == "queued"]
    found: _Left = defaultdict(list)
    if keys:
        query = sa.select(ATTEMPTS).where(ATTEMPTS.c.key.in_(keys), QUEUED)
        for row in connection.execute(query):
            booked = Spent(1, row.worst_tokens, row.usd)
            found[row.key].append((row.id, row.run, booked))
    return found


def _on_top(one: Begin, left: _Left) -> Spent:
    """What an attempt needs beyond the reservation it takes over."""
    needed: Spent = one.attempt["worst"]
    for _, run, booked in left.get(one.attempt["key"], ()):
        if run == _run(one):
            needed = needed.plus(booked, -1)
    return needed


def _take_over(connection: sa.Connection, booked: Sequence[Begin], left: _Left) -> None:
    """Close the attempts that new ones took over; other runs get their reservation back."""
    for one in booked:
        for id_, run, reserved in left.pop(one.attempt["key"], ()):
            resumed = sa.update(ATTEMPTS).where(ATTEMPTS.c.id == id_)
            connection.execute(resumed.values(outcome="resumed", usd=0.0))
            if run != _run(one):
                ledger.reserve(connection, run, [reserved], [])


def _run(one: Begin) -> str:
    return str(one.attempt["run"])


def _without_worst(row: dict[str, Any]) -> dict[str, Any]:
    """The row of an attempt as it is sent: booked at its worst case until it ends."""
    worst: Spent = row["worst"]
    rest = {name: value for name, value in row.items() if name != "worst"}
    return {**rest, "usd": worst.usd, "worst_tokens": worst.tokens}


def _answer(waiting: Sequence[_Waiting], results: Sequence[Any]) -> None:
    """Tell everyone, each event loop in one go."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Any, Any]]] = defaultdict(list)
    for one, result in zip(waiting, results, strict=True):
        by_loop[one.loop].append((one.done, result))
    for loop, pairs in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, pairs)
        except RuntimeError:
            continue  # The loop is closed: nobody waits any more.


def _settle(pairs: Sequence[tuple[Any, Any]]) -> None:
    for done, result in pairs:
        if done.done():
            continue  # Whoever waited was cancelled.
        if isinstance(result, StillhouseError):
            done.set_exception(result)
        else:
            done.set_result(result)
