"""Falsehoods by values: another number, another unit, another date."""

from __future__ import annotations

import random
import re

from generators.corruptions.changes import Change, Place, before, picked
from generators.corruptions.material import SCALE

_MONTHS = """January February March April May June July August September October November
December""".split()
_MONTH = "|".join(f"{month[:3]}(?:{month[3:]})?" for month in _MONTHS)
_YEAR = r"(?<![\w.,$€£–-])(?:1\d{3}|20\d{2})(?![\w,.]?\d|[–-]\d|\s?%|\w)"
DATE = re.compile(
    rf"\b\d{{4}}-\d\d-\d\d\b|\b\d{{1,2}} (?:{_MONTH})(?: \d{{4}})?\b"
    rf"|\b(?:{_MONTH}) \d{{1,2}}(?:, \d{{4}})?\b"
    rf"|\b(?:{_MONTH}) \d{{4}}\b|{_YEAR}"
)
_UNIT = (
    r"square kilomet(?:re|er)s?|sq km|sq miles?|kilomet(?:re|er)s?|km|miles?|met(?:re|er)s?|m|feet"
    r"|ft|cm|mm|kilograms?|kg|tonnes?|tons?|grams?|pounds?|hundred|thousand|million|billion"
    r"|trillion|percent|per cent|%|hours?|minutes?|seconds?|days?|weeks?|months?|years?|bytes?"
    r"|bits?|degrees Celsius|degrees Fahrenheit|°C|°F|litres?|liters?"
)
_PLAIN = r"(?<![\w.`(=/$€£–-])(?<![$€£]\s)\d+(?:,\d{3})*(?:\.\d+)?"
_NUMBER = re.compile(rf"{_PLAIN}(?![\w)`/]|[.,]\d|[–-]\d| to \d| and \d|:\d)")
_MEASURED = re.compile(rf"(?P<number>{_PLAIN})(?P<gap>[\s-]?)(?P<unit>{_UNIT})(?![\w/²³^])")
_BOUND = re.compile(
    r"\b(?:more|less|fewer|greater|higher|lower|larger|smaller|longer|shorter) than(?: about)?\s*$"
    r"|\b(?:at least|at most|up to|under|over|below|above|between|exceed(?:s|ed|ing)?|before|after"
    r"|until|till|by|to|from|through|beyond|within|[a-z]+[- ]to[- ])\s*$",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"\b(?:about|around|approximately|roughly|nearly|almost|some|circa|ca\.|~|estimated at)\s*$",
    re.I,
)
_NAMED = re.compile(
    r"\b(?!(?:In|On|At|By|The|Of|About|Around|Some|Nearly|Almost|Is|Was)\b)[A-Z][\w'’-]*\.? $"
)
_ANOTHER = (
    ("sq km", "sq miles"), ("square kilometres", "square miles"), ("km", "miles"),
    ("kilometres", "miles"), ("m", "km"), ("metres", "kilometres"), ("feet", "metres"),
    ("cm", "mm"), ("mm", "cm"), ("kg", "tonnes"), ("kilograms", "tonnes"), ("tonnes", "kg"),
    ("grams", "kilograms"), ("pounds", "kilograms"), ("hundred", "thousand"),
    ("thousand", "million"), ("million", "billion"), ("billion", "million"),
    ("trillion", "billion"), ("percent", "per mille"), ("per cent", "per mille"), ("%", "‰"),
    ("hours", "days"), ("minutes", "hours"), ("seconds", "minutes"), ("days", "years"),
    ("weeks", "months"), ("months", "years"), ("years", "months"), ("bytes", "bits"),
    ("bits", "bytes"), ("degrees Celsius", "degrees Fahrenheit"), ("°C", "°F"), ("°F", "°C"),
    ("degrees Fahrenheit", "degrees Celsius"), ("litres", "millilitres"), ("ft", "m"),
    ("miles", "km"), ("tons", "kilograms"),
)  # fmt: skip
_UNITS = dict(_ANOTHER)
_LEAST, _LEAST_HEDGED = 0.01, 0.25
"""How far another number is off at least, as a share, so that it is no rounding of the first."""


