"""Arithmetic that a claim states, recomputed exactly: "17 * 24 = 408", "12 % of 250 is 30".

A result may be rounded where the exact one has no end, or where the claim says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from verifiers.execution.expressions import NUMBER, square_root, value
from verifiers.verdicts import Decided
from verifiers.wording import content

_LONGEST_TEXT = 5_000
"""Characters of a claim that is looked through; nothing longer is one claim."""
_SHORT_DECIMALS = 3
"""Decimals up to which an exact result is expected rather than a rounded one."""
_SIDE = r"[-+\d(√.$€£][-+\d\s.,*/×·÷^%()²³√x$€£]*"
_EQUATION = re.compile(rf"(?<![\w.]){_SIDE}(?:(?:=|≈)\s*{_SIDE})+")
_RESULT = (
    r"(?:is equal to|is|was|are|equals|gives|makes|yields|=|comes to)\s+"
    rf"(?:about\s|approximately\s|roughly\s)?(?P<result>[-−]?[$€£]?{NUMBER})(?P<percent>\s?%)?"
    r"(?=\s*(?:[.;:!?)]*$|[.,;:)]\s|(?:and|so|but)\b))"
)
_NUMBERS = rf"(?P<numbers>[-−]?{NUMBER}(?:(?:,\s+|,?\s+(?:and|from|by)\s+)[-−]?{NUMBER}){{1,20}})"
_SHARE = re.compile(
    rf"(?P<share>{NUMBER}\s?(?:%|percent|per cent)|\d{{1,6}}/\d{{1,6}}|half|one third|two thirds"
    rf"|one quarter|a quarter|a third|three quarters)\s+of\s+(?P<whole>[$€£]?{NUMBER})\s+{_RESULT}",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:the\s+)?(?P<name>sum|product|difference|quotient|average|mean)\s+(?:of|between)\s+"
    rf"{_NUMBERS}\s+{_RESULT}",
    re.IGNORECASE,
)
_ROOT = re.compile(
    rf"(?:the\s+)?(?P<name>square root|square|cube)\s+of\s+(?P<number>{NUMBER})\s+{_RESULT}",
    re.IGNORECASE,
)
_SPOKEN = re.compile(
    rf"(?P<left>{NUMBER})\s+(?P<name>plus|minus|times|multiplied by|divided by)\s+"
    rf"(?P<right>{NUMBER})\s+{_RESULT}",
    re.IGNORECASE,
)
_PARTS = {"half": (1, 2), "one third": (1, 3), "a third": (1, 3), "two thirds": (2, 3)}
_PARTS |= {"one quarter": (1, 4), "a quarter": (1, 4), "three quarters": (3, 4)}
_SIGNS = {"plus": "+", "minus": "-", "times": "*", "multiplied by": "*", "divided by": "/"}
_NEAR = re.compile(r"≈|\b(?:about|approximately|roughly|rounded)\b", re.IGNORECASE)
_FRAME = frozenset(
    content(
        """so therefore thus hence because since result results answer total calculation calculate
