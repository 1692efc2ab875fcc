"""The tables of the first release.

Journals from before it have some of them already: they keep their rows and get what they lack.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_LATER = (
    sa.Column("cached_tokens", sa.BigInteger),
    sa.Column("reasoning_tokens", sa.BigInteger),
    sa.Column("cache_write_tokens", sa.BigInteger),
    sa.Column("ttft_s", sa.Float),
    sa.Column("structured", sa.String),
)
"""Columns of replies that the first journals did not have."""
_QUEUED = sa.text("outcome = 'queued'")


def upgrade() -> None:
    """Make what is missing."""
    _replies()
    _attempts()
    _others()


def downgrade() -> None:
    """A journal is never taken back: an older version would refuse it or lose what it says."""
    raise NotImplementedError("journals are not taken back; restore a copy from before")


def _replies() -> None:
    op.create_table(
        "replies",
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
        if_not_exists=True,
    )
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("replies")}
    for column in _LATER:
        if column.name not in there:
            op.add_column("replies", column)


def _attempts() -> None:
    op.create_table(
        "attempts",
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
        if_not_exists=True,
    )
    op.create_index(
        "queued_attempts",
        "attempts",
        ["key"],
        sqlite_where=_QUEUED,
        postgresql_where=_QUEUED,
        if_not_exists=True,
    )


def _others() -> None:
    op.create_table(
        "ledger",
        sa.Column("run", sa.String(64), primary_key=True),
        sa.Column("requests", sa.BigInteger, nullable=False),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.Column("usd", sa.Float, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "capabilities",
        sa.Column("endpoint", sa.String, primary_key=True),
        sa.Column("model", sa.String, primary_key=True),
        sa.Column("structured", sa.String, nullable=False),
        sa.Column("found", sa.Text, nullable=False),
        sa.Column("looked_at", sa.String, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "batches",
        sa.Column("tag", sa.String(64), primary_key=True),
        sa.Column("id", sa.String),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("teacher", sa.String, nullable=False),
        sa.Column("endpoint", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("keys", sa.Text, nullable=False),
        sa.Column("submitted_at", sa.String, nullable=False),
        if_not_exists=True,
    )
    op.create_index("ix_batches_endpoint", "batches", ["endpoint"], if_not_exists=True)
