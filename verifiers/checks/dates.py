"""Dates, whole or partial: 5 July 1962, July 5, 1962, 1962-07-05, July 1962, 1962."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from verifiers.checks.findings import Finding

_MONTHS = """january february march april may june july august
september october november december""".split()
_MONTH = r"(?P<{0}>" + "|".join(f"{m[:3]}(?:{m[3:]})?" for m in _MONTHS) + r")\.?"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?P<y>[12]\d{3})-(?P<m>\d{2})-(?P<d>\d{2})\b",
        r"\b(?P<d>\d{1,2})(?:st|nd|rd|th)?(?: of)? "
        + _MONTH.format("name")
        + r",? (?P<y>[12]\d{3})\b",
        r"\b" + _MONTH.format("name") + r" (?P<d>\d{1,2})(?:st|nd|rd|th)?,? (?P<y>[12]\d{3})\b",
        r"\b" + _MONTH.format("name") + r",? (?P<y>[12]\d{3})\b",
        r"\b(?P<d>\d{1,2})(?:st|nd|rd|th)? " + _MONTH.format("name") + r"\b",
        r"\b" + _MONTH.format("name") + r" (?P<d>\d{1,2})\b(?!,?\d)",
        r"(?<![\d.,$€£-])(?P<y>1\d{3}|20\d{2}|21\d{2})(?![\d,]*\d|\.\d|\s?(?:%|km|kg|m\b|million))",
    )
)


class Date(NamedTuple):
    """A date of which any part may be unknown, and how it is written."""

    year: int | None
    month: int | None
    day: int | None
    text: str


def dates(text: str) -> list[Date]:
    """All dates of a text; a longer form hides the shorter ones inside it."""
    found: list[tuple[int, Date]] = []
    left = text
    for pattern in _PATTERNS:
        for match in pattern.finditer(left):
            found.append((match.start(), _date(match)))
        left = pattern.sub(lambda match: " " * len(match.group(0)), left)
    return [date for _, date in sorted(found, key=lambda item: item[0])]


def without_dates(text: str) -> str:
    """The text with blanks in place of its dates, at the same length."""
    for pattern in _PATTERNS:
        text = pattern.sub(lambda match: " " * len(match.group(0)), text)
    return text


def check_dates(claim: Sequence[Date], evidence: Sequence[Date]) -> list[Finding]:
    """One finding per date of the claim. The evidence may say more than the claim, not less."""
    return [_check(date, evidence) for date in claim]


def _check(wanted: Date, evidence: Sequence[Date]) -> Finding:
    if any(_covers(held, wanted) for held in evidence):
        return Finding("date", wanted.text, "found")
    rivals = [held for held in evidence if _as_precise(held, wanted)]
    if rivals:
        return Finding("date", wanted.text, "conflict", f"the source has {rivals[0].text}")
    return Finding("date", wanted.text, "missing")


def _covers(held: Date, wanted: Date) -> bool:
    pairs = zip(wanted[:3], held[:3], strict=True)
    return all(part is None or part == other for part, other in pairs)


def _as_precise(held: Date, wanted: Date) -> bool:
    pairs = zip(wanted[:3], held[:3], strict=True)
    return all((part is None) <= (other is None) or other is not None for part, other in pairs)


def _date(match: re.Match[str]) -> Date:
    groups = match.groupdict()
    month = int(groups["m"]) if groups.get("m") else None
    if groups.get("name"):
        month = next(
            i for i, name in enumerate(_MONTHS, 1) if name[:3] == groups["name"][:3].casefold()
        )
    year, day = groups.get("y"), groups.get("d")
    return Date(int(year) if year else None, month, int(day) if day else None, match.group(0))
