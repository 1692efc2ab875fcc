"""Other words for the same: changes of a sentence that keep its meaning for certain.

Each takes a sentence and gives it reworded, or None where there is nothing to reword.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}}) ({_MONTHS}) (\d{{4}})\b")
_MONTH_FIRST = re.compile(rf"\b({_MONTHS}) (\d{{1,2}}), (\d{{4}})\b,?")
_NUMBER = r"(?<![\w.,$€£–-])\d+(?:,\d{3})*(?:\.\d+)?"
_LONG = re.compile(r"(?<![\w.,–-])(?P<number>\d{1,3}(?:,\d{3})+)(?![\w.,]?\d|[–-])")
_NOT_ROUND = re.compile(r"(?:[$€£-]|\b(?:about|around|than|exactly|[A-Z]\w*)) ?$")
_SCALED = re.compile(r"(?<![\w.,–-])(?P<number>\d+(?:\.\d{1,6})?) (?P<scale>million|billion)\b")
_SCALES = {"million": 6, "billion": 9}
_UNITS = {
    "km": "kilometres",
    "sq km": "square kilometres",
    "km²": "square kilometres",
    "kg": "kilograms",
    "%": "percent",
    "m": "metres",
    "cm": "centimetres",
    "mm": "millimetres",
    "kilometres": "km",
    "metres": "m",
    "percent": "%",
    "square kilometres": "sq km",
}
_UNIT = re.compile(
    rf"(?P<number>{_NUMBER}(?: million| billion)?)(?P<gap> ?)"
    rf"(?P<unit>{'|'.join(sorted(map(re.escape, _UNITS), key=len, reverse=True))})(?![\w/²³^])"
)
_PARENTHESIS = re.compile(r" \([^()]*\)")
_RELATIVE = re.compile(r", (?:which|who|whose|where) [^,;:()]+(?:, (?=[a-z])|(?=\.$))")
_SECOND = re.compile(r"(?:, (?:and|but|so|while|whereas) [^;]+|; [^;]+)(?=\.$)")
_SHORT = {"is not": "isn't", "are not": "aren't", "was not": "wasn't", "does not": "doesn't",
          "do not": "don't", "did not": "didn't", "has not": "hasn't", "cannot": "can't",
          "were not": "weren't", "have not": "haven't"}  # fmt: skip
_DENIAL = re.compile(r"\b(?:" + "|".join(_SHORT) + r")\b")
_PLACES = 3
"""Places behind the point up to which a number of millions is written as one."""
_LEAST = 6
"""Words that are left of a sentence at least, so that it still says something by itself."""


def dates(sentence: str) -> str | None:
    """5 July 1962 as July 5, 1962, and the other way round."""
    turned = _DAY_FIRST.sub(r"\2 \1, \3", sentence)
    if turned == sentence:
        turned = _MONTH_FIRST.sub(r"\2 \1 \3", sentence)
    return _changed(turned, sentence)


def numbers(sentence: str) -> str | None:
    """1,200,000 as 1.2 million, and the other way round."""
    turned = _SCALED.sub(_in_digits, sentence)
    return _changed(turned if turned != sentence else _LONG.sub(_in_millions, sentence), sentence)


def _in_millions(match: re.Match[str]) -> str:
    digits = match["number"].replace(",", "")
    for scale, places in (("billion", 9), ("million", 6)):
        part = digits[-places:].rstrip("0")
        if len(digits) > places and len(part) <= _PLACES:
            return f"{digits[:-places]}{'.' if part else ''}{part} {scale}"
    return match.group(0)


def _in_digits(match: re.Match[str]) -> str:
    whole, _, part = match["number"].partition(".")
    return f"{int(whole + part.ljust(_SCALES[match['scale']], '0')):,}"


def rounded(sentence: str) -> str | None:
    """A long number rounded to two figures behind "about", which it then is."""
    match = _LONG.search(sentence)
    if match is None or _NOT_ROUND.search(sentence[: match.start()]):
        return None
    value = int(match["number"].replace(",", ""))
    step = 10 ** (len(str(value)) - 2)
    near = (value + step // 2) // step * step
    new = f"{sentence[: match.start()]}about {near:,}{sentence[match.end() :]}"
    return new if near != value else None


def units(sentence: str) -> str | None:
    """Units spelled out, or abbreviated."""
    return _changed(_UNIT.sub(_other_unit, sentence), sentence)


def _other_unit(match: re.Match[str]) -> str:
    other = _UNITS[match["unit"]]
    if match["number"] == "1" or (match["unit"] == "m" and match["gap"] == ""):
        return match.group(0)
    return f"{match['number']}{'' if other == '%' else ' '}{other}"


def shortened(sentence: str) -> str | None:
    """Without its parentheses and without clauses that only add something."""
    left = _PARENTHESIS.sub("", sentence)
    left = _RELATIVE.sub(lambda match: " " if match.group(0).endswith(" ") else "", left)
    left = _SECOND.sub("", left) if _whole(_SECOND.sub("", left)) else left
    left = left[:-1] if left.endswith("..") else left
    return _changed(left, sentence) if _whole(left) else None


def _whole(sentence: str) -> bool:
    return len(sentence.split()) >= _LEAST and sentence.count("(") == sentence.count(")")


def contracted(sentence: str) -> str | None:
    """Denials in their short form, as isn't."""
    return _changed(_DENIAL.sub(lambda match: _SHORT[match.group(0)], sentence), sentence)


def _changed(new: str, old: str) -> str | None:
    return new if new != old else None


REWORDINGS: Mapping[str, Callable[[str], str | None]] = {
    "dates": dates,
    "numbers": numbers,
    "rounded": rounded,
    "units": units,
    "shortened": shortened,
    "contracted": contracted,
}
