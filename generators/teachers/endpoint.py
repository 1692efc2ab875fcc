"""One teacher: everything that decides when its calls are sent, and how each of them ended.

The one place that retries. An endpoint outlives the shards of a run, so what it has learnt of the
server (limits, pace, health, ways to bind a reply) is shared by all of them.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter, deque
from dataclasses import dataclass, replace

import orjson

from configs.errors import BudgetExceeded, ParseError, TeacherUnavailable
from configs.teachers import Budget, Structured, Teacher
from generators.teacher import Request, Unanswered, likely_tokens, worst_case_tokens
from generators.teachers import anthropic_messages, openai_chat, tracing
from generators.teachers.adapter import Adapter
from generators.teachers.breaker import Breaker
from generators.teachers.faults import Fault
from generators.teachers.pace import Pace
from generators.teachers.prices import Price
from generators.teachers.rates import Rates
from generators.teachers.retries import RetryBudget, full_jitter
from generators.teachers.wire import Arrived, Wire
from store.journal import Attempt, Ended, Journal, Reply, request_key
from store.ledger import Spent

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
        self.settings, self.run, self.price = settings, run, price
        self.adapter = ADAPTERS[settings.kind]
        self.wire = Wire(settings, self.adapter, secret)
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
            body, attempt = self._prepare(request, key, tried + 1)
            known = await self._begin(keys, attempt, probe)
            if known is not None:
                return known
            tried += 1
            if tried == 1:
                self.retries.earn()
            try:
                return await self._call(body, attempt, probe, taken)
            except Fault as fault:
                wait_s = self._after(fault, tried)
            if wait_s is None:
                tried -= 1  # Asked again in another way, which is no retry.
                continue
            await self.retries.take(self._check_alive)
            await asyncio.sleep(wait_s)

    async def _enter(self) -> bool:
        try:
            return await self.breaker.enter()
        except TeacherUnavailable as error:
            raise self._died(error) from None

    def _died(self, why: TeacherUnavailable) -> TeacherUnavailable:
        self.dead = f"teacher {self.settings.name!r} at {self.settings.base_url}: {why}"
        return TeacherUnavailable(self.dead)

    def _check_alive(self) -> None:
        if self.dead is not None:
            raise TeacherUnavailable(self.dead)
        try:
            self.breaker.check()
        except TeacherUnavailable as error:
            raise self._died(error) from None
        if time.monotonic() > self.run.ends_at:
            raise BudgetExceeded(
                f"budget.max_wall_s is {self.run.budget.max_wall_s:g}: the time is up. What was "
                "answered is kept; run the same command to go on"
            )

    def _prepare(self, request: Request, key: str, number: int) -> tuple[bytes, Attempt]:
        settings = self.settings
        body = self.adapter.body(request, settings, self.structured)
        sent = orjson.dumps(self.adapter.streamed(body) if settings.stream else body)
        tokens_in, tokens_out = worst_case_tokens(request, settings.max_tokens)
        usd = self.price.worst_usd(tokens_in, tokens_out) if self.price else 0.0
        attempt = Attempt(
            id=f"{random.getrandbits(128):032x}",
            run=self.run.id,
            key=key,
            teacher=settings.name,
            endpoint=str(settings.base_url),
            model=str(settings.model),
            prompt_id=request.prompt_id,
            number=number,
            worst=Spent(1, tokens_in + tokens_out, usd),
        )
        return sent, attempt

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

    async def _call(self, body: bytes, attempt: Attempt, probe: bool, taken: float) -> Reply:
        """Send one attempt, and make its end durable before anyone knows of it."""
        try:
            async with self.pace:
                started, clock = time.time(), time.perf_counter()
                fault: Fault | None = None
                try:
                    send = self.wire.stream if self.settings.stream else self.wire.send
                    arrived = await send(body, self._deadline_s())
                    reply = self._read(arrived, attempt, time.perf_counter() - clock)
                    ended = Ended("ok", _used(reply), reply.latency_s, reply, 200)
                except Fault as error:
                    fault = error
                    ended = _failed(fault, attempt, time.perf_counter() - clock)
                self._note(ended, probe, taken)
            await self.run.journal.end(attempt, ended, body)
        finally:
            self._open_calls -= 1
            self._settled.set()
        tracing.record(attempt, ended, self.settings.kind, started)
        if fault is not None:
            raise fault
        return reply

    def _read(self, arrived: Arrived, attempt: Attempt, latency_s: float) -> Reply:
        self.rates.learn(self.adapter.limits(arrived.headers))
        try:
            reply = self.adapter.read(arrived.data, self.structured)
        except ParseError as error:
            raise Fault("malformed", str(error)) from None
        if self.settings.stream and reply.finish_reason == "unknown":
            raise Fault("cut", "the stream ended before the reply did")
        return replace(
            reply,
            model=reply.model or attempt.model,
            usd=self.price.usd(reply) if self.price else None,
            attempts=attempt.number,
            latency_s=round(latency_s, 4),
            ttft_s=arrived.ttft_s,
            teacher=self.settings.name,
        )

    def _note(self, ended: Ended, probe: bool, taken: float) -> None:
        """Let everyone who watches this endpoint know."""
        self.outcomes[ended.outcome] += 1
        limited = ended.outcome == "rate_limited"
        self.pace.note(ended.latency_s, limited)
        if ended.outcome in ("rate_limited", "rejected", "refused"):
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

    def _after(self, fault: Fault, tried: int) -> float | None:
        """Seconds to wait before the next try, or None where the way of asking was changed.

        Raises:
            Unanswered, TeacherUnavailable: there is no next try.
        """
        if fault.about_schema and self._step_down():
            return None
        if fault.kind == "refused":
            self.dead = self._explain(fault)
            raise TeacherUnavailable(self.dead)
        if not fault.passing:
            if self.outcomes["rejected"] >= _NEVER_ONE and not self.outcomes["ok"]:
                self.dead = self._explain(fault)
                raise TeacherUnavailable(self.dead)
            raise Unanswered("rejected", f"HTTP {fault.status}: {fault.message}")
        if tried >= self.settings.attempts:
            raise Unanswered("unanswered", f"{tried} tries; the last one: {fault.kind}, {fault}")
        if fault.wait_s is not None:
            return fault.wait_s
        # A kept-alive connection that was closed meanwhile says nothing of the server.
        return 0.0 if fault.kind == "connection" and tried == 1 else full_jitter(tried)

    def _first_way(self) -> Structured:
        wanted = self.settings.structured
        if wanted != "auto":
            return wanted
        known = self.run.journal.capability(str(self.settings.base_url), str(self.settings.model))
        ladder = self.adapter.LADDER
        return next((way for way in ladder if way == known), ladder[0])

    def _step_down(self) -> bool:
        """Ask in the next looser way from now on; False where there is none or it is fixed."""
        ladder = list(self.adapter.LADDER)
        rest = ladder[ladder.index(self.structured) + 1 :]
        if self.settings.structured != "auto" or not rest:
            return False
        self.structured = rest[0]
        where = (str(self.settings.base_url), str(self.settings.model))
        self.run.journal.learn(*where, self.structured, {"refused": ladder[: -len(rest)]})
        return True

    def _explain(self, fault: Fault) -> str:
        """What a refusal means and what to do; never repeats the key."""
        settings = self.settings
        where = f"teacher {settings.name!r} at {settings.base_url}: HTTP {fault.status}"
        if fault.status in (401, 403):
            name = settings.api_key_env or settings.api_key_block
            source = f"in {name}" if name else "(none was sent)"
            return f"{where}: the key {source} is refused; check it and its name in the recipe"
        if fault.status == 404:
            return f"{where}: no such page or model; check base_url (with /v1) and model"
        return f"{where}: {fault.message}"


def key_of(request: Request, teacher: Teacher) -> str:
    """A request's identity with a teacher. The way the reply is bound to the schema does not
    count: a reply that was paid for answers the request whichever way it was asked for.
    """
    body = ADAPTERS[teacher.kind].body(request, teacher, "json_schema")
    return request_key(body, str(teacher.base_url), request.sample)


def _used(reply: Reply) -> Spent:
    return Spent(1, reply.input_tokens + reply.output_tokens, reply.usd or 0.0)


def _failed(fault: Fault, attempt: Attempt, latency_s: float) -> Ended:
    """The end of a call without a reply; one that may have been paid stays booked in full."""
    used = attempt.worst if fault.maybe_paid else Spent(1, 0, 0.0)
    return Ended(fault.kind, used, round(latency_s, 4), None, fault.status, str(fault)[:500])
