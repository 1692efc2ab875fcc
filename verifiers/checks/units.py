"""Units of measure: how they are written, and what one is in another of the same dimension.

A table of our own: a general library of units reads "5 A" in prose as amperes, and is slow to load.
Currencies are never turned into one another.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from verifiers.wording import stem


class Unit(NamedTuple):
    """What a number counts. A ``kind`` is a dimension; any other noun has none, and a bare number
    has no ``name`` either. A value in the base unit of its kind is ``value * factor + offset``.
    """

    name: str
    kind: str = ""
    factor: Decimal = Decimal(1)
    offset: Decimal = Decimal(0)


BARE = Unit("")
SHARE = Unit("share", "share")
"""The unit of fractions such as "a third", of which a percent is the hundredth part."""

_PREFIXES = """pico p -12|nano n -9|micro µ -6|milli m -3|centi c -2|deci d -1|hecto h 2|kilo k 3
mega M 6|giga G 9|tera T 12|peta P 15""".replace("\n", "|")
_PREFIXED = """metre,meter m length 1|gram,gramme g mass 0.001|litre,liter l,L volume 0.001
second s,sec time 1|watt W power 1|hertz Hz frequency 1|joule J energy 1|pascal Pa pressure 1
byte B data 8|bit bit data 1|volt V voltage 1|ampere,amp A current 1|newton N force 1
calorie,calory cal energy 4.184|parsec - length 3.0857e16|bar bar pressure 1e5
watt-hour,watthour Wh energy 3600|electronvolt eV energy 1.602176634e-19"""
_PLAIN = """inch,inches - length 0.0254|foot,feet ft length 0.3048|yard yd length 0.9144
mile mi length 1609.344|fathom - length 1.8288|furlong - length 201.168
astronomical_unit AU,au length 149597870700|light-year,lightyear ly length 9.4607304725808e15
hectare ha area 1e4|acre ac area 4046.8564224|gallon gal volume 0.003785411784
pint - volume 0.000473176473|quart - volume 0.000946352946|barrel bbl volume 0.158987294928
tonne t mass 1000|metric_ton - mass 1000|ton - mass 1000|pound lb,lbs mass 0.45359237
ounce oz mass 0.028349523125|carat - mass 0.0002
minute min time 60|hour h,hr,hrs time 3600|day d time 86400|week - time 604800
fortnight - time 1209600|month - time 2629746|year yr,yrs time 31556952
decade - time 315569520|century,centuries - time 3155695200|millennium,millennia - time 31556952000
horsepower hp power 745.69987|atmosphere atm pressure 101325|psi psi pressure 6894.757
mmHg mmHg pressure 133.322|knot kn,kt length/time 0.514444|mph mph length/time 0.44704
kph kph,kmh length/time 0.2777777777777778|erg - energy 1e-7|rpm rpm frequency 0.016666667
percent %,pct share 0.01|per_cent - share 0.01|permille,per_mille,per_mill ‰ share 0.001
percentage_point pp points 1|dollar $,US$,USD usd 1|euro €,EUR eur 1|sterling £,GBP gbp 1
yen ¥,JPY,円 jpy 1|yuan RMB,CNY cny 1|rupee ₹,INR inr 1|ruble,rouble RUB rub 1|franc CHF chf 1
kibibyte KiB data 8192|mebibyte MiB data 8388608|gibibyte GiB data 8589934592
tebibyte TiB data 8796093022208|kelvin K temperature 1|light-minute - length 17987547480"""
_POWERS = {"sq": 2, "square": 2, "cu": 3, "cubic": 3, "²": 2, "³": 3, "^2": 2, "^3": 3}
_POWERS |= {"2": 2, "3": 3}
_SPACES = {("length", 2): "area", ("length", 3): "volume"}
_WARMTH = {
    "c": Unit("celsius", "temperature", Decimal(1), Decimal("273.15")),
    "f": Unit("fahrenheit", "temperature", Decimal(5) / 9, Decimal("459.67") * 5 / 9),
    "k": Unit("kelvin", "temperature"),
}
_NO_UNIT = frozenset(
    """of in on at to for from by with and or but as is are was were be been the a an than that
