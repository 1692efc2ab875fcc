"""Arithmetic that a claim states, recomputed exactly: "17 * 24 = 408", "12 % of 250 is 30".

Fractions throughout, nothing is evaluated as code, and powers are only taken where the result
stays small. A result may be rounded where the exact one has no end, or where the claim says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import isqrt

from verifiers.verdicts import Decided
from verifiers.wording import content

_LONGEST = 300
"""Characters of a side that are looked at."""
_LONGEST_TEXT = 5_000
"""Characters of a claim that is looked through; nothing longer is one claim."""
_BITS = 4_096
"""Size of a number beyond which nothing is computed."""
_DEPTH = 30
_SHORT_DECIMALS = 3
"""Decimals up to which an exact result is expected rather than a rounded one."""
_NUM = r"(?:\d{1,3}(?:,\d{3})+|\d{1,40})(?:\.\d{1,20})?"
_TOKEN = re.compile(rf"\s*(?:(?P<number>{_NUM})|(?P<sign>\*\*|[-+*/×·÷^%()²³√x])|(?P<of>of\b))")
_SIDE = r"[-+\d(√.$€£][-+\d\s.,*/×·÷^%()²³√x$€£]*"
_EQUATION = re.compile(rf"(?<![\w.]){_SIDE}(?:(?:=|≈)\s*{_SIDE})+")
_RESULT = (
    r"(?:is equal to|is|was|are|equals|gives|makes|yields|=|comes to)\s+"
    rf"(?:about\s|approximately\s|roughly\s)?(?P<result>[-−]?[$€£]?{_NUM})(?P<percent>\s?%)?"
    r"(?=\s*(?:[.;:!?)]*$|[.,;:)]\s|(?:and|so|but)\b))"
)
_NUMBERS = rf"(?P<numbers>[-−]?{_NUM}(?:(?:,\s+|,?\s+(?:and|from|by)\s+)[-−]?{_NUM}){{1,20}})"
_SHARE = re.compile(
    rf"(?P<share>{_NUM}\s?(?:%|percent|per cent)|\d{{1,6}}/\d{{1,6}}|half|one third|two thirds"
    rf"|one quarter|a quarter|a third|three quarters)\s+of\s+(?P<whole>[$€£]?{_NUM})\s+{_RESULT}",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:the\s+)?(?P<name>sum|product|difference|quotient|average|mean)\s+(?:of|between)\s+"
    rf"{_NUMBERS}\s+{_RESULT}",
    re.IGNORECASE,
)
_ROOT = re.compile(
    rf"(?:the\s+)?(?P<name>square root|square|cube)\s+of\s+(?P<number>{_NUM})\s+{_RESULT}",
    re.IGNORECASE,
)
_SPOKEN = re.compile(
    rf"(?P<left>{_NUM})\s+(?P<name>plus|minus|times|multiplied by|divided by)\s+"
    rf"(?P<right>{_NUM})\s+{_RESULT}",
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
_MONEY = re.compile(r"[$€£]")


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
        value = _shown(wrong.left)
        detail = f"{text[wrong.start : wrong.end].strip()}: it is {value}"
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


def value(expression: str) -> Fraction | None:
    """The value of an expression; None where it is none, or too large to be computed."""
    tokens = _tokens(_MONEY.sub("", expression).replace("−", "-"))
    if not tokens:
        return None
    try:
        result, rest = _sum(tokens, 0, 0)
    except (_NoValueError, ZeroDivisionError, IndexError):
        return None
    return result if rest == len(tokens) else None


class _NoValueError(ValueError):
    pass


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
    return side.replace(",", "") if re.fullmatch(rf"-?{_NUM}", side) else ""


def _share(match: re.Match[str]) -> Fraction | None:
    raw, whole = match["share"].casefold(), value(match["whole"])
    if whole is None:
        return None
    if raw in _PARTS:
        return Fraction(*_PARTS[raw]) * whole
    part = value(re.sub(r"\s?(?:percent|per cent)", "%", raw))
    return None if part is None else part * whole


def _named(match: re.Match[str]) -> Fraction | None:
    raw = re.findall(rf"[-−]?{_NUM}", match["numbers"])
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
        return None if number is None else _square_root(number)
    return _power(number, Fraction(2 if name == "square" else 3))


def _spoken(match: re.Match[str]) -> Fraction | None:
    return value(f"{match['left']} {_SIGNS[match['name'].casefold()]} {match['right']}")


def _square_root(number: Fraction) -> Fraction | None:
    """The exact root, or None where it is no fraction."""
    above, below = isqrt(number.numerator), isqrt(number.denominator)
    exact = above * above == number.numerator and below * below == number.denominator
    return Fraction(above, below) if exact else None


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text) and len(text) <= _LONGEST:
        match = _TOKEN.match(text, at)
        if match is None:
            return []
        tokens.append(match.group(0).strip().replace(",", ""))
        at = match.end()
    return tokens


def _sum(tokens: list[str], at: int, depth: int) -> tuple[Fraction, int]:
    if depth > _DEPTH:
        raise _NoValueError
    total, at = _product(tokens, at, depth)
    while at < len(tokens) and tokens[at] in "+-":
        term, after = _product(tokens, at + 1, depth)
        total, at = (total + term if tokens[at] == "+" else total - term), after
    return total, at


def _product(tokens: list[str], at: int, depth: int) -> tuple[Fraction, int]:
    total, at = _signed(tokens, at, depth)
    while at < len(tokens) and tokens[at] in ("*", "×", "·", "x", "/", "÷", "%", "of"):
        sign = tokens[at]
        term, after = _signed(tokens, at + 1, depth)
        if sign == "%":
            total = total % term
        else:
            total = _small(total / term if sign in "/÷" else total * term)
        at = after
    return total, at


def _signed(tokens: list[str], at: int, depth: int) -> tuple[Fraction, int]:
    if tokens[at] == "-":
        term, at = _signed(tokens, at + 1, depth + 1) if depth < _DEPTH else _refuse()
        return -term, at
    return _raised(tokens, at, depth)


def _refuse() -> tuple[Fraction, int]:
    raise _NoValueError


def _raised(tokens: list[str], at: int, depth: int) -> tuple[Fraction, int]:
    base, at = _atom(tokens, at, depth)
    while at < len(tokens) and tokens[at] in ("²", "³"):
        base, at = _power(base, Fraction(2 if tokens[at] == "²" else 3)), at + 1
    if at < len(tokens) and tokens[at] in ("^", "**"):
        exponent, at = _signed(tokens, at + 1, depth + 1) if depth < _DEPTH else _refuse()
        base = _power(base, exponent)
    # A percent sign is one unless a number follows, of which it would be the remainder.
    if (
        at < len(tokens)
        and tokens[at] == "%"
        and not "".join(tokens[at + 1 : at + 2])[:1].isdigit()
    ):
        return base / 100, at + 1
    return base, at


def _atom(tokens: list[str], at: int, depth: int) -> tuple[Fraction, int]:
    token = tokens[at]
    if token == "(":
        inner, at = _sum(tokens, at + 1, depth + 1)
        if tokens[at] != ")":
            raise _NoValueError
        return inner, at + 1
    if token == "√":
        number, at = _atom(tokens, at + 1, depth + 1) if depth < _DEPTH else _refuse()
        root = _square_root(number) if number >= 0 else None
        if root is None:
            raise _NoValueError
        return root, at
    if not token[0].isdigit():
        raise _NoValueError
    return Fraction(token), at + 1


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1:
        raise _NoValueError
    size = max(base.numerator.bit_length(), base.denominator.bit_length())
    if abs(exponent) > _BITS or size * abs(exponent) > _BITS:
        raise _NoValueError
    return Fraction(base**exponent.numerator)


def _small(number: Fraction) -> Fraction:
    if max(number.numerator.bit_length(), number.denominator.bit_length()) > _BITS:
        raise _NoValueError
    return number


def _shown(number: Fraction) -> str:
    if number.denominator == 1:
        return str(number.numerator)
    return f"{float(number):.6g}" if abs(number.numerator).bit_length() < 900 else "another number"


_STATEMENTS = ((_SHARE, _share), (_NAMED, _named), (_ROOT, _root), (_SPOKEN, _spoken))
