"""The value of an arithmetic expression as an exact fraction. Nothing is evaluated as code."""

from __future__ import annotations

import re
from fractions import Fraction
from math import isqrt

NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d{1,40})(?:\.\d{1,20})?"
"""Pattern of a number in digits."""
_LONGEST = 300
"""Characters of an expression that is looked at."""
_BITS = 4_096
"""Size of a number beyond which nothing is computed."""
_DEPTH = 30
_TOKEN = re.compile(rf"\s*(?:(?P<number>{NUMBER})|(?P<sign>\*\*|[-+*/×·÷^%()²³√x])|(?P<of>of\b))")
_MONEY = re.compile(r"[$€£]")


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


def square_root(number: Fraction) -> Fraction | None:
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
        root = square_root(number) if number >= 0 else None
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