def number(place: Place, rng: random.Random) -> Change | None:
    """Another number in the prose: near, with a digit changed, or of another size."""
    text, document_id, material = place
    taken = [match.span() for match in DATE.finditer(text)]
    found = [
        match
        for match in _NUMBER.finditer(text)
        if not any(start <= match.start() < end for start, end in taken)
        and not _BOUND.search(before(text, match.start()))
        and not _NAMED.search(before(text, match.start()))
    ]
    match = picked(found, text, rng)
    if match is None:
        return None
    scale = re.match(r"[\s-](hundred|thousand|million|billion|trillion)\b", text[match.end() :])
    times = SCALE[scale.group(1)] if scale else 1
    least = _LEAST_HEDGED if _HEDGE.search(before(text, match.start())) else _LEAST
    old = float(match.group(0).replace(",", ""))
    for _ in range(6):
        new = _another(match.group(0), rng)
        value = float(new.replace(",", ""))
        far = abs(value - old) > least * max(abs(old), abs(value))
        if far and float(f"{value * times:.12g}") not in material.values[document_id]:
            return Change(match.group(0), new, match.start())
    return None


def _another(written: str, rng: random.Random) -> str:
    """Another number written in the same way."""
    value = float(written.replace(",", ""))
    places = len(written.partition(".")[2])
    digits = [i for i, sign in enumerate(written) if sign.isdigit()][:2]
    if value < 100 and not places:
        other = value + rng.choice([1, 2, 3, 7])
    elif rng.random() < 0.5:
        at = rng.choice(digits)
        digit = rng.choice([d for d in "123456789" if d != written[at]])
        return f"{written[:at]}{digit}{written[at + 1 :]}"
    else:
        other = value * rng.choice([0.5, 2, 10])
    comma = "," if "," in written or other >= 10_000 else ""
    return f"{other:{comma}.{places}f}"


def unit(place: Place, rng: random.Random) -> Change | None:
    """The same number in another unit or magnitude."""
    text = place.text
    found = [
        match
        for match in _MEASURED.finditer(text)
        if float(match["number"].replace(",", "")) != 0
        and _other_unit(match["unit"])
        and not _BOUND.search(before(text, match.start()))
    ]
    match = picked(found, text, rng)
    if match is None:
        return None
    new = _other_unit(match["unit"])
    hyphened = match["gap"] == "-" and match["unit"] not in SCALE
    if new is None or hyphened or f"{match['number']} {new}" in text:
        return None
    return Change(match["unit"], new, match.start("unit"))


def _other_unit(written: str) -> str | None:
    spelled = re.sub(r"met(?:re|er)", "metre", written).replace("liter", "litre")
    if spelled in _UNITS:
        return _UNITS[spelled]
    plural = _UNITS.get(f"{spelled}s")
    return plural[:-1] if plural and plural.endswith("s") else None


def date(place: Place, rng: random.Random) -> Change | None:
    """Another year, month or day; what is true "since" a year is not so since an earlier one."""
    text, document_id, material = place
    found = [m for m in DATE.finditer(text) if not _BOUND.search(before(text, m.start()))]
    match = picked(found, text, rng)
    if match is None:
        return None
    old = match.group(0)
    since = bool(
        re.search(r"\bsince\s*(?:early|late|mid-?)?\s*$", before(text, match.start()), re.I)
    )
    held = material.corpus.document[document_id].text
    for _ in range(6):
        new = _other_date(old, since, rng)
        year = re.search(r"\d{4}", new)
        moved = year is not None and year.group(0) not in old
        there = year is not None and float(year.group(0)) in material.values[document_id]
        if new != old and (not there if moved else new.partition(",")[0] not in held):
            return Change(old, new, match.start())
    return None


def _other_date(old: str, since: bool, rng: random.Random) -> str:
    year = re.search(r"\d{4}", old)
    named = re.search(_MONTH, old)
    if year is not None and (since or named is None or rng.random() < 0.5):
        steps = [-1, -2, -3, -7, -10] if since else [-10, -7, -2, -1, 1, 2, 3, 10]
        return old.replace(year.group(0), str(int(year.group(0)) + rng.choice(steps)))
    if named is None:
        return old
    whole = [month for month in _MONTHS if month[:3] != named.group(0)[:3]]
    month = rng.choice(whole)
    return old.replace(named.group(0), month if len(named.group(0)) > 3 else month[:3])
