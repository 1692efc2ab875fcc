"""What one transaction of a journal writes: attempts that begin, and attempts that ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from configs.errors import BudgetExceeded
from configs.teachers import Budget
from store import ledger
from store.ledger import Spent
from store.tables import ATTEMPTS, QUEUED, REPLIES, insert_new
from store.text import now


@dataclass(frozen=True, slots=True)
class Begin:
    """An attempt that wants to be sent, unless one of ``keys`` is answered already."""

    keys: tuple[str, ...]
    attempt: dict[str, Any]
    budget: Budget


@dataclass(frozen=True, slots=True)
class End:
    """How an attempt ended, the reply it brought, and what it did not use of its reservation."""

    queued: bool
    run: str
    attempt: dict[str, Any]
    reply: dict[str, Any] | None
    unused: Spent


def write(connection: sa.Connection, operations: Sequence[Begin | End]) -> list[Any]:
    """What each operation comes to: None, the row of a reply that is there, or a refusal."""
    ends = [one for one in operations if isinstance(one, End)]
    begins = [one for one in operations if isinstance(one, Begin)]
    at = now()
    replies = [{**one.reply, "answered_at": at} for one in ends if one.reply is not None]
    if replies:
        # In the same order everywhere, or two processes could wait for each other.
        replies.sort(key=itemgetter("key"))
        connection.execute(insert_new(connection, REPLIES), replies)
    ends = _not_resumed(connection, ends)
    if ends:
        connection.execute(_CLOSE, [one.attempt for one in ends])
    known = _known(connection, begins)
    answers = {id(one): known[one.keys] for one in begins if one.keys in known}
    new = [one for one in begins if one.keys not in known]
    refused = _book(connection, ends, new)
    sent = [one.attempt for one in new if id(one) not in refused]
    if sent:
        connection.execute(
            sa.insert(ATTEMPTS), [{**_without_worst(row), "started_at": at} for row in sent]
        )
    return [answers.get(id(one)) or refused.get(id(one)) for one in operations]


def read_end(kept: Any) -> End | None:
    """An end that was kept as JSON; None where it cannot be written to the tables of today. One of
    an older version lacks columns that came later.
    """
    try:
        end = End(**{**kept, "unused": Spent(**kept["unused"])})
        attempt = _completed(end.attempt, {"b_id": False, **_MAY_BE_EMPTY})
        reply = None if end.reply is None else _completed(end.reply, _OF_REPLY)
        if attempt is None or (end.reply is not None and reply is None):
            return None
        return replace(end, attempt=attempt, reply=reply)
    except (KeyError, TypeError):
        return None


def _completed(row: Any, columns: Mapping[str, bool]) -> dict[str, Any] | None:
    """A row with all of these columns, None in those that lack and may be empty; None where it
    lacks another, or has one more.
    """
    must = {name for name, may_be_empty in columns.items() if not may_be_empty}
    if not must <= set(row) <= set(columns):
        return None
    return {**dict.fromkeys(columns), **row}


_OF_END = (
    *("outcome", "status", "detail", "latency_s", "usd"),
    *("input_tokens", "output_tokens", "ttft_s", "returned_model"),
)
_MAY_BE_EMPTY = {name: bool(ATTEMPTS.c[name].nullable) for name in _OF_END}
_OF_REPLY = {c.name: bool(c.nullable) for c in REPLIES.columns if c.name != "answered_at"}
_CLOSE = (
    sa.update(ATTEMPTS)
    .where(ATTEMPTS.c.id == sa.bindparam("b_id"))
    .values({name: sa.bindparam(name) for name in _OF_END})
)


def _known(connection: sa.Connection, begins: Sequence[Begin]) -> dict[tuple[str, ...], Any]:
    """Replies that are there already, by the keys that were asked for."""
    wanted = {key for one in begins for key in one.keys}
    if not wanted:
        return {}
    rows = connection.execute(sa.select(REPLIES).where(REPLIES.c.key.in_(sorted(wanted))))
    found = {row.key: row._mapping for row in rows}
    pairs = ((one.keys, next((found[k] for k in one.keys if k in found), None)) for one in begins)
    return {keys: row for keys, row in pairs if row is not None}


def _not_resumed(connection: sa.Connection, ends: Sequence[End]) -> list[End]:
    """Without those whose reservation was given back when another attempt took over."""
    ids = [one.attempt["b_id"] for one in ends if one.queued]
    table = ATTEMPTS.c
    query = sa.select(table.id).where(table.id.in_(ids), table.outcome == "resumed")
    resumed = set(connection.execute(query).scalars()) if ids else set()
    return [one for one in ends if one.attempt["b_id"] not in resumed]


def _book(
    connection: sa.Connection, ends: Sequence[End], new: Sequence[Begin]
) -> dict[int, BudgetExceeded]:
    """Settle what ended and reserve what is new; refusals by the operation's identity."""
    back: dict[str, list[Spent]] = defaultdict(list)
    for end in ends:
        back[end.run].append(end.unused)
    left = _left_behind(connection, new)
    refused: dict[int, BudgetExceeded] = {}
    by_run = {run: list(group) for run, group in groupby(sorted(new, key=_run), key=_run)}
    for run in sorted({*back, *by_run}):
        wanted = by_run.get(run, [])
        pairs = [(_on_top(one, left), one.budget) for one in wanted]
        for one, refusal in zip(
            wanted, ledger.reserve(connection, run, back[run], pairs), strict=True
        ):
            if refusal is not None:
                refused[id(one)] = refusal
    _take_over(connection, [one for one in new if id(one) not in refused], left)
    return refused


_Left = dict[str, list[tuple[str, str, Spent]]]
"""Id, run and reservation of attempts that wait for a batch, by the key of their request."""


def _left_behind(connection: sa.Connection, new: Sequence[Begin]) -> _Left:
    """Attempts of killed processes that new ones take over: both wait for one and the same call."""
    keys = [one.attempt["key"] for one in new if one.attempt["outcome"] == "queued"]
    found: _Left = defaultdict(list)
    if keys:
        query = sa.select(ATTEMPTS).where(ATTEMPTS.c.key.in_(keys), QUEUED)
        for row in connection.execute(query):
            booked = Spent(1, row.worst_tokens, row.usd)
            found[row.key].append((row.id, row.run, booked))
    return found


def _on_top(one: Begin, left: _Left) -> Spent:
    """What an attempt needs beyond the reservation it takes over."""
    needed: Spent = one.attempt["worst"]
    for _, run, booked in left.get(one.attempt["key"], ()):
        if run == _run(one):
            needed = needed.plus(booked, -1)
    return needed


def _take_over(connection: sa.Connection, booked: Sequence[Begin], left: _Left) -> None:
    """Close the attempts that new ones took over; other runs get their reservation back."""
    for one in booked:
        for id_, run, reserved in left.pop(one.attempt["key"], ()):
            resumed = sa.update(ATTEMPTS).where(ATTEMPTS.c.id == id_)
            connection.execute(resumed.values(outcome="resumed", usd=0.0))
            if run != _run(one):
                ledger.reserve(connection, run, [reserved], [])


def _run(one: Begin) -> str:
    return str(one.attempt["run"])


def _without_worst(row: dict[str, Any]) -> dict[str, Any]:
    """The row of an attempt as it is sent: booked at its worst case until it ends."""
    worst: Spent = row["worst"]
    rest = {name: value for name, value in row.items() if name != "worst"}
    return {**rest, "usd": worst.usd, "worst_tokens": worst.tokens}
