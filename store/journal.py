"""The journal: every request by the hash of what is sent, every reply before anyone uses it.

Money is counted here and nowhere else. The journal answers first, so a crash costs only the calls
in flight and an unchanged request is never paid for again.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from filelock import FileLock
from sqlalchemy.dialects.sqlite import insert

from configs.errors import StoreCorrupt
from store.text import digest

_METADATA = sa.MetaData()
REPLIES = sa.Table(
    "replies",
    _METADATA,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("run", sa.String(64), nullable=False, index=True),
    sa.Column("teacher", sa.String, nullable=False),
    sa.Column("request", sa.JSON, nullable=False),
    sa.Column("content", sa.Text),
    sa.Column("finish_reason", sa.String, nullable=False),
    sa.Column("model", sa.String, nullable=False),
    sa.Column("input_tokens", sa.Integer, nullable=False),
    sa.Column("output_tokens", sa.Integer, nullable=False),
    sa.Column("usd", sa.Float),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("latency_s", sa.Float, nullable=False),
    sa.Column("answered_at", sa.String, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a teacher answered. ``content`` is None where it gave no text; ``usd`` is None where
    no price is known.
    """

    content: str | None
    finish_reason: str
    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float | None = None
    attempts: int = 1
    latency_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run has used so far, over all of its resumes."""

    requests: int = 0
    tokens: int = 0
    usd: float = 0.0


def request_key(request: object, endpoint: str, sample: int = 0) -> str:
    """Identity of a call: all that is really sent, where to, and which sample of it."""
    return digest(["request-v1", request, endpoint, sample])


class Journal:
    """Replies on SQLite (write-ahead log, full sync). Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        """Open the journal, making the file if there is none.

        Raises:
            StoreCorrupt: the file cannot be opened as a journal.
        """
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 60})
            sa.event.listen(self._engine, "connect", _durable)
            # SQLite does not wait for its lock while it changes to the write-ahead log.
            with FileLock(path.with_name(f".{path.name}.lock")):
                _METADATA.create_all(self._engine)
        except (OSError, sa.exc.DatabaseError) as error:
            raise StoreCorrupt(
                f"cannot open the journal {path}: {error.__cause__ or error}; "
                "move the file away to start a new one (its paid replies are then not reused)"
            ) from error
        self._lock = threading.Lock()

    def find(self, key: str) -> Reply | None:
        """The reply to that request, if it has arrived."""
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(REPLIES).where(REPLIES.c.key == key)).first()
        return _reply(row._mapping) if row else None

    def put(self, key: str, run: str, teacher: str, request: object, reply: Reply) -> None:
        """Make a reply durable. The first reply to a request stays."""
        values = {
            "key": key,
            "run": run,
            "teacher": teacher,
            "request": request,
            "answered_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            **asdict(reply),
        }
        try:
            with self._lock, self._engine.begin() as connection:
                connection.execute(insert(REPLIES).values(values).on_conflict_do_nothing())
        except sa.exc.OperationalError as error:
            raise StoreCorrupt(
                f"cannot write the journal {self.path}: {error.orig}; make room and run again"
            ) from error

    def spent(self, run: str) -> Spent:
        """What all replies of a run have used."""
        tokens = REPLIES.c.input_tokens + REPLIES.c.output_tokens
        query = sa.select(
            sa.func.coalesce(sa.func.sum(REPLIES.c.attempts), 0),
            sa.func.coalesce(sa.func.sum(tokens), 0),
            sa.func.coalesce(sa.func.sum(REPLIES.c.usd), 0.0),
        ).where(REPLIES.c.run == run)
        with self._engine.connect() as connection:
            requests, used, usd = connection.execute(query).one()
        return Spent(int(requests), int(used), float(usd))

    def cost(self, keys: Iterable[str]) -> dict[str, Any]:
        """Calls, tokens and money behind these requests; money is None where a price is unknown."""
        rows = self.requests(keys)
        unknown = any(row["usd"] is None for row in rows)
        return {
            "calls": len(rows),
            "tokens": sum(row["input_tokens"] + row["output_tokens"] for row in rows),
            "usd": None if unknown else sum(row["usd"] for row in rows),
        }

    def requests(self, keys: Iterable[str]) -> list[dict[str, Any]]:
        """Journal rows of these requests, for showing where a record came from."""
        found: list[dict[str, Any]] = []
        with self._engine.connect() as connection:
            # SQLite takes a limited number of values in one statement.
            for some in _batched(sorted(set(keys)), 500):
                rows = connection.execute(sa.select(REPLIES).where(REPLIES.c.key.in_(some)))
                found += [dict(row._mapping) for row in rows]
        return found

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()


def _batched(values: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (values[start : start + size] for start in range(0, len(values), size))


def _reply(row: sa.RowMapping) -> Reply:
    fields = ("content", "finish_reason", "model", "input_tokens", "output_tokens", "usd")
    return Reply(**{name: row[name] for name in (*fields, "attempts", "latency_s")})


def _durable(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()
