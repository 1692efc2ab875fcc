"""Dates, whole or partial: 5 July 1962, 1962-07-05, July 1962, Q3 1962, the 1960s, 44 BC.

Every part of a date is a span, so that a century holds a decade and a year its days. A claim may
say less than its source, not more. Of a range of years both ends count.
"""

from __future__ import annotations

from collections.abc import Sequence

from verifiers.checks.calendar import Date, Parts, read
from verifiers.checks.findings import Finding


def dates(text: str) -> list[Date]:
    """All dates of a claim in order; a longer form hides the shorter ones inside it."""
    return [date for date in read(text).dates if not date.between]


def held_dates(text: str) -> tuple[Date, ...]:
    """All dates of a piece of evidence, with the years between the ends of its ranges."""
    return read(text).dates


def without_dates(text: str) -> str:
    """The text with blanks in place of its dates, at the same length."""
    return read(text).rest


def check_dates(claim: Sequence[Date], evidence: Sequence[Date]) -> list[Finding]:
    """One finding per date of the claim; what it repeats counts once. The evidence may say more
    than the claim, not less.
    """
    each, known = dict.fromkeys(claim), dict.fromkeys(evidence)
    # A date that the claim gives itself is no rival of another one of its dates.
    points = [held for held in known if not held.between]
    free = [held for held in points if not any(_covers(held, one) for one in each)]
    return [_check(date, [*known], free) for date in each]


def _check(wanted: Date, evidence: Sequence[Date], free: Sequence[Date]) -> Finding:
    if not evidence:
        return Finding("date", wanted.text, "missing")
    points = [held for held in evidence if not held.between]
    if any(_covers(held, wanted) for held in points):
        return Finding("date", wanted.text, "found")
    if any(_leaves_room(held, wanted) for held in evidence):
        return Finding("date", wanted.text, "missing", "the source is less exact")
    rivals = [held for held in free if _differs(held, wanted)]
    if rivals:
        return Finding("date", wanted.text, "conflict", f"the source has {rivals[0].text}")
    return Finding("date", wanted.text, "missing")


def _covers(held: Date, wanted: Date) -> bool:
    return any(_within(h, w) for h in held.readings for w in wanted.readings)


def _within(held: Parts, wanted: Parts) -> bool:
    """Whether all that is wanted is known, and known as exactly."""
    for part, other in zip(wanted, held, strict=True):
        if part is not None and (other is None or other[0] < part[0] or part[1] < other[1]):
            return False
    return True


def _leaves_room(held: Date, wanted: Date) -> bool:
    """Whether the evidence names a longer time of which the claim picks a part."""
    return any(
        h.year is not None and w.year is not None and _wider(h, w) and not _apart(h, w)
        for h in held.readings
        for w in wanted.readings
    )


def _wider(held: Parts, wanted: Parts) -> bool:
    return any(
        part is not None and (other is None or other[1] - other[0] > part[1] - part[0])
        for part, other in zip(wanted, held, strict=True)
    )


def _differs(held: Date, wanted: Date) -> bool:
    pairs = [(h, w) for h in held.readings for w in wanted.readings]
    return all(_apart(h, w) and (w.year is None or h.year is not None) for h, w in pairs)


def _apart(one: Parts, two: Parts) -> bool:
    for a, b in zip(one, two, strict=True):
        if a is not None and b is not None and (a[1] < b[0] or b[1] < a[0]):
            return True
    return False