which who per after before since until about over between it its he she they his her their not
when if then will would can has had have also under do does did while where""".split()
)
"""Words behind a number that it does not count."""


def _entries(table: str) -> list[tuple[list[str], list[str], str, Decimal]]:
    """Rows of a table: names, symbols, dimension, factor to the base unit."""
    rows = [row.split() for row in table.replace("\n", "|").split("|")]
    return [
        (n.replace("_", " ").split(","), [x for x in s.split(",") if x != "-"], k, Decimal(f))
        for n, s, k, f in rows
    ]


def _tables() -> tuple[dict[str, Unit], dict[str, Unit]]:
    """Units by their names in folded case, and by their symbols, in which case matters."""
    names: dict[str, Unit] = {}
    symbols: dict[str, Unit] = {}
    for words, signs, kind, factor in _entries(_PREFIXED):
        for prefix in ["  0", *_PREFIXES.split("|")]:
            long, short, power = prefix.split(" ") if prefix != "  0" else ("", "", "0")
            unit = Unit(long + words[0], kind, factor.scaleb(int(power)))
            names |= {long + word: unit for word in words}
            symbols |= {short + sign: unit for sign in signs}
    for words, signs, kind, factor in _entries(_PLAIN):
        unit = Unit(words[0], kind, factor)
        names |= dict.fromkeys(words, unit)
        symbols |= dict.fromkeys(signs, unit)
    symbols |= {"KB": symbols["kB"], "μs": symbols["µs"], "Kbit": symbols["kbit"]}
    return names, symbols


_NAMES, _SYMBOLS = _tables()
_AFTER = re.compile(
    r"(?P<gap>[\s-]{0,2})(?:"
    r"(?:°\s?|degrees? )(?P<warm>[CFK]\b|celsius|centigrade|fahrenheit|kelvin)"
    r"|(?P<words>percentage points?|per cent|per mill?e?|metric tons?|astronomical units?"
    r"|pounds sterling)\b"
    r"|(?:(?P<power>sq|square|cu|cubic)\b\.?\s)?(?:U\.?S\.?\s(?=dollar))?"
    r"(?P<unit>[%‰$€£¥₹°]|light-(?:year|minute)s?|[^\W\d_²³]+)(?P<raised>[²³]|\^?[23](?!\w))?"
    r"(?:(?:\s?/\s?|\sper\s)(?:(?P<below>sq|square|cu|cubic)\b\.?\s)?"
    r"(?P<per>[^\W\d_²³]+)(?P<under>[²³]|\^?[23](?!\w))?)?)",
    re.IGNORECASE,
)


class Read(NamedTuple):
    """A unit as it stands behind a number: the unit and where it ends."""

    unit: Unit
    end: int


def unit_after(text: str, start: int) -> Read | None:
    """The unit or noun behind a number that ends at ``start``; None where the number is a part of
    a word, such as 3D.
    """
    match = _AFTER.match(text, start)
    if match is None:
        return Read(BARE, start)
    if match["warm"]:
        return Read(_WARMTH[match["warm"][0].lower()], match.end())
    if match["words"]:
        words = match["words"].lower()
        known = _NAMES["sterling" if "sterling" in words else words.rstrip("s")]
        return Read(known, match.end())
    raised = match["power"] or match["raised"]
    unit = measure(match["unit"], raised)
    end = match.end("raised" if match["raised"] else "unit")
    below = measure(match["per"], match["below"] or match["under"]) if match["per"] else None
    if unit and below:
        kind = f"{unit.kind}/{below.kind}"
        return Read(
            Unit(f"{unit.name}/{below.name}", kind, unit.factor / below.factor), match.end()
        )
    if unit:
        return Read(unit, end)
    word = match["unit"].casefold()
    if not match["gap"]:
        return None if word[:1].isalpha() else Read(BARE, start)
    if word in _NO_UNIT or (match["gap"] != " " and "-" not in match["gap"]):
        return Read(BARE, start)
    return Read(Unit(stem(word)), end)


@lru_cache(maxsize=10_000)
def measure(word: str, raised: str | None = None) -> Unit | None:
    """The unit of measure that a word or sign names, squared or cubed; None for other words."""
    folded = word.casefold()
    single = folded[:-1] if folded.endswith("s") else folded
    unit = _SYMBOLS.get(word) or _NAMES.get(folded) or _NAMES.get(single)
    if unit is None or not raised:
        return unit
    power = _POWERS[raised.casefold()]
    kind = _SPACES.get((unit.kind, power), f"{unit.kind}^{power}")
    return Unit(f"{unit.name}^{power}", kind, unit.factor**power)


def convertible(one: Unit, two: Unit) -> bool:
    """Whether both measure the same dimension. Plain "pounds" may be of mass or of money."""
    pounds = {one.name, two.name} == {"pound", "sterling"}
    return bool(one.kind) and (one.kind == two.kind or pounds)


def converted(value: Decimal, unit: Unit, into: Unit) -> Decimal:
    """A value in another unit of its dimension."""
    if unit.name == into.name or unit.kind != into.kind:
        return value
    return (value * unit.factor + unit.offset - into.offset) / into.factor
