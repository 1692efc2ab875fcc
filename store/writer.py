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
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from filelock import FileLock

from configs.errors import StillhouseError
from store.arrivals import Arrivals, recover
from store.tables import ATTEMPTS, broken
from store.transaction import Begin, End, read_end, write

_MOST = 256
"""Operations in one transaction."""
_GATHER_S = 0.01
"""How long an attempt waits for others: a transaction costs far more than its rows."""
_TRIES = 5
_ROLLED_BACK = ("40001", "40P01")
"""PostgreSQL's states after which a transaction was undone and may be repeated (serialisation
failure, deadlock)."""


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
                recover(path, read_end, self._recovered)
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

    def _recovered(self, ends: list[End]) -> None:
        """Write ends of attempts that are still open: others were written before the kill."""
        with self._engine.begin() as connection:
            ids = [one.attempt["b_id"] for one in ends]
            still = sa.select(ATTEMPTS.c.id).where(ATTEMPTS.c.outcome.in_(["sent", "queued"]))
            found: set[str] = set()
            for start in range(0, len(ids), _MOST):
                query = still.where(ATTEMPTS.c.id.in_(ids[start : start + _MOST]))
                found.update(connection.execute(query).scalars())
            write(connection, [one for one in ends if one.attempt["b_id"] in found])

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
                    return write(connection, operations)
            except Exception as error:  # Whatever it is, nobody may wait for ever.
                # After a lost connection nobody knows whether it was written: no second try.
                undone = getattr(getattr(error, "orig", None), "sqlstate", None) in _ROLLED_BACK
                if not undone or tries == _TRIES:
                    return [broken("write", error)] * len(operations)


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
