"""What of the journal is older than it need be, and how it goes: replies and attempts, never money.

The ledger stays, so budgets hold. Calls that have not ended, and requests in batches that are not
collected, stay whatever their age.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import orjson
import sqlalchemy as sa

from store.database import Database
from store.stages import Progress
from store.tables import ATTEMPTS, BATCHES, QUEUED, REPLIES, in_batches

_AT_ONCE = 500
"""Rows in one transaction, so that others who write wait for a moment only."""
_ENDED = ATTEMPTS.c.outcome.not_in(["sent", "queued"])


@dataclass(frozen=True, slots=True)
class Old:
    """What is older than a moment: ``size`` are bytes of requests and replies, ``usd`` what the
    replies have cost, as far as prices are known, ``unpriced`` those whose price is not.
    """

    replies: int = 0
    size: int = 0
    usd: float = 0.0
    unpriced: int = 0
    attempts: int = 0


def old(database: Database, before: str, keep_replies: bool) -> Old:
    """What :func:`prune` would delete; ``before`` is a moment as the journal writes it.

    Raises:
        StoreCorrupt: the journal cannot be read.
    """
    r = REPLIES.c
    count = sa.func.count
    sums = sa.select(
        count().label("replies"),
        sa.func.coalesce(sa.func.sum(_bytes(database, r.request)), 0).label("request"),
        sa.func.coalesce(sa.func.sum(_bytes(database, r.content)), 0).label("content"),
        sa.func.coalesce(sa.func.sum(r.usd), 0.0).label("usd"),
        (count() - count(r.usd)).label("unpriced"),
    )
    ended = sa.select(count()).select_from(ATTEMPTS).where(_ENDED, ATTEMPTS.c.started_at < before)
    with database.reading() as connection:
        attempts = connection.execute(ended).scalar() or 0
        if keep_replies:
            return Old(attempts=attempts)
        every = connection.execute(sums.where(r.answered_at < before)).one()
        # Few are held, so they are taken away again.
        held = [
            connection.execute(sums.where(r.answered_at < before, r.key.in_(some))).one()
            for some in in_batches(sorted(_held(connection)), _AT_ONCE)
        ]
    return Old(
        every.replies - sum(one.replies for one in held),
        int(every.request + every.content) - int(sum(one.request + one.content for one in held)),
        every.usd - sum(one.usd for one in held),
        every.unpriced - sum(one.unpriced for one in held),
        attempts,
    )


def prune(database: Database, before: str, keep_replies: bool, progress: Progress) -> Old:
    """Delete what is older than a moment and say what it was. The room of a file is given back by
    :meth:`~store.database.Database.compact`.

    Raises:
        StoreCorrupt: the journal cannot be written; what was deleted by then stays so.
    """
    found = old(database, before, keep_replies)
    total, done = found.replies + found.attempts, 0
    columns = [(ATTEMPTS.c.id, sa.and_(_ENDED, ATTEMPTS.c.started_at < before))]
    if not keep_replies:
        columns.append((REPLIES.c.key, REPLIES.c.answered_at < before))
    for column, wanted in columns:
        for keys in _pages(database, column, wanted):
            with database.writing() as connection:
                # Looked at again: what is asked for meanwhile stays.
                gone = set(keys) - (_held(connection) if column is REPLIES.c.key else set())
                delete = sa.delete(column.table).where(column.in_(sorted(gone)), wanted)
                done += connection.execute(delete).rowcount
            progress("deleting rows", done, max(total, done))
    return found


def _pages(
    database: Database, column: sa.Column[str], wanted: sa.ColumnElement[bool]
) -> Iterator[list[str]]:
    last = ""
    while True:
        query = sa.select(column).where(wanted, column > last).order_by(column).limit(_AT_ONCE)
        with database.reading() as connection:
            keys = list(connection.execute(query).scalars())
        if not keys:
            return
        yield keys
        last = keys[-1]


def _held(connection: sa.Connection) -> set[str]:
    """Requests that someone waits for."""
    found = set(connection.execute(sa.select(ATTEMPTS.c.key).where(QUEUED)).scalars())
    open_ = sa.select(BATCHES.c["keys"]).where(BATCHES.c.state != "collected")
    for keys in connection.execute(open_).scalars():
        found.update(orjson.loads(keys))
    return found


def _bytes(database: Database, column: sa.Column[str]) -> sa.ColumnElement[int]:
    if database.path is None:
        return sa.func.octet_length(column)
    return sa.func.length(sa.cast(column, sa.LargeBinary))
