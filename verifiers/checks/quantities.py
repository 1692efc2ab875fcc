"""Numbers with their units and magnitudes: 1.2 million is 1,200,000, and 12 % is 12 percent.

A claim may round as far as its own digits go: "6.4 million" holds for 6,371,000, and "about
6,400 km" for 6,371 km; without a word such as "about", trailing zeros count as digits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal

from verifiers.checks.dates import without_dates
from verifiers.checks.findings import Finding
from verifiers.wording import STOP, stem

_SCALE = {
    "hundred": 2,
    "thousand": 3,
    "million": 6,
    "billion": 9,
    "trillion": 12,
    "quadrillion": 15,
}
_WORDS = dict(
    zip(
        """zero one two three four five six seven eight nine ten eleven twelve""".split(),
        range(13),
        strict=True,
    )
)
_UNIT = {
    "%": "percent",
    "per cent": "percent",
    "percent": "percent",
    "$": "usd",
    "us$": "usd",
    "dollar": "usd",
    "€": "eur",
    "euro": "eur",
    "£": "gbp",
    "km": "kilomet",
    "kilometre": "kilomet",
    "m": "met",
    "metre": "met",
    "cm": "centimet",
    "mm": "millimet",
    "kg": "kilogram",
    "g": "gram",
    "t": "tonn",
    "ton": "tonn",
    "h": "hour",
    "min": "minut",
    "s": "second",
    "sec": "second",
    "k": "kelvin",
    "°c": "celsius",
    "°": "degre",
    "au": "au",
}
_NUMBER = re.compile(
    r"(?P<money>US\$|[$€£])?\s?"
    r"(?P<number>(?<![\w.,-])-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\w.,])-?\d+(?:\.\d+)?"
    r"|(?<!\w)(?:" + "|".join(_WORDS) + r")(?!\w))"
    r"(?:\s?[×x]\s?10\^?(?P<power>-?\d{1,3}(?!\d)))?"
    r"(?:[\s-](?P<scale>hundred|thousand|million|billion|trillion|quadrillion)\b)?"
    r"(?:[\s-]?(?P<unit>%|per cent\b|°C|°|(?:sq|cu|square|cubic)\.? [a-z]+"
    r"|[A-Za-z]+(?:/[a-z]+|²|³)?))?",
    re.IGNORECASE,
)
_WIDE = Context(prec=20_000)
"""Room for every number a text can hold, since rounding beyond the precision is an error."""
_HEDGE = re.compile(
    r"(?:about|around|approximately|roughly|nearly|almost|some|over|more than|circa|ca\.|~)\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as written (``text``), its value, its last significant place and its unit's stem."""

    text: str
    value: Decimal
    place: Decimal
    unit: str


def quantities(text: str) -> list[Quantity]:
    """All numbers of a text that are not part of a name, a date or a list mark."""
    found = []
    plain = without_dates(text.replace("−", "-"))
    for match in _NUMBER.finditer(plain):
        raw = match["number"]
        spelled = raw.casefold() in _WORDS
        unit = _unit(match["money"] or match["unit"] or "")
        if (spelled and not (match["scale"] or unit)) or _names_something(match, plain, unit):
            continue
        digits = Decimal(_WORDS[raw.casefold()]) if spelled else Decimal(raw.replace(",", ""))
        shift = _SCALE.get((match["scale"] or "").casefold(), 0) + int(match["power"] or 0)
        places = len(raw.partition(".")[2]) if not spelled else 0
        if not places and _HEDGE.search(plain[: match.start()]):
            places = -(len(raw) - len(raw.rstrip("0,")) - raw[len(raw.rstrip("0,")) :].count(","))
        found.append(
            Quantity(
                match.group(0).strip(),
                digits.scaleb(shift),
                Decimal(1).scaleb(shift - places),
                unit,
            )
        )
    return found


def check_quantities(claim: Sequence[Quantity], evidence: Sequence[Quantity]) -> list[Finding]:
    """One finding per quantity of the claim."""
    return [_check(quantity, evidence) for quantity in claim]


def _check(wanted: Quantity, evidence: Sequence[Quantity]) -> Finding:
    alike = [held for held in evidence if _same_kind(wanted, held)]
    if any(_agree(wanted, held) for held in alike):
        return Finding("quantity", wanted.text, "found")
    # A value that the claim gives elsewhere is no rival of this one.
    rivals = [held for held in alike if held.unit == wanted.unit]
    if rivals:
        return Finding("quantity", wanted.text, "conflict", f"the source has {rivals[0].text}")
    return Finding("quantity", wanted.text, "missing")


def _same_kind(one: Quantity, two: Quantity) -> bool:
    return one.unit == two.unit or not one.unit or not two.unit or _is_noun(one) or _is_noun(two)


def _is_noun(quantity: Quantity) -> bool:
    """Whether what follows the number is any word rather than a unit of measure."""
    return quantity.unit not in _MEASURES and quantity.unit[:3] not in ("sq ", "cu ")


def _agree(claim: Quantity, held: Quantity) -> bool:
    if claim.value == held.value:
        return True
    coarser = claim.place > held.place
    return (
        coarser
        and claim.value == held.value.quantize(claim.place, context=_WIDE)
        and claim.value != 0
    )


def _names_something(match: re.Match[str], text: str, unit: str) -> bool:
    """Whether a number belongs to the name in front of it, as in Voyager 2 or Pad 41."""
    before = re.search(r"\b([A-Z][\w'’-]+) $", text[: match.start("number")])
    small = match["number"].isdigit() and len(match["number"]) <= 3
    plain = not match["scale"] and unit not in _MEASURES
    return bool(before and small and plain and before.group(1).casefold() not in _NO_NAMES)


def _unit(raw: str) -> str:
    folded = raw.casefold()
    area = re.fullmatch(r"(sq|cu|square|cubic)\.? (\w+)", folded)
    if area:
        return f"{area.group(1)[:2]} {_unit(area.group(2))}"
    if folded[-1:] in "²³" and folded:
        return f"{'sq' if folded[-1] == '²' else 'cu'} {_unit(folded[:-1])}"
    singular = folded[:-1] if folded.endswith("s") and len(folded) > 3 else folded
    known = _UNIT.get(folded) or _UNIT.get(singular)
    return known or ("" if folded in _NO_UNIT else stem(folded))


_NO_NAMES = STOP | frozenset("around approximately roughly nearly almost".split())
_NO_UNIT = frozenset(
    """of in on at to for from by with and or but as is are was were the a an than that which
per after before since until about over under between it its not when if then""".split()
)
_MEASURES = frozenset(_UNIT.values()) | frozenset(
    stem(word)
    for word in """day hour minute second week month year mile foot feet inch kelvin celsius
fahrenheit litre liter watt volt hertz pascal bar newton joule byte bit degree kilometer meter gram
kilogram tonne percent""".split()
)
