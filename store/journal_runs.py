"""What each run has asked for and spent, as the journal says it."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from store.journal import Journal
from store.tables import ATTEMPTS, LEDGER, REPLIES

_OPEN = ("sent", "queued")
_NO_FAILURE = ("ok", "resumed", *_OPEN)


@dataclass(frozen=True, slots=True)
class RunSpend:
    """Calls of a run, ``failed`` and ``open`` (in flight, or cut off by a kill) among them; tokens
    and US dollars are those its budget counts, where ``unpriced`` replies count nothing. Times are
    ISO 8601, None where no call is known.
    """

    run: str
    calls: int
    failed: int
    open: int
    tokens: int
    usd: float
    unpriced: int
    first: str | None
    last: str | None


def runs(journal: Journal) -> list[RunSpend]:
    """All runs of a journal, the one with the latest call last.

    Raises:
        StoreCorrupt: it cannot be read.
    """
    outcome = ATTEMPTS.c.outcome
    calls = sa.select(
        ATTEMPTS.c.run,
        sa.func.count().label("calls"),
        _count(outcome.not_in(_NO_FAILURE)).label("failed"),
        _count(outcome.in_(_OPEN)).label("open"),
        sa.func.min(ATTEMPTS.c.started_at).label("first"),
        sa.func.max(ATTEMPTS.c.started_at).label("last"),
    ).group_by(ATTEMPTS.c.run)
    unpriced = (
        sa.select(REPLIES.c.run, sa.func.count())
        .where(REPLIES.c.usd.is_(None))
        .group_by(REPLIES.c.run)
    )
    with journal.database.reading() as connection:
        called = {row.run: row for row in connection.execute(calls)}
        without = {run: count for run, count in connection.execute(unpriced)}
        spent = {row.run: row for row in connection.execute(sa.select(LEDGER))}
    found = [
        _spend(run, called.get(run), spent.get(run), without.get(run, 0))
        for run in {*called, *spent, *without}
    ]
    return sorted(found, key=lambda each: (each.last or "", each.run))


def _count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


def _spend(
    run: str,
    called: sa.Row[tuple[object, ...]] | None,
    spent: sa.Row[tuple[object, ...]] | None,
    unpriced: int,
) -> RunSpend:
    """Journals of the first versions had replies alone."""
    calls = called._mapping if called else {}
    used = spent._mapping if spent else {}
    return RunSpend(
        run,
        calls.get("calls", 0),
        calls.get("failed", 0),
        calls.get("open", 0),
        used.get("tokens", 0),
        used.get("usd", 0.0),
        unpriced,
        calls.get("first"),
        calls.get("last"),
    )
