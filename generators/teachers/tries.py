"""One try of a call: what is sent, what it may cost at most, and what it did cost."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

import orjson

from configs.teachers import Structured, Teacher
from generators.teacher import worst_case_tokens
from generators.teachers.adapter import Adapter
from generators.teachers.faults import Fault
from generators.teachers.prices import Price
from store.asking import Question
from store.journal import Attempt, Ended, Reply
from store.ledger import Spent


@dataclass(frozen=True, slots=True)
class Try:
    """An attempt with its body and the way in which it asks."""

    body: bytes
    attempt: Attempt
    way: Structured


def prepare(
    request: Question,
    settings: Teacher,
    adapter: Adapter,
    way: Structured,
    price: Price | None,
    named: tuple[str, str, int],
) -> Try:
    """A try that is ready to be booked; ``named`` by its run, its key and its number."""
    body = adapter.body(request, settings, way)
    tokens_in, tokens_out = worst_case_tokens(request, settings.max_tokens)
    usd = price.worst_usd(tokens_in, tokens_out) if price else 0.0
    run, key, number = named
    attempt = Attempt(
        id=f"{int(1000 * time.time()):012x}{random.getrandbits(80):020x}",
        run=run,
        key=key,
        teacher=settings.name,
        endpoint=str(settings.base_url),
        model=str(settings.model),
        prompt_id=request.prompt_id,
        number=number,
        worst=Spent(1, tokens_in + tokens_out, usd),
        queued=settings.mode == "batch",
    )
    return Try(orjson.dumps(adapter.streamed(body) if settings.stream else body), attempt, way)


def counted(reply: Reply) -> bool:
    """Whether the server said what the call used; some leave it out, or send what is no number."""
    return reply.input_tokens > 0 and (reply.output_tokens > 0 or not reply.content)


def used(reply: Reply, attempt: Attempt) -> Spent:
    """What a call with a reply is booked at: in full where nobody knows."""
    if not counted(reply):
        return attempt.worst
    return Spent(1, reply.input_tokens + reply.output_tokens, reply.usd or 0.0)


def failed(fault: Fault, attempt: Attempt, latency_s: float) -> Ended:
    """The end of a call without a reply; one that may have been paid stays booked in full."""
    booked = attempt.worst if fault.maybe_paid else Spent(int(fault.kind != "unsent"))
    return Ended(fault.kind, booked, round(latency_s, 4), None, fault.status, str(fault)[:500])
