"""An open journal's database: one moment of it to read, a transaction to write, bytes that go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from store.opening import WAIT_S, open_engine, place_of, snapshot
from store.tables import METADATA, broken


@dataclass(frozen=True)
class Database:
    """The engine of a journal, and the ``path`` of its file, None on a server."""

    engine: sa.Engine
    path: Path | None

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that sees the journal as it is now, whatever is written meanwhile.

        Raises:
            StoreCorrupt: it cannot be read.
        """
        try:
            with snapshot(self.engine) as connection:
                yield connection
        except sa.exc.SQLAlchemyError as error:
            raise broken("read", error) from error

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One transaction. What it deletes is written over with zeros in a file.

        Raises:
            StoreCorrupt: it cannot be written.
        """
        try:
            with self.engine.begin() as connection:
                if self.path:
                    connection.exec_driver_sql("PRAGMA secure_delete=ON")
                yield connection
        except sa.exc.SQLAlchemyError as error:
            raise broken("write", error) from error

    def compact(self, patience_s: float = 10.0) -> bool:
        """Give back the room of deleted rows, so that their bytes are nowhere in the files; False
        where another process reads an older state for longer than we wait, so that some are left.

        Raises:
            StoreCorrupt: it cannot be written.
        """
        try:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as link:
                if self.path is None:
                    link.exec_driver_sql(f"VACUUM {', '.join(METADATA.tables)}")
                    return True
                link.exec_driver_sql("VACUUM")
                link.exec_driver_sql(f"PRAGMA busy_timeout={int(1000 * patience_s)}")
                busy = link.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
                link.exec_driver_sql(f"PRAGMA busy_timeout={1000 * WAIT_S}")
                return busy == 0
        except sa.exc.SQLAlchemyError as error:
            raise broken("compact", error) from error

    @property
    def size(self) -> int:
        """Bytes on the disk, with what belongs to it."""
        if self.path is not None:
            beside = self.path.parent.glob(f"{self.path.name}*")
            return sum(path.stat().st_size for path in beside if path.is_file())
        query = sa.text("SELECT pg_total_relation_size(CAST(:name AS regclass))")
        with self.reading() as connection:
            sizes = [connection.execute(query, {"name": name}).scalar() for name in METADATA.tables]
        return sum(size or 0 for size in sizes)


def open_database(where: Path | str) -> Database:
    """The database of a journal at a path (SQLite) or a URL, its tables at this code's revision.

    Raises:
        StoreCorrupt: it cannot be opened as a journal, or is of a newer version.
        ConfigError: the URL is none of a journal.
    """
    place = place_of(where)
    return Database(open_engine(place), place if isinstance(place, Path) else None)