we get gives equals equal is are the that means sum first then finally compute check step i.e."""
    )
)
_OPEN = re.compile(r"[-+*/×·÷^%=<>]\s*$")
_GOES_ON = re.compile(r"\w|\s*(?:remainder|rem\b|r\b|mod\b|=)", re.IGNORECASE)
_COMPUTES = re.compile(r"\S\s*[-+*/×·÷^%²³x]|√")
_OTHER_BASE = re.compile(r"\b(?:binary|octal|hex\w*|base|mod|modulo|clock)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Equation:
    """A statement of arithmetic with its span in the text; ``right`` is what is stated."""

    start: int
    end: int
    left: Fraction
    right: Fraction
    stated: str
    near: bool

    @property
    def holds(self) -> bool:
        """Whether both sides are equal, or the right one is the left one rightly rounded."""
        if self.left == self.right:
            return True
        decimals = len(self.stated.partition(".")[2])
        scaled = self.left * 10 ** min(decimals, 20)
        rounds = abs(self.left - self.right) * 2 <= Fraction(1, 10**decimals)
        endless = decimals > 0 and (scaled * 10**_SHORT_DECIMALS).denominator != 1
        return rounds and (self.near or endless)


def recomputed(text: str) -> Decided | None:
    """The verdict on a claim that is arithmetic: contradicted where any of it is wrong, supported
    where all of it is right and the claim says nothing else; else None.
    """
    if not any(sign.isdigit() for sign in text):
        return None
    found = equations(text)
    wrong = next((item for item in found if not item.holds), None)
    if wrong is not None:
        detail = f"{text[wrong.start : wrong.end].strip()}: it is {_shown(wrong.left)}"
        return Decided("contradicted", "arithmetic", 0.0, detail)
    rest = text
    for item in found:
        rest = rest[: item.start] + " " * (item.end - item.start) + rest[item.end :]
    if not found or not set(content(rest)) <= _FRAME:
        return None
    return Decided("supported", "arithmetic", 1.0, "recomputed")


def equations(text: str) -> list[Equation]:
    """All statements of arithmetic in a text that can be recomputed."""
    if len(text) > _LONGEST_TEXT or _OTHER_BASE.search(text):
        return []
    near = bool(_NEAR.search(text))
    found = [item for match in _EQUATION.finditer(text) for item in _chain(match, near)]
    for pattern, left_of in _STATEMENTS:
        for match in pattern.finditer(text):
            left, right = left_of(match), value(match["result"])
            if left is not None and right is not None:
                right = right / 100 if match["percent"] else right
                stated = match["result"].replace(",", "")
                found.append(Equation(*match.span(), left, right, stated, near))
    return found


def _chain(match: re.Match[str], near: bool) -> list[Equation]:
    """Each two sides of "2 + 3 = 5 = 10 / 2" in a row, if one of them computes something."""
    whole = match.group(0).rstrip(" .,($€£")
    start, end = match.start(), match.start() + len(whole)
    if _OPEN.search(match.string[:start][-3:]) or _GOES_ON.match(match.string, end):
        return []
    sides = [side.strip() for side in re.split("[=≈]", whole)]
    known = [(side, number) for side in sides if (number := value(side)) is not None]
    if len(known) < len(sides) or not any(_COMPUTES.search(side) for side in sides):
        return []
    return [
        Equation(start, end, left, right, _stated(side), near)
        for (_, left), (side, right) in pairwise(known)
    ]


def _stated(side: str) -> str:
    return side.replace(",", "") if re.fullmatch(rf"-?{NUMBER}", side) else ""


def _share(match: re.Match[str]) -> Fraction | None:
    raw, whole = match["share"].casefold(), value(match["whole"])
    if whole is None:
        return None
    if raw in _PARTS:
        return Fraction(*_PARTS[raw]) * whole
    part = value(re.sub(r"\s?(?:percent|per cent)", "%", raw))
    return None if part is None else part * whole


def _named(match: re.Match[str]) -> Fraction | None:
    raw = re.findall(rf"[-−]?{NUMBER}", match["numbers"])
    numbers = [number for number in map(value, raw) if number is not None]
    name = match["name"].casefold()
    if name in ("average", "mean"):
        return sum(numbers, Fraction(0)) / len(numbers)
    if name == "sum":
        return sum(numbers, Fraction(0))
    if name == "product":
        return value(" * ".join(f"({number})" for number in raw))
    if len(numbers) != 2 or (name == "quotient" and numbers[1] == 0):
        return None
    return abs(numbers[0] - numbers[1]) if name == "difference" else numbers[0] / numbers[1]


def _root(match: re.Match[str]) -> Fraction | None:
    number, name = value(match["number"]), match["name"].casefold()
    if number is None or name == "square root":
        return None if number is None else square_root(number)
    return number ** (2 if name == "square" else 3)


def _spoken(match: re.Match[str]) -> Fraction | None:
    return value(f"{match['left']} {_SIGNS[match['name'].casefold()]} {match['right']}")


def _shown(number: Fraction) -> str:
    if number.denominator == 1:
        return str(number.numerator)
    return f"{float(number):.6g}" if abs(number.numerator).bit_length() < 900 else "another number"


_STATEMENTS = ((_SHARE, _share), (_NAMED, _named), (_ROOT, _root), (_SPOKEN, _spoken))
