"""The budget holds: many writers at once, random ceilings, crashes, and both databases."""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import uuid
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import pytest
import sqlalchemy as sa

from configs.errors import BudgetExceeded
from configs.teachers import Budget
from store.journal import Attempt, Ended, Journal
from store.ledger import Spent

RUNS, TASKS = 100, 64
SLACK_USD = 1e-8
"""Sums of floats in another order differ by a little."""


@dataclass(frozen=True)
class Market:
    """What a run is given: ceilings, and what a token costs."""

    run: str
    budget: Budget
    usd_per_token: float


@dataclass(frozen=True)
class Booked:
    """What the callers know: use of calls that ended, worst cases of those that never did."""

    used: Spent
    open: Spent

    @property
    def together(self) -> Spent:
        return self.used.plus(self.open)


def market(number: int) -> Market:
    """Ceilings that some of the calls pass, in one, two or three units; rarely in none."""
    draw = random.Random(number)
    price = 10 ** draw.uniform(-7, -3)
    tokens = draw.randint(0, 120_000)
    return Market(
        run=f"run-{number}",
        budget=Budget(
            max_usd=draw.choice([None, tokens * price]),
            max_tokens=draw.choice([None, draw.randint(0, 120_000)]),
            max_requests=draw.choice([None, draw.randint(0, 160)]),
        ),
        usd_per_token=price,
    )


def total(several: Iterable[Spent]) -> Spent:
    return reduce(Spent.plus, several, Spent())


def a_call(market: Market, tokens: int) -> Attempt:
    key = uuid.uuid4().hex
    worst = Spent(1, tokens, tokens * market.usd_per_token)
    return Attempt(key, market.run, key, "t", "http://x/v1", "m", "p@1", 1, worst)


async def one_task(market: Market, draw: random.Random, journal: Journal) -> list[Booked]:
    """Calls one after another; a tenth of them is never heard of again."""
    done = []
    for _ in range(draw.randint(1, 3)):
        attempt = a_call(market, draw.randint(1, 2000))
        try:
            await journal.begin((attempt.key,), attempt, market.budget)
        except BudgetExceeded:
            continue
        await asyncio.sleep(0)
        if draw.random() < 0.1:
            done.append(Booked(Spent(), attempt.worst))
            continue
        share = draw.choice([0.0, 1.0, draw.random()])
        tokens = int(share * attempt.worst.tokens)
        used = Spent(1, tokens, tokens * market.usd_per_token)
        await journal.end(attempt, Ended("ok", used, 0.1), b"{}")
        done.append(Booked(used, Spent()))
    return done


def tasks(market: Market, seed: str, journals: Sequence[Journal], count: int = TASKS) -> Booked:
    """That many tasks at once, dealt to the journals in turn."""

    async def all_of_them() -> list[list[Booked]]:
        draws = [random.Random(f"{seed}-{number}") for number in range(count)]
        return await asyncio.gather(
            *(
                one_task(market, draw, journals[number % len(journals)])
                for number, draw in enumerate(draws)
            )
        )

    each = [booked for done in asyncio.run(all_of_them()) for booked in done]
    return Booked(total(b.used for b in each), total(b.open for b in each))


