"""The parts that decide when a call may be sent, each with a clock of its own."""

from __future__ import annotations

import asyncio
import json
import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.errors import TeacherUnavailable
from generators.teachers.adapter import Limit
from generators.teachers.breaker import Breaker
from generators.teachers.faults import Fault, asked_wait, of_status, redacted
from generators.teachers.pace import Pace
from generators.teachers.rates import Bucket
from generators.teachers.retries import RetryBudget, full_jitter


class Clock:
    """A clock that only moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_breaker_opens_above_a_fifth_and_not_before_twenty_calls() -> None:
    breaker = Breaker(60, Clock())
    for _ in range(19):
        breaker.note(False, probe=False)
    assert breaker.down_since is None, "nineteen calls say nothing"
    breaker.note(False, probe=False)
    assert breaker.down_since is not None and breaker.blocked
    even = Breaker(60, Clock())
    for number in range(100):
        even.note(number % 5 != 4, probe=False)
    assert even.down_since is None, "a fifth exactly is borne"


def test_failures_of_more_than_a_minute_ago_are_forgotten() -> None:
    clock = Clock()
    breaker = Breaker(60, clock)
    for _ in range(15):
        breaker.note(False, probe=False)
    clock.now += 70
    for _ in range(30):
        breaker.note(True, probe=False)
    for _ in range(5):
        breaker.note(False, probe=False)
    assert breaker.down_since is None


def test_one_probe_decides() -> None:
    clock = Clock()
    breaker = Breaker(60, clock)
    for _ in range(20):
        breaker.note(False, probe=False)
    clock.now += 2.5

    async def probe() -> bool:
        return await breaker.enter()

    assert asyncio.run(probe()), "after its rest, one call may try"
    assert breaker.blocked, "and no second one beside it"
    breaker.note(True, probe=False)
    assert breaker.down_since is not None, "a call from before decides nothing"
    breaker.note(False, probe=True)
    assert breaker.blocked
    clock.now += 10
    assert asyncio.run(probe())
    breaker.note(True, probe=True)
    assert breaker.down_since is None and not breaker.blocked


def test_patience_ends() -> None:
    clock = Clock()
    breaker = Breaker(60, clock)
    for _ in range(20):
        breaker.note(False, probe=False)
    clock.now += 61
    with pytest.raises(TeacherUnavailable, match="no probe has succeeded for 60 s"):
        asyncio.run(breaker.enter())


@given(st.integers(1, 40), st.floats(0, 1))
def test_jitter_is_between_nothing_and_a_growing_cap(tried: int, draw: float) -> None:
    wait = full_jitter(tried, lambda: draw)
    assert 0 <= wait <= min(32, 2 ** (tried - 1))
    assert full_jitter(tried, lambda: 1.0) == min(32, 2 ** (tried - 1))


@given(st.lists(st.booleans(), max_size=400), st.floats(0, 0.5))
def test_retries_stay_within_their_share(asked: list[bool], share: float) -> None:
    budget = RetryBudget(share, Clock())
    first = taken = 0
    for is_retry in asked:
        if is_retry:
            taken += budget.take()
        else:
            first += 1
            budget.earn()
    assert taken <= 10 + share * first + 1e-6


def test_a_bucket_never_gives_more_than_its_rate() -> None:
    clock = Clock()
    bucket = Bucket(60, clock)
    taken = 0
    for _ in range(500):
        if bucket.wait_s(1) == 0:
            bucket.take(1)
            taken += 1
        clock.now += 0.1
    assert 60 <= taken <= 60 + 50, "a minute's worth at once, then one a second"


def test_a_call_larger_than_the_bucket_is_let_through_when_it_is_full() -> None:
    clock = Clock()
    bucket = Bucket(100, clock)
    assert bucket.wait_s(5000) == 0
    bucket.take(5000)
    assert bucket.wait_s(1) == pytest.approx(60 * 4901 / 100)


def test_headers_move_the_bucket_and_the_recipe_may_be_stricter() -> None:
    clock = Clock()
    bucket = Bucket(None, clock)
    assert bucket.wait_s(10**9) == 0, "nothing is known"
    bucket.learn(Limit(most=1000, left=0, full_s=10))
    assert bucket.wait_s(1) == pytest.approx(0.01), "full again in ten seconds: 100 a second"
    strict = Bucket(60, clock)
    strict.learn(Limit(most=1000, left=900, full_s=6))
    strict.take(60)
    assert strict.wait_s(1) == pytest.approx(1.0)


def run_at(pace: Pace, clock: Clock, capacity: int, calls: int, refuse: bool = False) -> None:
    """Calls against a server that works on ``capacity`` at once for a second each, and queues the
    others, or refuses them.
    """
    pace._waiting.append(None)  # there is always more work
    for _ in range(calls):
        flight = int(pace.limit)
        clock.now += 1 / min(flight, capacity)
        over = max(0, flight - capacity) / flight
        if refuse:
            limited = random.random() < over
            pace.note(1.0, limited)
        else:
            pace.note(max(1.0, flight / capacity), False)


def test_pace_finds_the_knee_of_a_server_that_queues() -> None:
    clock = Clock()
    pace = Pace(64, clock)
    pace._fastest = 1.0  # of the first calls, which met no queue
    run_at(pace, clock, 16, 8000)
    assert 12 <= pace.limit <= 32


def test_pace_backs_off_from_a_server_that_refuses_and_comes_back() -> None:
    random.seed(7)
    clock = Clock()
    pace = Pace(64, clock)
    run_at(pace, clock, 16, 4000, refuse=True)
    assert pace.limit <= 24
    run_at(pace, clock, 64, 8000)
    assert pace.limit >= 48, "the server got faster"


def test_scattered_refusals_cost_no_pace() -> None:
    clock, rng = Clock(), random.Random(7)
    pace = Pace(64, clock)
    pace._waiting.append(None)
    for _ in range(5000):
        clock.now += 1 / 64
        pace.note(1.0, rng.random() < 0.03)
    assert pace.limit == 64


def test_pace_never_lets_more_in_than_its_limit() -> None:
    async def go() -> int:
        pace, most, inside = Pace(5), 0, 0

        async def call(number: int) -> None:
            nonlocal most, inside
            async with pace:
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0)
                inside -= 1
                if number == 20:
                    pace.limit = 2.0

        calls = [asyncio.create_task(call(number)) for number in range(60)]
        await asyncio.sleep(0)
        calls[30].cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        assert pace.in_flight == 0 and not pace._waiting
        return most

    assert asyncio.run(go()) == 5


@pytest.mark.parametrize(
    ("status", "text", "kind", "passing"),
    [
        (429, "slow down", "rate_limited", True),
        (429, '{"code": "insufficient_quota"}', "refused", False),
        (500, "oops", "server", True),
        (500, "1 validation error for Request", "rejected", False),
        (503, "", "server", True),
        (529, "overloaded", "server", True),
        (408, "", "server", True),
        (400, "bad", "rejected", False),
        (413, "too large", "rejected", False),
        (422, "unprocessable", "rejected", False),
        (401, "who?", "refused", False),
        (402, "pay first", "refused", False),
        (404, "no such model", "refused", False),
        (307, "moved", "rejected", False),
    ],
)
def test_what_a_status_means(status: int, text: str, kind: str, passing: bool) -> None:
    fault = of_status(httpx.Response(status, text=text), "")
    assert (fault.kind, fault.passing, fault.status) == (kind, passing, status)
    assert not fault.maybe_paid


def test_a_key_in_a_servers_words_is_kept_out() -> None:
    fault = of_status(httpx.Response(401, text="Incorrect key sk-secret-1 given"), "sk-secret-1")
    assert "sk-secret-1" not in str(fault) and "***" in str(fault)


@pytest.mark.parametrize("key", ['sk-abc/d"e+f', "sk-1"])
def test_a_key_is_kept_out_however_it_is_escaped(key: str) -> None:
    once = json.dumps(key)[1:-1]
    forms = [key, once, once.replace("/", "\\/"), json.dumps(once)[1:-1], quote(key, safe="")]
    forms += [quote(key).lower(), "".join(f"\\u{ord(c):04X}" for c in key)]
    for form in forms:
        assert redacted(f"the key {form} is bad", key) == "the key *** is bad"
    assert redacted("no key was sent", "") == "no key was sent"


@pytest.mark.parametrize("charset", ["utf-16", "idna", "hex", "nonsense"])
def test_an_encoding_that_is_none_is_no_matter(charset: str) -> None:
    kind = {"content-type": f"text/plain; charset={charset}"}
    fault = of_status(httpx.Response(500, content=b"zz \xff oops", headers=kind), "")
    assert (fault.kind, str(fault)) == ("server", "zz \ufffd oops")


def test_what_may_have_been_paid() -> None:
    kinds = ("reset", "timeout", "hang", "cut", "malformed")
    assert all(Fault(kind, "x").maybe_paid for kind in kinds)
    unpaid = ("connection", "server", "rate_limited", "rejected", "refused", "unsent")
    assert not any(Fault(kind, "x").maybe_paid for kind in unpaid)


def test_waits_that_servers_ask_for() -> None:
    def wait(**headers: str) -> float | None:
        return asked_wait(httpx.Headers({k.replace("_", "-"): v for k, v in headers.items()}))

    assert wait(retry_after="3") == 3
    assert wait(retry_after_ms="250", retry_after="3") == 0.25
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=30))
    assert 25 <= (wait(retry_after=later) or 0) <= 30
    assert wait(retry_after="3000") == 3000
    assert wait(retry_after="100000") == 3600, "no longer than an hour"
    for odd in ("soon", "-5", "nan", "inf", ""):
        assert wait(retry_after=odd) is None
