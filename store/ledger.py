"""The ledger of a run: the worst case is reserved before a call and settled after it.

It rests in the journal's database, so that several processes share one budget and a restart goes
on where the last one stopped. A call that was in flight when its process died stays booked at its
worst case: nobody knows whether it was paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from configs.errors import BudgetExceeded
from configs.teachers import Budget
from store.tables import LEDGER, insert_new


@dataclass(frozen=True, slots=True)
class Spent:
    """Requests, tokens in and out together, and US dollars."""

    requests: int = 0
    tokens: int = 0
    usd: float = 0.0

    def plus(self, other: Spent, sign: int = 1) -> Spent:
        """The sum, or with ``sign=-1`` the difference."""
        return Spent(
            self.requests + sign * other.requests,
            self.tokens + sign * other.tokens,
            self.usd + sign * other.usd,
        )


def reserve(
    connection: sa.Connection,
    run: str,
    given_back: Sequence[Spent],
    wanted: Sequence[tuple[Spent, Budget]],
) -> list[BudgetExceeded | None]:
    """Give unused reservations back and book new ones, within the caller's transaction.

    Returns, for each that is wanted, None where it was booked, or why it was not.
    """
    booked = _locked(connection, run)
    for unused in given_back:
        booked = booked.plus(unused, -1)
    answers: list[BudgetExceeded | None] = []
    for worst, budget in wanted:
        refusal = _refusal(booked, worst, budget)
        answers.append(refusal)
        if refusal is None:
            booked = booked.plus(worst)
    connection.execute(
        sa.update(LEDGER)
        .where(LEDGER.c.run == run)
        .values(requests=booked.requests, tokens=booked.tokens, usd=booked.usd)
    )
    return answers


def booked(connection: sa.Connection, run: str) -> Spent:
    """What a run has used, calls in flight at their worst case."""
    row = connection.execute(sa.select(LEDGER).where(LEDGER.c.run == run)).first()
    return Spent(row.requests, row.tokens, row.usd) if row else Spent()


def _locked(connection: sa.Connection, run: str) -> Spent:
    """The run's row, made if there is none, and kept from others until the transaction ends."""
    query = sa.select(LEDGER).where(LEDGER.c.run == run).with_for_update()
    row = connection.execute(query).first()
    if row is None:
        new = {"run": run, "requests": 0, "tokens": 0, "usd": 0.0}
        connection.execute(insert_new(connection, LEDGER).values(new))
        row = connection.execute(query).one()
    return Spent(row.requests, row.tokens, row.usd)


def _refusal(booked: Spent, worst: Spent, budget: Budget) -> BudgetExceeded | None:
    limits = (
        ("max_requests", budget.max_requests, "requests"),
        ("max_tokens", budget.max_tokens, "tokens"),
        ("max_usd", budget.max_usd, "usd"),
    )
    for name, limit, unit in limits:
        used, more = getattr(booked, unit), getattr(worst, unit)
        if limit is not None and used + more > limit + 1e-9:
            place = budget.place_of(name)
            return BudgetExceeded(
                f"{place} is {limit:g}: {used:g} {unit} are used or may be used by calls in "
                f"flight, and the next call may need {more:g} more. What was answered is kept; "
                f"raise {place} and run the same command again, which pays for nothing twice"
            )
    return None
