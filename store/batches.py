"""Batches at providers, written down before they are submitted, so that none is submitted twice.

A batch is ``submitting`` until the provider's answer is stored, then ``submitted``, and
``collected`` once no call of its waits for a reply any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa

from store.tables import ATTEMPTS, BATCHES, QUEUED, broken
from store.text import digest, now


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch by our own tag; ``id`` is the provider's, once it is known."""

    tag: str
    run: str
    teacher: str
    endpoint: str
    keys: tuple[str, ...]
    submitted_at: str
    id: str | None = None


class Batches:
    """The batches of a journal. StoreCorrupt is raised where it cannot be read or written."""

    def __init__(self, engine: sa.Engine) -> None:
        """Batches in that database."""
        self._engine = engine

    def intend(self, run: str, teacher: str, endpoint: str, keys: tuple[str, ...]) -> Batch:
        """Write down that a batch of these requests is about to be submitted."""
        at = now()
        # The same requests may go into a second batch after they failed in one.
        batch = Batch(digest([at, *keys]), run, teacher, endpoint, keys, at)
        row = {name: getattr(batch, name) for name in Batch.__slots__}
        row = {**row, "keys": orjson.dumps(keys).decode(), "state": "submitting"}
        with self._writing() as connection:
            connection.execute(sa.insert(BATCHES), [row])
        return batch

    def submitted(self, tag: str, id_: str) -> None:
        """Write down what the provider calls a batch."""
        named = sa.update(BATCHES).where(BATCHES.c.tag == tag).values(id=id_, state="submitted")
        with self._writing() as connection:
            connection.execute(named)

    def collect(self, endpoint: str) -> None:
        """Close the batches of an endpoint of whose calls all have ended, durably."""
        queued = sa.select(ATTEMPTS.c.key).where(QUEUED)
        with self._writing() as connection:
            waiting = set(connection.execute(queued).scalars())
            for batch in _open(connection, endpoint):
                if waiting.isdisjoint(batch.keys):
                    done = sa.update(BATCHES).where(BATCHES.c.tag == batch.tag)
                    connection.execute(done.values(state="collected"))

    def open(self, endpoint: str) -> list[Batch]:
        """Batches of an endpoint that are not collected, oldest first."""
        with self._reading() as connection:
            return _open(connection, endpoint)

    def ids(self, endpoint: str) -> set[str]:
        """The provider's ids of all batches of an endpoint."""
        query = sa.select(BATCHES.c.id).where(BATCHES.c.endpoint == endpoint)
        with self._reading() as connection:
            return {id_ for id_ in connection.execute(query).scalars() if id_ is not None}

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except sa.exc.SQLAlchemyError as error:
            raise broken("write", error) from error

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except sa.exc.SQLAlchemyError as error:
            raise broken("read", error) from error


def _open(connection: sa.Connection, endpoint: str) -> list[Batch]:
    query = sa.select(BATCHES).where(BATCHES.c.endpoint == endpoint, BATCHES.c.state != "collected")
    rows = connection.execute(query.order_by(BATCHES.c.submitted_at)).mappings()
    return [_batch(row) for row in rows]


def _batch(row: Any) -> Batch:
    values = {name: row[name] for name in Batch.__slots__}
    return Batch(**{**values, "keys": tuple(orjson.loads(row["keys"]))})
