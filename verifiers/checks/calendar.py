"""How dates are written: reads every date of a text, and the text that is left without them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import NamedTuple

from verifiers.checks import numbers
from verifiers.checks.units import measure

Span = tuple[int, int]


class Parts(NamedTuple):
    """First and last year, month, day and season that a date can mean; None is unknown. Years
    before Christ are negative.
    """

    year: Span | None
    month: Span | None = None
    day: Span | None = None
    season: Span | None = None


class Date(NamedTuple):
    """A date as written and what it can mean. ``between`` is the time from one end of a range to
    the other, which names none of its years.
    """

    readings: tuple[Parts, ...]
    text: str
    between: bool = False


class Reading(NamedTuple):
    """The dates of a text in order, and the text with blanks in their place."""

    dates: tuple[Date, ...]
    rest: str


_MONTHS = """january february march april may june july august september october november
december""".split()
_MONTH = "(?P<name>" + "|".join(f"{m[:3]}(?:t|{m[3:]})?" for m in _MONTHS) + r")\.?"
_YEAR = r"(?P<y>1\d{3}|2[01]\d{2})(?!\d|[.,]\d)"
_DAY = r"(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_DAYS = rf"(?:(?P<d0>\d{{1,2}})(?:st|nd|rd|th)?\s?(?:[-–]|to|and)\s?)?{_DAY}"
_COMMA = r"(?:\s?,)?\s"
_SEASONS = {"spring": 1, "summer": 2, "autumn": 3, "fall": 3, "winter": 4}
_BC = r"B\.?\s?C\.?(?:\s?E\b\.?)?"
_AD = r"(?:A\.?D\b\.?|C\.?E\b\.?)"
_QUARTER = r"(?P<q>first|second|third|fourth|1st|2nd|3rd|4th)"
_THIS_CENTURY = 2000
_ANCHOR = re.compile(
    rf"\b(?:(?P<count>\d{{1,3}}|{numbers.SPELLED})\s(?P<unit>year|decade)s?\s"
    r"(?P<way>later|earlier|afterwards?|before\sthat|after\sthat)"
    r"|(?:the|that)\s(?P<step>following|next|previous|preceding|same)\syear)\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"(?P<gap>[\s-]?)(?P<word>[^\W\d_]+|[%‰°])")
_WHEN = re.compile(
    r"\b(?:in|since|by|until|till|of|from|to|and|or|the|a|an|during|before|after|around|circa|year"
    r"|early|late|mid|this|spring|summer|autumn|fall|winter)[\s-]$",
    re.IGNORECASE,
)
_LOWER = re.compile(r"(?<![A-Z])[a-z]\s$")
_NO_PLURAL = frozenset("was is has does as its this us his thus besides across towards".split())


def _whole(match: re.Match[str]) -> list[Date]:
    """A date with a month; of "5-7 July" both days."""
    groups = match.groupdict()
    month = int(groups["m"]) if groups.get("m") else _month(groups["name"])
    year = _point(groups.get("y"))
    if not 1 <= month <= 12:
        return []
    days = [groups.get("d0"), groups.get("d")] if groups.get("d0") else [groups.get("d")]
    text = match.group(0)
    return [Date((Parts(year, (month, month), _point(day)),), text) for day in days]


def _month(name: str) -> int:
    return next(i for i, month in enumerate(_MONTHS, 1) if month[:3] == name[:3].casefold())


def _point(raw: str | None) -> Span | None:
    return (int(raw), int(raw)) if raw else None


def _numeric(match: re.Match[str]) -> list[Date]:
    """A date such as 05/07/1962, of which the day may be the first or the second number."""
    one, two, year = int(match["a"]), int(match["b"]), _point(match["y"])
    pairs = {(one, two), (two, one)}
    readings = [Parts(year, (m, m), (d, d)) for d, m in sorted(pairs) if m <= 12 and 0 < d <= 31]
    return [Date(tuple(readings), match.group(0))] if readings else []


def _quarter(match: re.Match[str]) -> list[Date]:
    rank = match["q"].casefold()
    last = 3 * (int(rank) if rank.isdigit() else numbers.ordinal(rank))
    return [Date((Parts(_point(match["y"]), (last - 2, last)),), match.group(0))]


def _season(match: re.Match[str]) -> list[Date]:
    season = _SEASONS[match["season"].casefold()]
    return [Date((Parts(_point(match["y"]), season=(season, season)),), match.group(0))]


def _centuries(match: re.Match[str]) -> list[Date]:
    ranks = [numbers.ordinal(match[name]) for name in ("one", "two") if match[name]]
    spans = [(-100 * n, -100 * n + 99) if match["bc"] else (100 * n - 99, 100 * n) for n in ranks]
    return [Date((Parts(span),), match.group(0)) for span in spans]


def _decade(match: re.Match[str]) -> list[Date]:
    raw = match["decade"]
    starts = [int(raw)] if len(raw) == 4 else [1900 + int(raw), _THIS_CENTURY + int(raw)]
    return [Date(tuple(Parts((start, start + 9)) for start in starts), match.group(0))]


def _era(match: re.Match[str]) -> list[Date]:
    """Years before or after Christ. Of "264-146 BC" both are before."""
    signs = [-1 if match["bc"] or match["bc0"] else 1, -1 if match["bc"] else 1]
    years = [
        int(raw) * sign for raw, sign in zip((match["y0"], match["y"]), signs, strict=True) if raw
    ]
    return _ends(years, match.group(0))


def _after_christ(match: re.Match[str]) -> list[Date]:
    return _ends([int(match["y"])], match.group(0))


def _range(match: re.Match[str]) -> list[Date]:
    """Both ends of a range of years; the second may leave out its century."""
    first, last = int(match["y"]), match["last"]
    end = int(last) if len(last) == 4 else first - first % 100 + int(last)
    if end > first:
        return _ends([first, end], match.group(0))
    if len(last) == 2 and 1 <= int(last) <= 12:
        return [Date((Parts((first, first), (int(last), int(last))),), match.group(0))]
    return []


def _ends(years: list[int], text: str) -> list[Date]:
    found = [Date((Parts((year, year)),), text) for year in years]
    if len(years) == 2 and years[0] < years[1]:
        found.append(Date((Parts((years[0], years[1])),), text, between=True))
    return found


def _year(match: re.Match[str]) -> list[Date]:
    return [] if _is_count(match) else [Date((Parts(_point(match["y"])),), match.group(0))]


def _is_count(match: re.Match[str]) -> bool:
    """Whether four digits count something: 1990 km, or "2000 people" where no year is expected."""
    text, follows = match.string, _COUNTED.match(match.string, match.end())
    if follows is None:
        return False
    word = follows["word"]
    if measure(word) and (len(word) > 1 or not follows["gap"] or word.islower()):
        return True
    if word.casefold() in ("million", "billion", "thousand", "people"):
        return word == "people" or follows["gap"] == " "
    plural = word.islower() and word[-1] == "s" and word[-2:] != "ss" and word not in _NO_PLURAL
    # A name may stand in front of a year: "the FIFA 2014 champions".
    before = max(match.start() - 8, 0)
    counting = _LOWER.search(text, before, match.start()) is not None
    return plural and counting and not _WHEN.search(text, before, match.start())


_Reader = Callable[[re.Match[str]], list[Date]]
_FORMS: tuple[tuple[str, str, _Reader], ...] = (
    # What a text must hold to be looked through, the form, and how it is read.
    (
        "digit",
        r"\b(?P<y>[12]\d{3})-(?P<m>\d{2})-(?P<d>\d{2})(?!\d)"
        r"(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?",
        _whole,
    ),
    (
        "digit",
        rf"(?<![\d./])(?P<a>\d{{1,2}})(?P<sep>[/.-])(?P<b>\d{{1,2}})(?P=sep){_YEAR}",
        _numeric,
    ),
    ("month", rf"\b{_DAYS}(?: of)? {_MONTH}{_COMMA}{_YEAR}", _whole),
    ("month", rf"\b{_MONTH} {_DAYS}{_COMMA}{_YEAR}", _whole),
    ("month", rf"\b{_MONTH}(?: of{_COMMA}|{_COMMA}){_YEAR}", _whole),
    ("month", rf"(?<![\d.,]){_DAYS}(?: of)? {_MONTH}(?!\w)", _whole),
    ("month", rf"\b{_MONTH} {_DAYS}\b(?![,.]?\d)", _whole),
    ("quarter", rf"\bQ(?P<q>[1-4])(?: of |[ /-])?{_YEAR}", _quarter),
    ("quarter", rf"\b{_YEAR}[ -]?Q(?P<q>[1-4])\b", _quarter),
    ("quarter", rf"\b{_QUARTER} quarter of (?:the year )?{_YEAR}", _quarter),
    ("season", rf"\b(?P<season>spring|summer|autumn|fall|winter)(?: of|,)? {_YEAR}", _season),
    (
        "centur",
        rf"\b(?P<one>{numbers.ORDINAL})(?:(?:[-–]|\s(?:to|and|or)\s)(?P<two>{numbers.ORDINAL}))?"
        rf"[\s-]centur(?:y|ies)(?:\s(?P<bc>{_BC})|\s{_AD})?",
        _centuries,
    ),
    ("digit", r"(?:\b(?=[12])|['’](?=\d0))(?P<decade>[12]\d{2}0|\d0)(?:\s?['’]\s?)?s\b", _decade),
    (
        "era",
        rf"(?<![\w.,])(?:(?P<y0>\d{{1,4}})(?:\s(?P<bc0>{_BC}))?\s?(?:[-–]|to|and)\s?(?:AD\s)?)?"
        rf"(?P<y>\d{{1,4}})\s(?:(?P<bc>{_BC})|{_AD})(?!\w)",
        _era,
    ),
    ("era", r"\bA\.?D\.?\s(?P<y>\d{1,4})(?![\w,])", _after_christ),
    (
        "digit",
        rf"(?<![\d.,$€£-]){_YEAR}\s?[-–/]\s?(?P<last>[12]\d{{3}}|\d{{2}})(?!\w|[-/.,]\d)",
        _range,
    ),
    (
        "digit",
        rf"\b(?:from|between) {_YEAR} (?:to|and|until|till|through) "
        r"(?P<last>[12]\d{3})(?!\w|[.,]\d)",
        _range,
    ),
    ("digit", rf"(?<![\d.,$€£])(?<!\d[-–])(?<!\s-){_YEAR}", _year),
)
_HINTS = {
    "digit": re.compile(r"\d\d"),
    "month": re.compile("|".join(month[:3] for month in _MONTHS), re.IGNORECASE),
    "quarter": re.compile(r"quarter|Q[1-4]", re.IGNORECASE),
    "season": re.compile("|".join(_SEASONS), re.IGNORECASE),
    "centur": re.compile("centur", re.IGNORECASE),
    "era": re.compile(r"\bB\.?\s?C|\bA\.?D|\bC\.?E"),
}
_PATTERNS = tuple((hint, re.compile(form, re.IGNORECASE), how) for hint, form, how in _FORMS)


@lru_cache(maxsize=4_096)
def read(text: str) -> Reading:
    """All dates of a text; a longer form hides the shorter ones inside it."""
    present = {name for name, hint in _HINTS.items() if hint.search(text)}
    found: list[tuple[int, Date]] = []
    left = text
    for hint, pattern, how in _PATTERNS:
        if hint in present:
            left = pattern.sub(partial(_taken, how, found), left)
    left = _resolved(left, sorted(found, key=lambda item: item[0]), found)
    return Reading(tuple(date for _, date in sorted(found, key=lambda item: item[0])), left)


def _taken(how: _Reader, found: list[tuple[int, Date]], match: re.Match[str]) -> str:
    """Blanks for a date, which is added to those found; what is none stays as it is."""
    dates = how(match)
    found += [(match.start(), date) for date in dates]
    return " " * len(match.group(0)) if dates else match.group(0)


def _resolved(text: str, before: list[tuple[int, Date]], found: list[tuple[int, Date]]) -> str:
    """Takes years told from the date in front of them ("three years later")."""

    def moved(match: re.Match[str]) -> list[Date]:
        anchor = [date for start, date in before if start < match.start()]
        year = _year_of(anchor[-1]) if anchor else None
        if year is None:
            return []
        there = year + _years(match)
        return [Date((Parts((there, there)),), match.group(0))]

    return _ANCHOR.sub(partial(_taken, moved, found), text) if before else text


def _year_of(date: Date) -> int | None:
    year = date.readings[0].year
    return year[0] if year and year[0] == year[1] else None


def _years(match: re.Match[str]) -> int:
    if match["step"]:
        step = match["step"].casefold()
        return 0 if step == "same" else 1 if step in ("following", "next") else -1
    raw = match["count"]
    count = int(raw) if raw.isdigit() else int(numbers.in_words(raw))
    count *= 10 if match["unit"].casefold() == "decade" else 1
    return -count if match["way"].casefold() in ("earlier", "before that") else count