def a_process(where: Path | str, number: int, seed: str) -> Booked:
    """A share of the tasks, in a process of its own."""
    with closing(Journal(where)) as journal:
        return tasks(market(number), seed, [journal], TASKS // 3)


def remember_all_bookings(where: Path | str) -> None:
    """Let the database itself keep every state that the ledger was ever in."""
    with closing(Journal(where)) as journal, journal.database.engine.begin() as connection:
        run = connection.exec_driver_sql
        run("CREATE TABLE history (run TEXT, requests BIGINT, tokens BIGINT, usd FLOAT)")
        new = "INSERT INTO history VALUES (NEW.run, NEW.requests, NEW.tokens, NEW.usd);"
        if isinstance(where, Path):
            run(f"CREATE TRIGGER remember AFTER UPDATE ON ledger BEGIN {new} END")
            return
        run(
            "CREATE FUNCTION remember() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {new} RETURN NEW; END $$"
        )
        run(
            "CREATE TRIGGER remember AFTER UPDATE ON ledger "
            "FOR EACH ROW EXECUTE FUNCTION remember()"
        )


def most_booked(journal: Journal, run: str) -> tuple[int, Spent]:
    """How many states there were, and the highest of each unit."""
    query = sa.text(
        "SELECT count(*), max(requests), max(tokens), max(usd) FROM history WHERE run = :run"
    )
    with journal.database.engine.connect() as connection:
        count, *most = connection.execute(query, {"run": run}).one()
    return count, Spent(*(value or 0 for value in most))


def assert_within(spent: Spent, budget: Budget) -> None:
    for limit, value in (
        (budget.max_requests, spent.requests),
        (budget.max_tokens, spent.tokens),
        (budget.max_usd, spent.usd - SLACK_USD),
    ):
        assert limit is None or value <= limit


def assert_same(spent: Spent, expected: Spent) -> None:
    assert (spent.requests, spent.tokens) == (expected.requests, expected.tokens)
    assert spent.usd == pytest.approx(expected.usd, abs=SLACK_USD)


def assert_holds(journal: Journal, market: Market, booked: Booked) -> None:
    assert_same(journal.spent(market.run), booked.together)
    assert_within(booked.used, market.budget)
    count, most = most_booked(journal, market.run)
    assert count, "nothing was remembered"
    assert_within(most, market.budget)


def test_no_ceiling_is_ever_passed(database: Path | str) -> None:
    remember_all_bookings(database)
    refused = 0
    with ExitStack() as stack:
        journals = [stack.enter_context(closing(Journal(database))) for _ in range(4)]
        for number in range(RUNS):
            asked = market(number)
            some = journals if number % 10 == 0 else journals[:1]
            booked = tasks(asked, f"first-{number}", some)
            assert_holds(journals[-1], asked, booked)
            refused += booked.together.requests < TASKS
    assert RUNS / 4 < refused < RUNS, "the ceilings are of no consequence"


def test_processes_share_a_budget(database: Path | str) -> None:
    remember_all_bookings(database)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(3, mp_context=context) as pool, closing(Journal(database)) as journal:
        for number in range(RUNS, RUNS + 6):
            calls = [pool.submit(a_process, database, number, f"{number}-{i}") for i in range(3)]
            parts = [call.result() for call in calls]
            booked = Booked(total(p.used for p in parts), total(p.open for p in parts))
            assert_holds(journal, market(number), booked)


def test_a_restart_goes_on_where_the_last_one_stopped(database: Path | str) -> None:
    remember_all_bookings(database)
    for number in range(10):
        asked, before = market(number), Booked(Spent(), Spent())
        for start in range(3):
            with closing(Journal(database)) as journal:
                assert_same(journal.spent(asked.run), before.together)
                more = tasks(asked, f"start-{start}-{number}", [journal], 32)
                before = Booked(before.used.plus(more.used), before.open.plus(more.open))
                assert_holds(journal, asked, before)


def test_the_last_of_a_budget_can_be_used_and_no_more(database: Path | str) -> None:
    asked = Market("run", Budget(max_usd=0.3, max_tokens=3000, max_requests=30), 1e-4)

    async def send(journal: Journal, tokens: int) -> None:
        attempt = a_call(asked, tokens)
        await journal.begin((attempt.key,), attempt, asked.budget)

    with closing(Journal(database)) as journal:
        for tokens in (700, 1100, 300):
            asyncio.run(send(journal, tokens))
        with pytest.raises(BudgetExceeded, match=r"budget.max_tokens is 3000: .*run the same"):
            asyncio.run(send(journal, 901))
        asyncio.run(send(journal, 900))
        assert_same(journal.spent("run"), Spent(4, 3000, 0.3))
