"""One teacher: everything that decides when its calls are sent, and how each of them ended.

The one place that retries. An endpoint outlives the shards of a run, so what it has learnt of the
server (limits, pace, health, ways to bind a reply) is shared by all of them.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from configs.errors import BudgetExceeded, ParseError, TeacherUnavailable
from configs.teachers import Structured, Teacher
from generators.teacher import likely_tokens
from generators.teachers import anthropic_messages, openai_chat, openai_completions, tracing
from generators.teachers.adapter import Adapter
from generators.teachers.batch import BatchWire, unhurried
from generators.teachers.booking import book, cut_off
from generators.teachers.breaker import Breaker
from generators.teachers.faults import Fault, explained
from generators.teachers.hangs import HangDetector
from generators.teachers.pace import Pace
from generators.teachers.prices import Price
from generators.teachers.rates import Rates
from generators.teachers.retries import RetryBudget, full_jitter
from generators.teachers.run import Run, sleep
from generators.teachers.tries import Try, counted, failed, prepare, used
from generators.teachers.ways import Ways
from generators.teachers.wire import Arrived, Wire
from store.asking import Question, Unanswered
from store.journal import Attempt, Ended, Reply, request_key

ADAPTERS: dict[str, Adapter] = {
    "openai": openai_chat,
    "anthropic": anthropic_messages,
    "completions": openai_completions,
}
_LOOK_AGAIN_S = 0.1
_NEVER_ONE = 3
"""Rejected requests, with nothing answered, after which the recipe is wrong and not a prompt."""
Observe = Callable[[Attempt, Ended, Arrived | None], None]
"""Told of every call that ended, with what arrived, for those who measure."""


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
        self.observe: Observe | None = None
        self.dead: str | None = None
        self.ways = Ways(settings, self.adapter.LADDER, run.journal)
        self.hangs = HangDetector(settings.timeout_s)
        self._usual_reply = float(settings.max_tokens)
        self._rejected = 0

    async def __aenter__(self) -> Endpoint:
        """Open the connection pool."""
        await self.wire.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connection pool."""
        await self.wire.__aexit__()

    async def answer(
        self, request: Question, key: str, keys: tuple[str, ...], last: bool = True
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
            probe = await self._permit(tried, last)
            taken = likely_tokens(request.messages) + self._usual_reply
            await self.rates.take(taken, self._check_alive)
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
                wait_s = self._after(fault, tried)
            except TeacherUnavailable as error:
                self.dead = str(error)
                raise
            if wait_s is None:
                tried -= 1  # It was not sent, or in a way that was refused: that is no retry.
                continue
            await sleep(wait_s, self._check_alive)

    async def _permit(self, tried: int, last: bool) -> bool:
        """Wait until a call may be made; True where it is the probe of an open breaker."""
        while True:
            self._check_alive()
            if not last and self.breaker.blocked:
                raise TeacherUnavailable("the teacher is down, and another may answer")
            probe = await self._enter()
            # All retries of a batch go into the next one, which needs no budget.
            if tried == 0 or probe or self.batched or self.retries.take():
                return probe
            await asyncio.sleep(_LOOK_AGAIN_S)

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
        self.run.check_time()

    def _wire(self, secret: str) -> Wire | BatchWire:
        if not self.batched:
            return Wire(self.settings, self.adapter, secret)
        return BatchWire(self.settings, self.adapter.headers(secret), secret, self.run)

    def _prepare(self, request: Question, key: str, number: int) -> Try:
        named = (self.run.id, key, number)
        return prepare(request, self.settings, self.adapter, self.ways.current, self.price, named)

    async def _begin(self, keys: tuple[str, ...], attempt: Attempt, probe: bool) -> Reply | None:
        """Book the attempt, or return the reply that is known; then the breaker's probe is free."""
        try:
            known = await book(self.run, keys, attempt)
        except BudgetExceeded:
            self.breaker.abandon(probe)
            raise
        if known is not None:
            self.breaker.abandon(probe)
        return known

    async def _call(self, one: Try, probe: bool, taken: float) -> Reply:
        """Send one attempt, and make its end durable before anyone knows of it."""
        attempt, sent, ended = one.attempt, False, None
        try:
            async with self.pace:
                started, clock = time.time(), time.perf_counter()
                fault, arrived = None, None
                try:
                    self._check_still_wanted(one.way, probe)
                    sent = True
                    arrived = await self._send(one)
                    reply = self._read(arrived, one, time.perf_counter() - clock)
                    ended = Ended("ok", used(reply, attempt), reply.latency_s, reply, 200)
                except Fault as error:
                    fault = error
                    self._learn(fault, one.way)
                    ended = failed(fault, attempt, time.perf_counter() - clock)
                self._note(ended, probe, taken)
                if self.observe is not None:
                    self.observe(attempt, ended, arrived)
                written = self.run.journal.end(attempt, ended, one.body)
                if not self.run.journal.outlives_kills:
                    await written  # Its place is held, so a kill loses no more than are in flight.
            await written
        except asyncio.CancelledError:
            if ended is None and not (self.batched and sent):  # In a batch it waits for us.
                await cut_off(self.run, attempt, one.body, sent)
            raise
        finally:
            self.run.in_flight.settle()
        tracing.record(attempt, ended, self.settings.kind, started)
        if fault is not None:
            raise fault
        return reply

    def _check_still_wanted(self, way: Structured, probe: bool) -> None:
        """Much may have happened while a call that was booked waited for its place."""
        down = self.dead is not None or (self.breaker.down_since is not None and not probe)
        if down or way != self.ways.current or time.monotonic() > self.run.ends_at:
            raise Fault("unsent", "it was not wanted any more when its turn came")

    def _learn(self, fault: Fault, way: Structured) -> None:
        """What holds for all other calls, before the next of them is sent."""
        if fault.kind == "refused":
            self.dead = explained(fault, self.settings)
        elif fault.about_schema:
            fault.asked_otherwise = self.ways.step_down(way)

    async def _send(self, one: Try) -> Arrived:
        if isinstance(self.wire, BatchWire):
            return await self.wire.send(one.body, one.attempt.key)
        send = self.wire.stream if self.settings.stream else self.wire.send
        return await send(one.body, self.hangs.deadline_s)

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
            usd=self.price.usd(reply) if self.price and counted(reply) else None,
            attempts=one.attempt.number,
            latency_s=round(latency_s, 4),
            ttft_s=arrived.ttft_s,
            teacher=self.settings.name,
        )

    def _note(self, ended: Ended, probe: bool, taken: float) -> None:
        """Let everyone who watches this endpoint know."""
        if ended.outcome == "unsent":
            self.breaker.abandon(probe)
            self.rates.settle(taken, 0)
            return
        self.outcomes[ended.outcome] += 1
        if ended.outcome in ("ok", "rate_limited"):
            self.pace.note(ended.latency_s, ended.outcome == "rate_limited")
        # Nor does a call in a batch say how the server is when it comes back.
        if probe and ended.outcome == "rate_limited":
            self.breaker.note(True, probe)  # It is up, and busy.
        elif self.batched or ended.outcome in ("rate_limited", "rejected", "refused"):
            self.breaker.abandon(probe)
        else:
            self.breaker.note(ended.outcome == "ok", probe)
        if ended.reply is not None:
            self.ways.worked(ended.reply.structured)
            self.hangs.note(ended.latency_s)
            self._usual_reply += 0.05 * (ended.reply.output_tokens - self._usual_reply)
            self.rates.settle(taken, ended.used.tokens)
        else:
            self.rates.settle(taken, 0)

    def _after(self, fault: Fault, tried: int) -> float | None:
        """Seconds to wait before the next try, or None where it is asked again at once.

        Raises:
            Unanswered, TeacherUnavailable: there is no next try.
        """
        if fault.kind == "unsent" or fault.asked_otherwise:
            return None
        if self.dead is not None:
            raise TeacherUnavailable(self.dead)
        if not fault.passing:
            self._rejected += 1
            if self._rejected >= _NEVER_ONE and not self.outcomes["ok"]:
                self.dead = explained(fault, self.settings)
                raise TeacherUnavailable(self.dead)
            raise Unanswered("rejected", f"HTTP {fault.status}: {fault.message}")
        if tried >= self.settings.attempts:
            raise Unanswered("unanswered", f"{tried} tries; the last one: {fault.kind}, {fault}")
        if fault.wait_s is not None:
            return fault.wait_s
        if self.batched:
            return 0.0
        # A kept-alive connection that was closed meanwhile says nothing of the server, and one
        # that hangs has been waited for long enough.
        at_once = fault.kind == "hang" or (fault.kind == "reset" and tried == 1)
        return 0.0 if at_once else full_jitter(tried)


def key_of(request: Question, teacher: Teacher) -> str:
    """A request's identity with a teacher. The way the reply is bound to the schema does not
    count: a reply that was paid for answers the request whichever way it was asked for.
    """
    body = ADAPTERS[teacher.kind].body(request, teacher, "json_schema")
    return request_key(body, str(teacher.base_url), request.sample)
