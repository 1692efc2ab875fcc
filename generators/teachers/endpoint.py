"""One teacher: everything that decides when its calls are sent, and how each of them ended.

The one place that retries. An endpoint outlives the shards of a run, so what it has learnt of the
server (limits, pace, health, ways to bind a reply) is shared by all of them.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from dataclasses import dataclass, replace

from configs.errors import BudgetExceeded, ParseError, TeacherUnavailable
from configs.teachers import Budget, Structured, Teacher
from generators.teacher import Request, Unanswered, likely_tokens
from generators.teachers import anthropic_messages, openai_chat, tracing
from generators.teachers.adapter import Adapter
from generators.teachers.batch import BatchWire, unhurried
from generators.teachers.breaker import Breaker
from generators.teachers.faults import Fault, explained
from generators.teachers.pace import Pace
from generators.teachers.prices import Price
from generators.teachers.rates import Rates
from generators.teachers.retries import RetryBudget, full_jitter
from generators.teachers.tries import Try, failed, prepare, used
from generators.teachers.wire import Arrived, Wire
from store.journal import Attempt, Ended, Journal, Reply, request_key

ADAPTERS: dict[str, Adapter] = {"openai": openai_chat, "anthropic": anthropic_messages}
_HANG_LEAST_S, _HANG_TIMES = 30.0, 10.0
_NEVER_ONE = 3
"""Rejections in a row, with nothing answered, after which the recipe is wrong and not a prompt."""


@dataclass(frozen=True, slots=True)
class Run:
    """What all endpoints of a run share."""

    id: str
    journal: Journal
    budget: Budget
    ends_at: float


class Endpoint:
    """A model behind an address. Use as an async context manager."""

    def __init__(self, settings: Teacher, run: Run, secret: str, price: Price | None) -> None:
        """Nothing is opened or sent yet."""
        self.batched = settings.mode == "batch"
        settings = unhurried(settings) if self.batched else settings
        self.settings, self.run, self.price = settings, run, price
        self.adapter = ADAPTERS[settings.kind]
        self.wire = self._wire(secret)
        self.breaker = Breaker(settings.patience_s)
        self.rates = Rates(settings.requests_per_minute, settings.tokens_per_minute)
        self.pace = Pace(settings.concurrency)
        self.retries = RetryBudget(settings.retry_share)
        self.outcomes: Counter[str] = Counter()
        self.dead: str | None = None
        self.structured = self._first_way()
        self._latencies: deque[float] = deque(maxlen=200)
        self._answered = 0
        self._deadline = settings.timeout_s
        self._usual_reply = float(settings.max_tokens)
        self._open_calls = 0
        self._settled = asyncio.Event()

    async def __aenter__(self) -> Endpoint:
        """Open the connection pool."""
        self._settled = asyncio.Event()
        await self.wire.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connection pool."""
        await self.wire.__aexit__()

    async def answer(
        self, request: Request, key: str, keys: tuple[str, ...], last: bool = True
    ) -> Reply:
        """The reply to a request: from the journal if any of ``keys`` was answered, else sent.
        Where another teacher may answer (not ``last``), an open breaker is not waited for.

        Raises:
            Unanswered: this request fails here, whatever is tried.
            TeacherUnavailable: nothing is answered here any more.
            BudgetExceeded: the call could pass a ceiling, so it was not made.
        """
        tried = 0
        while True:
            self._check_alive()
            if not last and self.breaker.blocked:
                raise Unanswered("unanswered", "the teacher is down")
            probe = await self._enter()
            taken = likely_tokens(request.messages) + self._usual_reply
            await self.rates.take(taken)
            one = self._prepare(request, key, tried + 1)
            known = await self._begin(keys, one.attempt, probe)
            if known is not None:
                return known
            tried += 1
            if tried == 1:
                self.retries.earn()
            try:
                return await self._call(one, probe, taken)
            except Fault as fault:
                wait_s = self._after(fault, one.way, tried)
            except TeacherUnavailable as error:
                self.dead = str(error)
                raise
            if wait_s is None:
                tried -= 1  # Asked again in another way, which is no retry.
                continue
            if not self.batched:  # All retries of a batch go into the next one.
                await self.retries.take()
            await asyncio.sleep(wait_s)

    async def _enter(self) -> bool:
        try:
            return await self.breaker.enter()
        except TeacherUnavailable as error:
            self.dead = f"teacher {self.settings.name!r} at {self.settings.base_url}: {error}"
            raise TeacherUnavailable(self.dead) from None

    def _check_alive(self) -> None:
        if self.dead is not None:
            raise TeacherUnavailable(self.dead)
        if time.monotonic() > self.run.ends_at:
            raise BudgetExceeded(
                f"budget.max_wall_s is {self.run.budget.max_wall_s:g}: the time is up. What was "
                "answered is kept; run the same command to go on"
            )

    def _wire(self, secret: str) -> Wire | BatchWire:
        settings, run = self.settings, self.run
        if not self.batched:
            return Wire(settings, self.adapter, secret)
        headers = self.adapter.headers(secret)
        return BatchWire(settings, headers, secret, run.id, run.journal.batches)

    def _prepare(self, request: Request, key: str, number: int) -> Try:
        named = (self.run.id, key, number)
        return prepare(request, self.settings, self.adapter, self.structured, self.price, named)

    async def _begin(self, keys: tuple[str, ...], attempt: Attempt, probe: bool) -> Reply | None:
        """Book the attempt. Where the budget is all reserved, calls in flight may free some."""
        while True:
            self._settled.clear()
            try:
                known = await self.run.journal.begin(keys, attempt, self.run.budget)
            except BudgetExceeded:
                if self._open_calls == 0:
                    self.breaker.abandon(probe)
                    raise
                await self._settled.wait()
                continue
            if known is not None:
                self.breaker.abandon(probe)
            else:
                self._open_calls += 1
            return known

    async def _call(self, one: Try, probe: bool, taken: float) -> Reply:
        """Send one attempt, and make its end durable before anyone knows of it."""
        attempt = one.attempt
        try:
            async with self.pace:
                started, clock = time.time(), time.perf_counter()
                fault: Fault | None = None
                try:
                    arrived = await self._send(one)
                    reply = self._read(arrived, one, time.perf_counter() - clock)
                    ended = Ended("ok", used(reply), reply.latency_s, reply, 200)
                except Fault as error:
                    fault = error
                    ended = failed(fault, attempt, time.perf_counter() - clock)
                self._note(ended, probe, taken)
            await self.run.journal.end(attempt, ended, one.body)
        finally:
            self._open_calls -= 1
            self._settled.set()
        tracing.record(attempt, ended, self.settings.kind, started)
        if fault is not None:
            raise fault
        return reply

    async def _send(self, one: Try) -> Arrived:
        if isinstance(self.wire, BatchWire):
            return await self.wire.send(one.body, one.attempt.key)
        send = self.wire.stream if self.settings.stream else self.wire.send
        return await send(one.body, self._deadline_s())

    def _read(self, arrived: Arrived, one: Try, latency_s: float) -> Reply:
        self.rates.learn(self.adapter.limits(arrived.headers))
        try:
            reply = self.adapter.read(arrived.data, one.way)
        except ParseError as error:
            raise Fault("malformed", str(error)) from None
        if self.settings.stream and reply.finish_reason == "unknown":
            raise Fault("cut", "the stream ended before the reply did")
        return replace(
            reply,
            model=reply.model or one.attempt.model,
            usd=self.price.usd(reply) if self.price else None,
            attempts=one.attempt.number,
            latency_s=round(latency_s, 4),
            ttft_s=arrived.ttft_s,
            teacher=self.settings.name,
        )

    def _note(self, ended: Ended, probe: bool, taken: float) -> None:
        """Let everyone who watches this endpoint know."""
        self.outcomes[ended.outcome] += 1
        limited = ended.outcome == "rate_limited"
        self.pace.note(ended.latency_s, limited)
        # Nor does a call in a batch say how the server is when it comes back.
        if self.batched or ended.outcome in ("rate_limited", "rejected", "refused"):
            self.breaker.abandon(probe)
        else:
            self.breaker.note(ended.outcome == "ok", probe)
        if ended.reply is not None:
            self._latencies.append(ended.latency_s)
            self._answered += 1
            self._usual_reply += 0.05 * (ended.reply.output_tokens - self._usual_reply)
            self.rates.settle(taken, ended.used.tokens)
        else:
            self.rates.settle(taken, 0)

    def _deadline_s(self) -> float:
        """When a call counts as hung: far outside of what all the others took."""
        if self._answered % 50 == 0 and self._latencies:
            slow = sorted(self._latencies)[int(0.99 * len(self._latencies))]
            self._deadline = min(self.settings.timeout_s, max(_HANG_LEAST_S, _HANG_TIMES * slow))
        return self._deadline

    def _after(self, fault: Fault, way: Structured, tried: int) -> float | None:
        """Seconds to wait before the next try, or None where the way of asking was changed.

        Raises:
            Unanswered, TeacherUnavailable: there is no next try.
        """
        if fault.about_schema and self._step_down(way):
            return None
        if fault.kind == "refused":
            self.dead = explained(fault, self.settings)
            raise TeacherUnavailable(self.dead)
        if not fault.passing:
            if self.outcomes["rejected"] >= _NEVER_ONE and not self.outcomes["ok"]:
                self.dead = explained(fault, self.settings)
                raise TeacherUnavailable(self.dead)
            raise Unanswered("rejected", f"HTTP {fault.status}: {fault.message}")
        if tried >= self.settings.attempts:
            raise Unanswered("unanswered", f"{tried} tries; the last one: {fault.kind}, {fault}")
        if fault.wait_s is not None:
            return fault.wait_s
        if self.batched:
            return 0.0
        # A kept-alive connection that was closed meanwhile says nothing of the server.
        return 0.0 if fault.kind == "connection" and tried == 1 else full_jitter(tried)

    def _first_way(self) -> Structured:
        wanted = self.settings.structured
        if wanted != "auto":
            return wanted
        known = self.run.journal.capability(str(self.settings.base_url), str(self.settings.model))
        ladder = self.adapter.LADDER
        return next((way for way in ladder if way == known), ladder[0])

    def _step_down(self, way: Structured) -> bool:
        """Ask in the next looser way from now on; False where there is none or it is fixed."""
        if way != self.structured:
            return True  # Another call has found it out meanwhile.
        ladder = list(self.adapter.LADDER)
        rest = ladder[ladder.index(self.structured) + 1 :]
        if self.settings.structured != "auto" or not rest:
            return False
        self.structured = rest[0]
        where = (str(self.settings.base_url), str(self.settings.model))
        self.run.journal.learn(*where, self.structured, {"refused": ladder[: -len(rest)]})
        return True


def key_of(request: Request, teacher: Teacher) -> str:
    """A request's identity with a teacher. The way the reply is bound to the schema does not
    count: a reply that was paid for answers the request whichever way it was asked for.
    """
    body = ADAPTERS[teacher.kind].body(request, teacher, "json_schema")
    return request_key(body, str(teacher.base_url), request.sample)
