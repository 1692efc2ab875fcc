"""The tables of the journal. A change of them comes with a script in :mod:`store.migrations`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from configs.errors import StoreCorrupt

METADATA = sa.MetaData()
REPLIES = sa.Table(
    "replies",
    METADATA,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("run", sa.String(64), nullable=False),
    sa.Column("teacher", sa.String, nullable=False),
    sa.Column("request", sa.Text, nullable=False),
    sa.Column("content", sa.Text),
    sa.Column("finish_reason", sa.String, nullable=False),
    sa.Column("model", sa.String, nullable=False),
    sa.Column("input_tokens", sa.BigInteger, nullable=False),
    sa.Column("output_tokens", sa.BigInteger, nullable=False),
    sa.Column("cached_tokens", sa.BigInteger),
    sa.Column("reasoning_tokens", sa.BigInteger),
    sa.Column("cache_write_tokens", sa.BigInteger),
    sa.Column("usd", sa.Float),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("latency_s", sa.Float, nullable=False),
    sa.Column("ttft_s", sa.Float),
    sa.Column("structured", sa.String),
    sa.Column("answered_at", sa.String, nullable=False),
)
"""One row per request that was answered; ``request`` is the JSON text that was sent."""

ATTEMPTS = sa.Table(
    "attempts",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("run", sa.String(64), nullable=False),
    sa.Column("key", sa.String(64), nullable=False),
    sa.Column("teacher", sa.String, nullable=False),
    sa.Column("endpoint", sa.String, nullable=False),
    sa.Column("model", sa.String, nullable=False),
    sa.Column("returned_model", sa.String),
    sa.Column("prompt_id", sa.String, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("started_at", sa.String, nullable=False),
    sa.Column("outcome", sa.String, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("detail", sa.Text),
    sa.Column("worst_tokens", sa.BigInteger, nullable=False),
    sa.Column("input_tokens", sa.BigInteger),
    sa.Column("output_tokens", sa.BigInteger),
    sa.Column("usd", sa.Float),
    sa.Column("latency_s", sa.Float),
    sa.Column("ttft_s", sa.Float),
)
"""One row per call, written before it is sent; ``id`` is its trace id. A call that was in flight
when the process died keeps the outcome ``sent``. One that waited for a batch keeps ``queued`` until
another attempt takes it over, then it is ``resumed``."""

QUEUED = ATTEMPTS.c.outcome == sa.literal_column("'queued'")
"""Attempts that wait for a batch; they alone are indexed by key, so that direct calls pay nothing
for it. The value is part of the statement, or SQLite would not see that the index fits.
"""
sa.Index("queued_attempts", ATTEMPTS.c.key, sqlite_where=QUEUED, postgresql_where=QUEUED)

LEDGER = sa.Table(
    "ledger",
    METADATA,
    sa.Column("run", sa.String(64), primary_key=True),
    sa.Column("requests", sa.BigInteger, nullable=False),
    sa.Column("tokens", sa.BigInteger, nullable=False),
    sa.Column("usd", sa.Float, nullable=False),
)
"""What each run has used, calls in flight at their worst case."""

CAPABILITIES = sa.Table(
    "capabilities",
    METADATA,
    sa.Column("endpoint", sa.String, primary_key=True),
    sa.Column("model", sa.String, primary_key=True),
    sa.Column("structured", sa.String, nullable=False),
    sa.Column("found", sa.Text, nullable=False),
    sa.Column("looked_at", sa.String, nullable=False),
)
"""How replies of a model at an endpoint are best bound to a schema; ``found`` is JSON text."""

BATCHES = sa.Table(
    "batches",
    METADATA,
    sa.Column("tag", sa.String(64), primary_key=True),
    sa.Column("id", sa.String),
    sa.Column("run", sa.String(64), nullable=False),
    sa.Column("teacher", sa.String, nullable=False),
    sa.Column("endpoint", sa.String, nullable=False, index=True),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("keys", sa.Text, nullable=False),
    sa.Column("submitted_at", sa.String, nullable=False),
)
"""Provider batches by our own tag, see :mod:`store.batches`; ``id`` is the provider's, and ``keys``
a JSON list of request keys."""


def in_batches(values: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Values some at a time: SQLite takes a limited number of them in one statement."""
    return (values[start : start + size] for start in range(0, len(values), size))


def broken(doing: str, error: Exception) -> StoreCorrupt:
    """The error to raise where the database fails later on."""
    why = str(getattr(error, "orig", None) or error).partition("\n")[0]
    return StoreCorrupt(
        f"cannot {doing} the journal: {why}; see that its disk has room and its server runs, "
        "then run the same command to go on"
    )


def insert_new(connection: sa.Connection, table: sa.Table) -> Any:
    """An insert that leaves rows alone that are there already."""
    return _insert(connection, table).on_conflict_do_nothing()


def put_row(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> None:
    """Write a row over the one with its primary key, if there is one."""
    keys = [column.name for column in table.primary_key]
    rest = {name: value for name, value in row.items() if name not in keys}
    insert = _insert(connection, table).values(**row)
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=rest))


def _insert(connection: sa.Connection, table: sa.Table) -> Any:
    from sqlalchemy.dialects import postgresql, sqlite

    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    return dialect.insert(table)
