"""Numbers with their units and magnitudes: 1.2 million is 1,200,000, and 12 % is 12 percent.

A number may be one value, a range ("10-15 km"), or a bound ("more than 300"). What a text rounds
is read with it: "6.4 million" is known to a hundred thousand, "about 6,400" to a hundred; without
a word such as "about", trailing zeros count as digits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from verifiers.checks import numbers
from verifiers.checks.dates import without_dates
from verifiers.checks.units import BARE, SHARE, Unit, convertible, measure, unit_after
from verifiers.wording import STOP

_LONGEST = 60
"""Digits from which on a number is an identifier."""
_NUMBER = re.compile(
    # Only digits, signs and first letters of words are looked at.
    r"(?=[\d.$€£¥₹-]|\b[a-jl-oqs-uz])"
    r"(?:(?P<money>(?:US|A|C)?\$|[€£¥₹]|\b(?:USD|EUR|GBP|JPY|CNY|INR|CHF)\b)\s?)?"
    r"(?:(?<![\w.,)\]-])(?P<sign>-|minus\s)(?=[\d.]))?"
    rf"(?:(?<![\w.,])(?<![A-Za-z]-)(?P<written>{numbers.WRITTEN})"
    rf"|\b(?:(?P<share>{numbers.FRACTION})|(?P<spelled>{numbers.SPELLED})))"
    rf"(?:{numbers.POWER})?{numbers.MAGNITUDE}",
    re.IGNORECASE,
)
_SHARE_AFTER = re.compile(r"\s(?:of|the|an?|its|their|all)\b", re.IGNORECASE)
_IDENTIFIER = re.compile(
    r"\bv?\d+(?:\.(?!\d{3}\b)\d+|\.\d{3}(?=\.\d{1,2}\b))(?:\.\d+)+\b|^\s*\d{1,3}[.)]\s",
    re.MULTILINE | re.IGNORECASE,
)
"""Numbers of versions and of the points of a list."""
_CLOCK = re.compile(
    r"(?<![\w.,:])(?P<hour>[01]?\d|2[0-4])(?::(?P<minute>[0-5]\d)(?::[0-5]\d)?"
    r"(?:\s?(?P<half>[ap])\.?m\b\.?)?|\s?(?P<mark>[ap])\.?m\b\.?)(?![:\d])",
    re.IGNORECASE,
)
_CLOCK_TIME = Unit("clock", "clock")
_BEFORE = re.compile(
    r"(?:\b(?P<least>at least|no (?:fewer|less) than|not less than|a minimum of)"
    r"|\b(?P<over>over|more than|above|exceed(?:s|ed|ing)?|upwards of|greater than)"
    r"|\b(?P<most>at most|up to|no more than|not more than|a maximum of)"
    r"|\b(?P<under>under|less than|fewer than|below)"
    r"|(?P<about>\b(?:about|around|approximately|approx\.?|roughly|nearly|almost|some|circa|ca?\."
    r"|close to|an estimated)|~))\s*$",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"\s?(?P<least>\+|or (?:more|older|over|above|higher|greater)\b|and (?:more|older|over)\b)"
    r"|\s?(?P<most>or (?:less|fewer|younger|under|below|lower)\b|and (?:younger|under)\b)",
    re.IGNORECASE,
)
_ONLY = re.compile(r"\b(?:only|just|exactly|single)\s$", re.IGNORECASE)
"""What makes a number of "one", which else is an article."""
_CAPITAL = re.compile(r"\b([A-Z][\w'’-]+) $")
_JOINED = re.compile(r"\s?[-–—]\s?|\s(?:to|through)\s", re.IGNORECASE)
_FROM = re.compile(r"\b(?P<word>between|from)\s$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as written, from ``low`` to ``high`` (None is no limit), in units of ``unit``.

    ``place`` is the worth of its last significant digit; ``strict`` says that a bound is not
    reached; ``hedged`` that it is said to be near.
    """

    text: str
    low: Decimal | None
    high: Decimal | None
    place: Decimal
    unit: Unit
    strict: bool = False
    hedged: bool = False

    @property
    def exact(self) -> Decimal | None:
        """The value of a number that is neither a range nor a bound."""
        return self.low if self.low == self.high else None


class _Found(NamedTuple):
    quantity: Quantity
    start: int
    end: int
    scale: int


def quantities(text: str) -> list[Quantity]:
    """All numbers of a text that are not part of a name, a date, a version or a list mark."""
    return _read(text, ends=False)


def held_quantities(text: str) -> list[Quantity]:
    """The numbers that a piece of evidence holds; of "from 10 to 15" both ends, too, since it may
    tell of a change.
    """
    return _read(text, ends=True)


def _read(text: str, ends: bool) -> list[Quantity]:
    plain = without_dates(text).replace("−", "-")
    plain = _IDENTIFIER.sub(lambda match: " " * len(match.group(0)), plain)
    clock = (
        [_clock(match) for match in _CLOCK.finditer(plain)] if "m" in plain or ":" in plain else []
    )
    if clock:
        plain = _CLOCK.sub(lambda match: " " * len(match.group(0)), plain)
    return _ranged(plain, _numbers(plain, ends), ends) + clock


def _clock(match: re.Match[str]) -> Quantity:
    hour, half = int(match["hour"]), (match["half"] or match["mark"] or "").casefold()
    hour = hour % 12 + 12 * (half == "p") if half else hour
    value = Decimal(60 * hour + int(match["minute"] or 0))
    return Quantity(match.group(0), value, value, Decimal(1), _CLOCK_TIME)


