"""The tables of the journal, and how its database is opened: SQLite by path, PostgreSQL by URL."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from filelock import FileLock

from configs.errors import ConfigError, StoreCorrupt

METADATA = sa.MetaData()
_MAKING_TABLES = 0x5717_10C5
"""The advisory lock under which tables are made."""
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


def open_engine(where: Path | str) -> sa.Engine:
    """The database of a journal with all tables, whose transactions take the write lock at once.

    Raises:
        StoreCorrupt: the file or server cannot be opened as a journal.
        ConfigError: it is no URL of PostgreSQL, or the extra `postgres` is not installed.
    """
    url = None if isinstance(where, Path) else _server_url(where)
    try:
        return _open_sqlite(Path(where)) if url is None else _open_server(url)
    except ModuleNotFoundError:
        raise ConfigError(
            "a journal on PostgreSQL needs the extra: pip install 'stillhouse[postgres]'"
        ) from None
    except (OSError, sa.exc.DatabaseError) as error:
        why = str(error.__cause__ or error).partition("\n")[0]
        if url is not None:
            raise StoreCorrupt(
                f"cannot open the journal {url.render_as_string()}: {why}; see that the server "
                "runs, and that this user may make tables there"
            ) from error
        raise StoreCorrupt(
            f"cannot open the journal {where}: {why}; "
            "move the file away to start a new one (its paid replies are then not reused)"
        ) from error


def _server_url(url: str) -> sa.URL:
    try:
        found = sa.make_url(url)
    except sa.exc.ArgumentError:
        found = None
    # Its text may hold a password, so it is not repeated.
    if found is None or found.get_backend_name() not in ("postgresql", "postgres"):
        raise ConfigError(
            "the URL of the journal is not one of PostgreSQL; write "
            "postgresql://user:password@host/database"
        )
    return found.set(drivername="postgresql+psycopg")


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


def _open_server(url: sa.URL) -> sa.Engine:
    # Connections that the server closed meanwhile are replaced before they are used. Whoever waits
    # for a row's lock must then see what was written to it, whatever the server's own default is.
    engine = sa.create_engine(url, pool_pre_ping=True, isolation_level="READ COMMITTED")
    with engine.begin() as connection:
        # Processes that start together would each make the same tables.
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MAKING_TABLES)))
        _make_tables(connection)
    return engine


def _open_sqlite(path: Path) -> sa.Engine:
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 60})
    sa.event.listen(engine, "connect", _durable)
    sa.event.listen(engine, "begin", _begin_immediate)
    # SQLite does not wait for its lock while it changes to the write-ahead log.
    with FileLock(path.with_name(f".{path.name}.lock")), engine.begin() as connection:
        _make_tables(connection)
    return engine


def _make_tables(connection: sa.Connection) -> None:
    """Journals of older versions get the columns that came later, all of which may be empty."""
    METADATA.create_all(connection)
    there = {column["name"] for column in sa.inspect(connection).get_columns(REPLIES.name)}
    for column in REPLIES.columns:
        if column.name not in there:
            kind = column.type.compile(connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE replies ADD COLUMN {column.name} {kind}")


def _durable(connection: Any, _record: object) -> None:
    # Transactions begin where we say so, not where the driver guesses.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _begin_immediate(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later must not find its reading outdated.
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
