"""What of the journal holds something that is looked for, and how it goes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import sqlalchemy as sa

from store.database import Database
from store.sought import Sought
from store.stages import Progress
from store.tables import ATTEMPTS, CAPABILITIES, REPLIES, in_batches

_AT_ONCE = 500


@dataclass(frozen=True)
class Held:
    """Rows of the journal by their keys: ``replies`` with what they have cost as far as that is
    known, ``attempts`` whose ``detail`` holds it, ``capabilities`` by endpoint and model.
    """

    replies: tuple[str, ...] = ()
    usd: float = 0.0
    attempts: tuple[str, ...] = ()
    capabilities: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.replies or self.attempts or self.capabilities)


def held(database: Database, sought: Sought, keys: Collection[str], progress: Progress) -> Held:
    """What holds it, and the replies to requests with these keys.

    Raises:
        StoreCorrupt: the journal cannot be read.
    """
    r, a, c = REPLIES.c, ATTEMPTS.c, CAPABILITIES.c
    wanted, usd = set(keys), 0.0
    replies: list[str] = []
    count = sa.select(sa.func.count()).select_from(REPLIES)
    with database.reading() as connection:
        total, done = connection.execute(count).scalar() or 0, 0
        for rows in _parts(connection, sa.select(r.key, r.request, r.content, r.usd)):
            texts = [f"{row.request}\n{row.content or ''}" for row in rows]
            for row, is_hit in zip(rows, _hits(sought, texts), strict=True):
                if is_hit or row.key in wanted:
                    replies.append(row.key)
                    usd += row.usd or 0.0
            done += len(rows)
            progress("looking into replies", done, total)
        said = sa.select(a.id, a.detail).where(a.detail.is_not(None), a.detail != "")
        attempts = [row.id for row in _holding(connection, said, sought, "detail")]
        found = sa.select(c.endpoint, c.model, c.found)
        learnt = _holding(connection, found, sought, "found")
        capabilities = [(row.endpoint, row.model) for row in learnt]
    return Held(tuple(sorted(replies)), usd, tuple(attempts), tuple(capabilities))


def forget(database: Database, found: Held, progress: Progress) -> None:
    """Delete these replies and what was learnt, and empty the details of these attempts. The bytes
    go from the files by :meth:`~store.journal.Journal.compact`.

    Raises:
        StoreCorrupt: the journal cannot be written; what was deleted by then stays so.
    """
    total, done = len(found.replies) + len(found.attempts), 0
    for some in in_batches(found.replies, _AT_ONCE):
        with database.writing() as connection:
            connection.execute(sa.delete(REPLIES).where(REPLIES.c.key.in_(some)))
        progress("deleting rows", done := done + len(some), total)
    for some in in_batches(found.attempts, _AT_ONCE):
        with database.writing() as connection:
            emptied = sa.update(ATTEMPTS).where(ATTEMPTS.c.id.in_(some)).values(detail="")
            connection.execute(emptied)
        progress("deleting rows", done := done + len(some), total)
    with database.writing() as connection:
        for endpoint, model in found.capabilities:
            c = CAPABILITIES.c
            at = sa.and_(c.endpoint == endpoint, c.model == model)
            connection.execute(sa.delete(CAPABILITIES).where(at))


def _holding(
    connection: sa.Connection, query: sa.Select[Any], sought: Sought, column: str
) -> Iterator[Any]:
    for rows in _parts(connection, query):
        texts = [getattr(row, column) for row in rows]
        yield from (row for row, hit in zip(rows, _hits(sought, texts), strict=True) if hit)


def _parts(connection: sa.Connection, query: sa.Select[Any]) -> Iterator[Sequence[Any]]:
    return connection.execution_options(yield_per=_AT_ONCE).execute(query).partitions()


def _hits(sought: Sought, texts: Sequence[str]) -> list[bool]:
    found: list[bool] = sought.hits(pl.Series(texts, dtype=pl.String)).to_list()
    return found
