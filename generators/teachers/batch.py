"""The wire of mode ``batch``: calls wait, go to the provider together, and come back hours later.

Every batch is written down before it is submitted (:mod:`store.batches`). What a killed process
left at the provider is taken up: a call that is in such a batch waits for it.
"""

from __future__ import annotations

import asyncio
import copy
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import orjson

from configs.errors import TeacherUnavailable
from configs.teachers import Teacher
from generators.teachers import anthropic_batch, openai_batch
from generators.teachers.batch_api import Http, Provider, Result, State
from generators.teachers.faults import Fault, of_error, redacted
from generators.teachers.run import Run, sleep
from generators.teachers.wire import Arrived
from store.batches import Batch

PROVIDERS: dict[str, Provider] = {"openai": openai_batch, "anthropic": anthropic_batch}
_QUIET_S = 1.0
"""A batch is submitted when no call has come for that long, or for the first wait between looks."""
_LONGEST_WAIT_S = 60.0
_OVERDUE_S = 26 * 3600.0
"""Providers promise an end within 24 hours."""
_AT_ONCE = 1_000_000
_SKEW_S = 300.0
"""How far the provider's clock may be from ours."""
_OVERHEAD = 256
"""Bytes around a body in a batch."""
T = TypeVar("T")


def unhurried(settings: Teacher) -> Teacher:
    """Settings without what batches do not know: streams, limits, calls that crowd each other."""
    unlimited = {"requests_per_minute": None, "tokens_per_minute": None, "concurrency": _AT_ONCE}
    return settings.model_copy(update={"stream": False, **unlimited})


@dataclass
class _Group:
    """Calls of one batch, those who wait for them, and in the end what became of them."""

    batch: Batch | None = None
    bodies: dict[str, bytes] = field(default_factory=dict)
    waiting: dict[str, list[asyncio.Future[Arrived]]] = field(default_factory=dict)
    size: int = 0
    latest: float = 0.0
    full: bool = False
    task: asyncio.Task[None] | None = None
    ended: State | None = None
    results: Mapping[str, Result] = field(default_factory=dict)


