"""What leaves a journal: old replies, and those that hold what must be forgotten.

The ledger stays: money that was spent stays spent. Calls in flight and open batches stay, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from store.holds import Wanted
from store.journal import Journal
from store.stages import Progress
from store.tables import ATTEMPTS, REPLIES

_AT_ONCE = 500
_ENDED = ATTEMPTS.c.outcome.not_in(["sent", "queued"])


@dataclass(frozen=True, slots=True)
class Leaving:
    """Replies and ended attempts; ``usd`` is what the replies cost, None where one has no price."""

    replies: int
    attempts: int
    usd: float | None


def older(journal: Journal, before: str) -> Leaving:
    """What was answered, and what ended, before a time (ISO 8601, UTC)."""
    replies = sa.select(
        sa.func.count(),
        sa.func.coalesce(sa.func.sum(REPLIES.c.usd), 0.0),
        sa.func.count(REPLIES.c.usd),
    ).where(REPLIES.c.answered_at < before)
    attempts = sa.select(sa.func.count()).where(ATTEMPTS.c.started_at < before, _ENDED)
    with journal.snapshot() as connection:
        count, cost, priced = connection.execute(replies).one()
        ended = connection.execute(attempts).scalar_one()
    return Leaving(count, ended, float(cost) if priced == count else None)


def drop_older(journal: Journal, before: str) -> None:
    """Delete that, and give the room back to the disk."""
    journal.delete(
        [
            sa.delete(REPLIES).where(REPLIES.c.answered_at < before),
            sa.delete(ATTEMPTS).where(ATTEMPTS.c.started_at < before, _ENDED),
        ]
    )


def holding(
    journal: Journal, wanted: Wanted, known: Iterable[str], progress: Progress
) -> list[str]:
    """Keys of the replies that hold what is wanted, in what was asked or answered, and of those
    that are known to.
    """
    found = set(known)
    query = sa.select(REPLIES.c.key, REPLIES.c.request, REPLIES.c.content)
    with journal.snapshot() as connection:
        total = connection.execute(sa.select(sa.func.count()).select_from(REPLIES)).scalar_one()
        there = set(connection.execute(sa.select(REPLIES.c.key)).scalars())
        for done, row in enumerate(connection.execute(query)):
            progress("replies", done, total)
            if wanted.in_json(row.request) or wanted.in_json(row.content or ""):
                found.add(row.key)
    return sorted(found & there)


def details_holding(journal: Journal, wanted: Wanted) -> list[str]:
    """Ids of the calls of whose end something is told that holds it."""
    query = sa.select(ATTEMPTS.c.id, ATTEMPTS.c.detail).where(ATTEMPTS.c.detail != "")
    with journal.snapshot() as connection:
        return [row.id for row in connection.execute(query) if wanted.in_json(row.detail)]


def drop_keys(journal: Journal, keys: Sequence[str], calls: Sequence[str]) -> None:
    """Delete these replies with what is told of their calls, and what is told of further calls by
    their ids, and give the room back to the disk.
    """
    statements: list[sa.Delete | sa.Update] = []
    for some in _batched(keys):
        statements.append(sa.delete(REPLIES).where(REPLIES.c.key.in_(some)))
        statements.append(_blank.where(ATTEMPTS.c.key.in_(some)))
    statements += [_blank.where(ATTEMPTS.c.id.in_(some)) for some in _batched(calls)]
    journal.delete(statements)


_blank = sa.update(ATTEMPTS).values(detail="")


def _batched(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))
