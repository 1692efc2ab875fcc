"""Journals as they were before their tables had revisions, in the SQL that was then sent."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

FIRST = (
    """CREATE TABLE replies (
    key VARCHAR(64) NOT NULL, run VARCHAR(64) NOT NULL, teacher VARCHAR NOT NULL,
    request TEXT NOT NULL, content TEXT, finish_reason VARCHAR NOT NULL, model VARCHAR NOT NULL,
    input_tokens BIGINT NOT NULL, output_tokens BIGINT NOT NULL, usd FLOAT,
    attempts INTEGER NOT NULL, latency_s FLOAT NOT NULL, answered_at VARCHAR NOT NULL,
    PRIMARY KEY (key))""",
)
"""The very first had replies alone, without the columns that came later."""
REPLIES = """CREATE TABLE replies (
    key VARCHAR(64) NOT NULL, run VARCHAR(64) NOT NULL, teacher VARCHAR NOT NULL,
    request TEXT NOT NULL, content TEXT, finish_reason VARCHAR NOT NULL, model VARCHAR NOT NULL,
    input_tokens BIGINT NOT NULL, output_tokens BIGINT NOT NULL, cached_tokens BIGINT,
    reasoning_tokens BIGINT, cache_write_tokens BIGINT, usd FLOAT, attempts INTEGER NOT NULL,
    latency_s FLOAT NOT NULL, ttft_s FLOAT, structured VARCHAR, answered_at VARCHAR NOT NULL,
    PRIMARY KEY (key))"""
LAST = (
    REPLIES,
    """CREATE TABLE attempts (
    id VARCHAR(32) NOT NULL, run VARCHAR(64) NOT NULL, key VARCHAR(64) NOT NULL,
    teacher VARCHAR NOT NULL, endpoint VARCHAR NOT NULL, model VARCHAR NOT NULL,
    returned_model VARCHAR, prompt_id VARCHAR NOT NULL, number INTEGER NOT NULL,
    started_at VARCHAR NOT NULL, outcome VARCHAR NOT NULL, status INTEGER, detail TEXT,
    worst_tokens BIGINT NOT NULL, input_tokens BIGINT, output_tokens BIGINT, usd FLOAT,
    latency_s FLOAT, ttft_s FLOAT, PRIMARY KEY (id))""",
    "CREATE INDEX queued_attempts ON attempts (key) WHERE outcome = 'queued'",
    """CREATE TABLE ledger (run VARCHAR(64) NOT NULL, requests BIGINT NOT NULL,
    tokens BIGINT NOT NULL, usd FLOAT NOT NULL, PRIMARY KEY (run))""",
    """CREATE TABLE capabilities (endpoint VARCHAR NOT NULL, model VARCHAR NOT NULL,
    structured VARCHAR NOT NULL, found TEXT NOT NULL, looked_at VARCHAR NOT NULL,
    PRIMARY KEY (endpoint, model))""",
    """CREATE TABLE batches (tag VARCHAR(64) NOT NULL, id VARCHAR, run VARCHAR(64) NOT NULL,
    teacher VARCHAR NOT NULL, endpoint VARCHAR NOT NULL, state VARCHAR NOT NULL,
    keys TEXT NOT NULL, submitted_at VARCHAR NOT NULL, PRIMARY KEY (tag))""",
    "CREATE INDEX ix_batches_endpoint ON batches (endpoint)",
)
"""The last had all tables of the first revision."""
ROWS = (
    """INSERT INTO replies (key, run, teacher, request, content, finish_reason, model,
    input_tokens, output_tokens, usd, attempts, latency_s, answered_at) VALUES
    ('old', 'run', 'teacher', '{"n":1}', 'Paid for.', 'stop', 'm-1', 10, 5, 0.25, 1, 0.5,
    '2025-01-01T00:00:00.000+00:00')""",
)
MORE_ROWS = (
    "INSERT INTO ledger VALUES ('run', 2, 1015, 10.25)",
    "INSERT INTO capabilities VALUES ('http://x/v1', 'm', 'guided', '{}', '2025')",
    "INSERT INTO batches VALUES ('tag', NULL, 'run', 't', 'http://x/v1', 'open', '[]', '2025')",
    """INSERT INTO attempts (id, run, key, teacher, endpoint, model, prompt_id, number, started_at,
    outcome, worst_tokens, usd) VALUES ('a', 'run', 'k', 't', 'http://x/v1', 'm', 'p@1', 1,
    '2025-01-01T00:00:00.000+00:00', 'queued', 1000, 10.0)""",
)


def engine_of(database: Path | str) -> sa.Engine:
    """The bare database, not opened as a journal."""
    url = f"sqlite:///{database}" if isinstance(database, Path) else database
    return sa.create_engine(url, poolclass=sa.NullPool)


def write_old(database: Path | str, *statements: str) -> None:
    """A database with what these statements make."""
    if isinstance(database, Path):
        database.parent.mkdir(parents=True, exist_ok=True)
    with engine_of(database).begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def contents(database: Path | str) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables, and in what columns they stand."""
    found: dict[str, list[tuple[object, ...]]] = {}
    with engine_of(database).connect() as connection:
        look = sa.inspect(connection)
        for name in sorted(look.get_table_names()):
            columns = tuple(column["name"] for column in look.get_columns(name))
            rows = connection.exec_driver_sql(f"SELECT * FROM {name}").all()
            indexes = tuple(sorted(str(index["name"]) for index in look.get_indexes(name)))
            found[name] = [columns, indexes, *sorted(map(tuple, rows), key=repr)]
    return found