class BatchWire:
    """Sends bodies to one endpoint in batches. Use as an async context manager."""

    def __init__(
        self, settings: Teacher, headers: Mapping[str, str], secret: str, run: Run
    ) -> None:
        """Nothing is opened yet."""
        self._settings, self._run, self._batches = settings, run, run.journal.batches
        self._endpoint = str(settings.base_url)
        self._provider = PROVIDERS[settings.kind]
        self._http = Http(settings, headers, secret)
        self._quiet_s = min(_QUIET_S, settings.batch_poll_s)
        self._by_key: dict[str, _Group] = {}
        self._gathering: _Group | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> BatchWire:
        """Open a client, and look up what is still at the provider."""
        await self._http.__aenter__()
        self._batches.collect(self._endpoint)
        groups = [_Group(batch) for batch in self._batches.open(self._endpoint)]
        # A call that failed in one batch may be in a later one, which counts.
        self._by_key = {key: group for group in groups if group.batch for key in group.batch.keys}
        self._gathering = None
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the client and those batches whose replies are all in the journal."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.__aexit__()
        self._batches.collect(self._endpoint)

    async def send(self, body: bytes, key: str) -> Arrived:
        """One call, as part of a batch.

        Raises:
            Fault: with what went wrong.
            TeacherUnavailable: the batches cannot be reached, or one does not end.
            BudgetExceeded: the time is up. Either way they are taken up by the next start.
        """
        group = self._by_key.get(key)
        if group is not None and group.ended is not None:
            del self._by_key[key]
            return self._outcome(group, group.ended, key)
        if group is None:
            group = self._place_for(body)
        future: asyncio.Future[Arrived] = asyncio.get_running_loop().create_future()
        self._wait_in(group, key, body, [future])
        if group.task is None:
            self._start(group, self._take_up)
        return await future

    def _place_for(self, body: bytes) -> _Group:
        """The group that is being gathered; a new one where the body does not fit into it."""
        group, most = self._gathering, self._provider
        size = len(body) + _OVERHEAD
        fits = group and len(group.bodies) < most.MOST_CALLS and group.size + size < most.MOST_BYTES
        if group is None or not fits:
            if group is not None:
                group.full = True
            group = self._gathering = _Group()
            self._start(group, self._carry)
        group.size += size
        group.latest = time.monotonic()
        return group

    def _wait_in(
        self, group: _Group, key: str, body: bytes, futures: list[asyncio.Future[Arrived]]
    ) -> None:
        self._by_key[key] = group
        group.bodies[key] = body
        group.waiting.setdefault(key, []).extend(futures)

    def _start(self, group: _Group, work: Callable[[_Group], Coroutine[Any, Any, None]]) -> None:
        group.task = asyncio.get_running_loop().create_task(work(group))
        self._tasks.add(group.task)
        group.task.add_done_callback(partial(self._finish, group))

    async def _carry(self, group: _Group) -> None:
        """Wait until a new group is whole, submit it, and wait for its results."""
        while not group.full and (s := group.latest + self._quiet_s - time.monotonic()) > 0:
            await asyncio.sleep(s)
        if self._gathering is group:
            self._gathering = None
        self._run.check_time()
        keys = tuple(group.bodies)
        batch = self._batches.intend(self._run.id, self._settings.name, self._endpoint, keys)
        maybe_there = False

        async def submit() -> str:
            nonlocal maybe_there
            found = await self._find(batch) if maybe_there else None
            maybe_there = True
            return found or await self._provider.submit(self._http, batch.tag, group.bodies)

        id_ = await self._patiently(submit)
        self._batches.submitted(batch.tag, id_)
        await self._fetch(group, batch, id_)

    async def _take_up(self, group: _Group) -> None:
        """Wait for a batch that was left; one that never arrived is gathered anew."""
        assert group.batch is not None
        id_ = group.batch.id
        if id_ is None:
            id_ = await self._patiently(partial(self._find, group.batch))
            if id_ is not None:
                self._batches.submitted(group.batch.tag, id_)
        if id_ is not None:
            await self._fetch(group, group.batch, id_)
            return
        for key, futures in group.waiting.items():
            body = group.bodies[key]
            self._wait_in(self._place_for(body), key, body, futures)
        group.waiting = {}

    async def _fetch(self, group: _Group, batch: Batch, id_: str) -> None:
        """Wait for the end of a batch and read its results."""
        try:
            ended = await self._ended(id_, batch)
            group.results = await self._patiently(partial(self._results, ended))
            group.ended = ended
        except Fault as fault:
            if fault.status == 404:
                raise Fault("server", "the batch is no longer at the provider", 404) from None
            raise self._unreachable(f"batch {id_} cannot be fetched", fault) from None

    def _finish(self, group: _Group, task: asyncio.Task[None]) -> None:
        """Tell those who wait. Results that nobody has asked for yet stay at hand."""
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        for key, futures in group.waiting.items():
            for future in (future for future in futures if not future.done()):
                if task.cancelled():
                    future.cancel()
                elif error is not None:
                    future.set_exception(copy.copy(error))
                else:
                    self._tell(group, key, future)
        for key in [key for key, held in self._by_key.items() if held is group]:
            if group.ended is None or key in group.waiting:
                del self._by_key[key]

    def _tell(self, group: _Group, key: str, future: asyncio.Future[Arrived]) -> None:
        assert group.ended is not None
        try:
            future.set_result(self._outcome(group, group.ended, key))
        except Fault as fault:
            future.set_exception(fault)

    def _outcome(self, group: _Group, ended: State, key: str) -> Arrived:
        """The reply to a call, or the fault that befell it, as for a call of its own."""
        result = group.results.get(key)
        status, said = (result.status, result.data) if result else self._provider.silent(ended)
        if status == 200:
            return Arrived(said, {})
        text = said if isinstance(said, str) else orjson.dumps(said).decode()
        if status is None:
            raise Fault("server", f"not made: {redacted(text, self._http.secret)[:300]}")
        wait_s = None if result else _LONGEST_WAIT_S
        raise of_error(status, text, self._http.secret, wait_s)

    async def _find(self, batch: Batch) -> str | None:
        """The provider's id of a batch whose submission was cut off, if it arrived."""
        since = datetime.fromisoformat(batch.submitted_at).timestamp() - _SKEW_S
        known = self._batches.ids(self._endpoint)
        async for state in self._provider.listed(self._http):
            if state.created < since:
                return None
            if state.id in known:
                continue
            ours = self._provider.is_ours(state, batch.tag, len(batch.keys))
            if ours is None:
                results = await self._results(await self._ended(state.id, batch))
                ours = not results.keys().isdisjoint(batch.keys)
            if ours:
                return state.id
        return None

    async def _ended(self, id_: str, batch: Batch) -> State:
        """Look at a batch, ever more rarely, until it has ended."""
        wait_s = self._settings.batch_poll_s
        submitted = datetime.fromisoformat(batch.submitted_at).timestamp()
        while True:
            state = await self._patiently(partial(self._provider.look, self._http, id_))
            if state.ended:
                return state
            if time.time() - submitted > _OVERDUE_S:
                raise self._overdue(id_, batch)
            await sleep(wait_s, self._run.check_time)
            wait_s = min(_LONGEST_WAIT_S, 1.5 * wait_s)

    async def _results(self, ended: State) -> Mapping[str, Result]:
        return {result.key: result async for result in self._provider.results(self._http, ended)}

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        """Call until no passing fault comes, for as long as the teacher may stay down."""
        since, wait_s = None, self._settings.batch_poll_s
        while True:
            try:
                return await call()
            except Fault as fault:
                if not fault.passing:
                    raise
                since = since or time.monotonic()
                if time.monotonic() - since > self._settings.patience_s:
                    raise self._unreachable("its batch API does not answer", fault) from None
                asked_s = wait_s if fault.wait_s is None else fault.wait_s
                await sleep(asked_s, self._run.check_time)
                wait_s = min(_LONGEST_WAIT_S, 2 * wait_s)

    def _overdue(self, id_: str, batch: Batch) -> TeacherUnavailable:
        return TeacherUnavailable(
            f"teacher {self._settings.name!r} at {self._endpoint}: batch {id_}, submitted at "
            f"{batch.submitted_at}, has not ended after {_OVERDUE_S / 3600:.0f} hours; look at it "
            "at the provider. Once it has ended or was cancelled there, run the same command to "
            "take up what came of it"
        )

    def _unreachable(self, what: str, fault: Fault) -> TeacherUnavailable:
        return TeacherUnavailable(
            f"teacher {self._settings.name!r} at {self._endpoint}: {what}: {fault}. What was "
            "submitted is not lost; run the same command to take it up again"
        )
