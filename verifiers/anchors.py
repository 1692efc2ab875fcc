"""The dates a statement speaks of: in 2023, as of 30 June 2021, since 5 July 1962."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from verifiers.checks.calendar import Date
from verifiers.checks.dates import check_dates, dates

_END = r"(?:the )?(?:(?:end|beginning|start) of )?"
_SINCE = re.compile(r"\bsince\s+" + _END + r"$", re.IGNORECASE)
_AS_OF = re.compile(r"\b(?:as (?:of|at)|by)\s+" + _END + r"$", re.IGNORECASE)
_LEADING = re.compile(r"\W*(?:in|on|during|at|for)\s+" + _END + r"$", re.IGNORECASE)
_LEAD = re.compile(
    r"\b(?:as (?:of|at)|since|in|on|by|during|until|for|from)\s+" + _END + r"$", re.IGNORECASE
)
_NEAR = 40
"""Characters in front of a date in which its preposition stands."""


class Anchor(NamedTuple):
    """A date with the period it names. ``since`` begins something that goes on; ``frame`` is one
    that dates the whole statement ("As of 2021, ...") and not an event in it.
    """

    stated: Date
    first: date
    last: date
    since: bool
    frame: bool


@lru_cache(maxsize=4_096)
def anchors(text: str) -> tuple[Anchor, ...]:
    """The dates of a text that name a year, in order."""
    found = []
    after = 0
    for stated in dates(text):
        span = _period(stated)
        place = text.find(stated.text, after)
        if span is None or place < 0:
            continue
        before = text[max(place - _NEAR, 0) : place]
        leading = place <= _NEAR and bool(_LEADING.fullmatch(before))
        since = bool(_SINCE.search(before))
        found.append(Anchor(stated, *span, since, leading or bool(_AS_OF.search(before))))
        after = place + len(stated.text)
    return tuple(found)


def dateless(text: str) -> str:
    """A text without its dates and the prepositions in front of them."""
    pieces, after = [], 0
    for anchor in anchors(text):
        place = text.find(anchor.stated.text, after)
        pieces.append(_LEAD.sub("", text[after:place]))
        after = place + len(anchor.stated.text)
    return " ".join((*pieces, text[after:])).strip()


def speaks_of(stated: Sequence[Anchor], wanted: Anchor) -> bool:
    """Whether one of the dates stated is the wanted one, or began before it and goes on."""
    if check_dates([wanted.stated], [anchor.stated for anchor in stated])[0].status == "found":
        return True
    return not wanted.since and any(a.since and a.first <= wanted.last for a in stated)


def _period(stated: Date) -> tuple[date, date] | None:
    """First and last day of a date by its first reading; None where it names no year or no day of
    the calendar.
    """
    parts = stated.readings[0]
    if parts.year is None or parts.year[0] < 1:
        return None
    (first, last), (start, end) = parts.year, parts.month or (1, 12)
    length = monthrange(last, end)[1]
    day, until = parts.day or (1, length)
    if not 1 <= day <= monthrange(first, start)[1] or until > length:
        return None
    return date(first, start, day), date(last, end, until)
