"""How the database of a journal is opened: SQLite by path or URL, PostgreSQL by URL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from filelock import FileLock

from configs.errors import ConfigError, StoreCorrupt
from store import migrating

_MAKING_TABLES = 0x5717_10C5
"""The advisory lock under which tables are made and changed."""
WAIT_S = 60
"""Seconds that others may hold SQLite's lock before we give up."""
_READS = "stillhouse_reads"
"""Execution option of connections that only read."""


def place_of(where: Path | str) -> Path | sa.URL:
    """The file of a journal on SQLite, or the URL of one on PostgreSQL.

    Raises:
        ConfigError: it is neither.
    """
    if isinstance(where, Path):
        return where
    try:
        url = sa.make_url(where)
    except sa.exc.ArgumentError:
        url = None
    if url is not None and url.get_backend_name() in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    only_path = url is not None and not (url.host or url.username or url.query)
    if url is not None and url.drivername == "sqlite" and only_path and _is_file(url.database):
        return Path(str(url.database))
    # Its text may hold a password, so it is not repeated.
    raise ConfigError(
        "the URL of the journal is not one of PostgreSQL or SQLite; write "
        "postgresql://user:password@host/database, or sqlite:/// and the path of a file "
        "(sqlite:////data/journal.db)"
    )


def _is_file(database: str | None) -> bool:
    """SQLite takes other names for memory, which a journal must outlive."""
    return bool(database) and not str(database).startswith((":", "file:"))


def open_engine(place: Path | sa.URL) -> sa.Engine:
    """The database of a journal, its tables at this code's revision. Transactions take the write
    lock at once.

    Raises:
        StoreCorrupt: the file or server cannot be opened as a journal.
        ConfigError: the extra `postgres` is not installed.
    """
    try:
        return _open_sqlite(place) if isinstance(place, Path) else _open_server(place)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "psycopg":
            raise
        raise ConfigError(
            "a journal on PostgreSQL needs the extra: pip install 'stillhouse[postgres]'"
        ) from None
    except (OSError, sa.exc.DatabaseError) as error:
        why = str(error.__cause__ or error).partition("\n")[0]
        if isinstance(place, sa.URL):
            raise StoreCorrupt(
                f"cannot open the journal {place.render_as_string()}: {why}; see that the server "
                "runs, and that this user may make tables there"
            ) from error
        raise StoreCorrupt(
            f"cannot open the journal {place}: {why}; "
            "move the file away to start a new one (its paid replies are then not reused)"
        ) from error


@contextmanager
def snapshot(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection that sees the journal as it is now, whatever is written meanwhile, and keeps
    nobody from writing. Rows come from the database as they are asked for.
    """
    options: dict[str, Any] = {_READS: True}
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.execution_options(**options).begin() as connection:
        yield connection


def _open_server(url: sa.URL) -> sa.Engine:
    # Connections that the server closed meanwhile are replaced before they are used. Whoever waits
    # for a row's lock must then see what was written to it, whatever the server's own default is.
    engine = sa.create_engine(url, pool_pre_ping=True, isolation_level="READ COMMITTED")
    _bring_to_head(engine)
    return engine


def _open_sqlite(path: Path) -> sa.Engine:
    path.parent.mkdir(parents=True, exist_ok=True)
    url = sa.URL.create("sqlite", database=str(path))
    engine = sa.create_engine(url, connect_args={"timeout": WAIT_S})
    sa.event.listen(engine, "connect", _durable)
    sa.event.listen(engine, "begin", _begin)
    # SQLite does not wait for its lock while it changes to the write-ahead log.
    with FileLock(path.with_name(f".{path.name}.lock")):
        _bring_to_head(engine)
    return engine


def _bring_to_head(engine: sa.Engine) -> None:
    """Migrate the tables, unless they are at this code's revision, which one look tells."""
    try:
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            if migrating.revision(connection) == migrating.HEAD:
                return
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                # Processes that start together would each make the same tables.
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MAKING_TABLES)))
            migrating.migrate(connection)
    except BaseException:
        engine.dispose()
        raise


def _durable(connection: Any, _record: object) -> None:
    # Transactions begin where we say so, not where the driver guesses.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") != "AUTOCOMMIT":
        # A transaction that reads first and writes later must not find its reading outdated.
        connection.exec_driver_sql("BEGIN" if options.get(_READS) else "BEGIN IMMEDIATE")