def _numbers(text: str, held: bool) -> list[_Found]:
    found: list[_Found] = []
    for match in _NUMBER.finditer(text):
        if text[match.start() - 1 : match.start()] == "^" and found:
            continue  # the exponent of the unit before it, as in m/s^2
        read = unit_after(text, match.end())
        if read is None or len(match.group(0)) > _LONGEST:
            continue
        unit = _money(match["money"]) or read.unit
        end = read.end
        if match["share"]:
            if not _is_share(match, text):
                continue
            unit, end = SHARE, match.end()
        elif _is_no_number(match, text, unit, held):
            continue
        found.append(_found(match, text, unit, end))
    return found


def _found(match: re.Match[str], text: str, unit: Unit, end: int) -> _Found:
    value, place = _value(match)
    scale = numbers.magnitude(match["scale"] or match["letter"] or match["short"] or "")
    shift = scale + numbers.power(match["power"])
    value, place = value.scaleb(shift), place.scaleb(shift)
    value = -value if match["sign"] else value
    before = _BEFORE.search(text, max(match.start() - 20, 0), match.start())
    written = text[match.start() : end].strip()
    quantity = Quantity(written, value, value, place, unit)
    behind = _BEHIND.match(text, end)
    for bound in (before, behind):
        if bound:
            quantity = _bounded(quantity, bound)
    return _Found(quantity, match.start(), behind.end() if behind else end, scale)


def _value(match: re.Match[str]) -> tuple[Decimal, Decimal]:
    """A number's value without its magnitude, and what its last significant digit is worth."""
    if match["share"]:
        return numbers.fraction(match), Decimal("0.02")
    if match["written"]:
        value = numbers.digits(match["written"])
        return value, Decimal(1).scaleb(int(value.as_tuple().exponent))
    value = numbers.in_words(match["spelled"])
    last = re.split(r"[\s-]", match["spelled"])[-1]
    return value, Decimal(1).scaleb(
        numbers.magnitude(last) - ("half" in match["spelled"].casefold())
    )


def _bounded(quantity: Quantity, bound: re.Match[str]) -> Quantity:
    """A number with the word before or behind it that makes it a bound or a rough value."""
    kind, written = bound.lastgroup, quantity.text
    written = f"{bound.group(0).strip()} {written}" if bound.re is _BEFORE else written
    if kind == "about":
        return replace(quantity, text=written, place=_rough(quantity), hedged=True)
    strict = kind in ("over", "under")
    if kind in ("least", "over"):
        return replace(quantity, text=written, high=None, strict=strict)
    return replace(quantity, text=written, low=None, strict=strict)


def _rough(quantity: Quantity) -> Decimal:
    """What the last digit of a rough number is worth; a five in the end stands for a half step."""
    value = quantity.low or Decimal(0)
    bare = value.normalize()
    place = max(quantity.place, Decimal(1).scaleb(int(bare.as_tuple().exponent))) if bare else value
    half = bare and bare.as_tuple().digits[-1] == 5 and len(bare.as_tuple().digits) > 1
    return (place * 5 if half else place) or quantity.place


def _ranged(text: str, found: list[_Found], ends: bool) -> list[Quantity]:
    """Numbers of a text in order, two that are joined to a range as one."""
    kept: list[Quantity] = []
    joined = False
    for one, two in pairwise([*found, None]):
        pair = _range(text, one, two) if one and two and not joined else None
        if pair and one and two:
            kept.append(pair)
            if ends and text[: one.start].endswith(("from ", "From ")):
                kept += [replace(one.quantity, unit=pair.unit), two.quantity]
        elif one and not joined:
            kept.append(one.quantity)
        joined = pair is not None
    return kept


def _range(text: str, one: _Found, two: _Found) -> Quantity | None:
    gap = text[one.end : two.start]
    opened = _FROM.search(text, max(one.start - 9, 0), one.start)
    between = opened is not None and opened["word"].casefold() == "between" and gap == " and "
    low, high = one.quantity.exact, two.quantity.exact
    if low is None or high is None or not (between or _JOINED.fullmatch(gap)):
        return None
    first, second = one.quantity.unit, two.quantity.unit
    if first != second and first != BARE and not (second == BARE or convertible(first, second)):
        return None
    if two.scale and not one.scale and low < 1000:
        low = low.scaleb(two.scale)
    unit = second if first == BARE or second.kind else first
    return Quantity(text[one.start : two.end].strip(), low, high, two.quantity.place, unit)


def _is_share(match: re.Match[str], text: str) -> bool:
    """Whether words such as "a third" name a share rather than a rank or a part of a year."""
    follows = _SHARE_AFTER.match(text, match.end())
    if match["half"]:
        return bool(follows) and not text[: match.start()].endswith(("first ", "second ", "and a "))
    return match["part"].endswith("s") or bool(follows and "of" in follows.group(0))


def _is_no_number(match: re.Match[str], text: str, unit: Unit, held: bool) -> bool:
    """Whether a number belongs to the name in front of it, as in Voyager 2 or Pad 41, or is a
    pronoun, as in "one of them".
    """
    if match["spelled"]:
        small = not re.search(r"[\s-]", match["spelled"]) and not match["scale"]
        alone = small and unit == BARE
        article = small and match["spelled"].casefold() == "one" and not (unit.kind or held)
        start = match.start()
        return alone or (article and not _ONLY.search(text, max(start - 10, 0), start))
    before = re.search(
        r"\b([A-Z][\w'’-]+) $", text[max(match.start("written") - 40, 0) : match.start("written")]
    )
    short = match["written"].isdigit() and len(match["written"]) <= 3
    plain = not match["scale"] and not unit.kind and not match["money"]
    return bool(before and short and plain and before.group(1).casefold() not in _NO_NAMES)


def _money(raw: str | None) -> Unit | None:
    return measure(raw[-1] if raw.endswith("$") else raw) if raw else None


_NO_NAMES = STOP | frozenset("around approximately roughly nearly almost circa".split())
