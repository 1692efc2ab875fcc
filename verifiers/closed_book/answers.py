"""Whether a short answer says what the corpus says: letter by letter, by another name, by value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from store.text import normalise, squeeze, unaccented, visible
from verifiers.checks.agreement import relation
from verifiers.checks.calendar import Date
from verifiers.checks.dates import check_dates, dates
from verifiers.checks.quantities import Quantity, quantities
from verifiers.checks.units import convertible

Match = Literal["exact", "alias", "numeric", "contained", ""]
"""How an answer is right, empty where it is not: the words of the value, another name of it, its
value in other digits or units, or one of these inside a sentence."""

_ABSTAINS = re.compile(
    r"\b(?:(?:i|we) (?:do not|don't|dont|cannot|can't|could not|couldn't) "
    r"(?:know|say|tell|answer|recall|remember|find|be (?:sure|certain))"
    r"|i(?: am|'m) not (?:sure|certain|aware)|i have no (?:idea|information)"
    r"|not known to me|no idea|(?:is |are )?(?:unknown|unsure|uncertain)$|cannot be answered)\b",
    re.IGNORECASE,
)
_BARE_ABSTENTIONS = frozenset(("unknown", "not known", "unsure", "n a", "no answer", "idk"))
_ARTICLE = re.compile(r"^(?:the|a|an) ")
_PARENTHESIS = re.compile(r"\s*\(([^()]*)\)")
_NEGATION = re.compile(r"\b(?:not|never|no longer|neither|nor)\b|n't\b", re.IGNORECASE)
_YEAR_LIKE = re.compile(r"[12]\d{3}")
_WORDY = 30
"""Words from which on a text is no short answer that could be looked for a value."""
_ROUNDED = Decimal("0.05")
"""How far rounding may move a value: to 6.4 million from 6,371,000, not to 1 from 0.7 billion."""


def abstains(said: str) -> bool:
    """Whether an answer says that it does not know."""
    plain = squeeze(said)
    return normalise(plain) in _BARE_ABSTENTIONS or _ABSTAINS.search(plain) is not None


@lru_cache(maxsize=20_000)
def aliases(value: str) -> tuple[str, ...]:
    """Names of a value in normal form, its own first: without a remark in parentheses, and such a
    remark alone where it is the short form of the rest ("United Nations (UN)").
    """
    plain = _PARENTHESIS.sub("", value).strip()
    found = [value, plain or value]
    for remark in _PARENTHESIS.findall(value):
        if re.fullmatch(r"[A-Z]{2,8}", remark) and remark.casefold() == _initials(plain):
            found.append(remark)
    return tuple(dict.fromkeys(filter(None, map(_plain, found))))


def match_of(said: str, value: str, rivals: Sequence[str] = ()) -> Match:
    """How an answer agrees with a value. One that names a rival value, or denies, does not."""
    names, text = aliases(value), _plain(said)
    if not text or not names:
        return ""
    if text == names[0]:
        return "exact"
    if text in names:
        return "alias"
    if len(text.split()) > _WORDY or _denies(said, value) or _names_any(text, names, rivals):
        return ""
    if same_value(said, value):
        return "numeric"
    # A number or date inside a sentence is read with its unit, so it is no match of letters.
    if _numbers(value) or _dates(value):
        return ""
    return "contained" if any(_holds(text, name) for name in names) else ""


def same_value(said: str, value: str) -> bool:
    """Whether every number and date of a value is given and no rival beside it: numbers in any unit
    of their kind and as far rounded as their digits show but never by more than 5 %, dates in any
    form and as exactly.
    """
    held, given, days = _numbers(value), _numbers(said), _dates(value)
    if _YEAR_LIKE.fullmatch(value) and given:
        # "1422" looks like a year, and "1422 m" shows that it is none.
        return {each.exact for each in given} == {Decimal(value)} and not _dates(said)
    if not (held or days) or not _same_dates(_dates(said), days):
        return False
    # What is left beside the numbers of a value, such as "Apollo 11", must be said as well.
    counted = " ".join([*(q.text for q in held), *(day.text for day in days)])
    if not set(_letters(value)) - set(_letters(counted)) <= set(_letters(said)):
        return False
    return all(any(_same(one, each) for one in given) for each in held) and all(
        any(_same(one, each) for each in held) for one in given if _rival_of(one, held)
    )


def _same_dates(said: Sequence[Date], held: Sequence[Date]) -> bool:
    """Whether all dates of a value are said, and no other beside them."""
    found = all(finding.status == "found" for finding in check_dates(held, said))
    # One by one, since beside the right one a wrong date counts as being about something else.
    return found and not any(check_dates([day], held)[0].status == "conflict" for day in said)


def _same(said: Quantity, held: Quantity) -> bool:
    if said.unit.kind and held.unit.kind and not convertible(said.unit, held.unit):
        return False
    if relation(said, held) != "found":
        return False
    one, two = said.exact, held.exact
    if one is None or two is None or said.unit != held.unit:
        return True
    return abs(one - two) <= _ROUNDED * abs(two)


def _rival_of(said: Quantity, held: Sequence[Quantity]) -> bool:
    """Whether a number could be meant for the value asked for."""
    units = {each.unit for each in held}
    return said.unit in units or any(convertible(said.unit, unit) for unit in units)


@lru_cache(maxsize=20_000)
def _numbers(text: str) -> tuple[Quantity, ...]:
    return tuple(quantities(squeeze(visible(_PARENTHESIS.sub("", text)))))


@lru_cache(maxsize=20_000)
def _dates(text: str) -> tuple[Date, ...]:
    return tuple(dates(text))


def _letters(text: str) -> Iterator[str]:
    return (word for word in _plain(text).split() if word.isalpha() and len(word) > 3)


@lru_cache(maxsize=20_000)
def _plain(text: str) -> str:
    """Normal form without code marks, quotes, accents and a leading article."""
    bare = unaccented(visible(text)).replace("`", "").strip().strip("\"'“”‘’.,;:!*_ ")
    return _ARTICLE.sub("", normalise(bare)) if bare else ""


def _holds(text: str, name: str) -> bool:
    return f" {name} " in f" {text} "


def _denies(said: str, value: str) -> bool:
    return bool(_NEGATION.search(said)) and not _NEGATION.search(value)


def _names_any(text: str, names: Sequence[str], rivals: Sequence[str]) -> bool:
    """Whether a text names a rival; a rival that is a part of the value itself is none."""
    others = (name for rival in rivals for name in aliases(rival))
    return any(
        _holds(text, other) and not any(_holds(name, other) for name in names) for other in others
    )


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split() if word[0].isupper()).casefold()
