"""What a fluent but wrong teacher of the teacher server says: true sentences with one thing changed
whose falsehood is certain, and their correction once it is shown evidence.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

SENT_BACK = "That record was held against the documentation"
"""How a repair begins; the prompt's own words."""
_EVIDENCE = re.compile(r"<<<EVIDENCE ([0-9a-f]{12})\n(.*?)\n\1 EVIDENCE>>>", re.DOTALL)
_MONTHS = ("January", "March", "April", "June", "July", "September", "October", "December")
_PLANETS = {
    **{"Mercury": "Venus", "Venus": "Mercury", "Earth": "Mars", "Mars": "Earth"},
    **{"Jupiter": "Saturn", "Saturn": "Jupiter", "Uranus": "Neptune", "Neptune": "Uranus"},
}
_OPPOSITES = {
    **{"largest": "smallest", "smallest": "largest", "outermost": "innermost"},
    **{"innermost": "outermost", "brightest": "faintest", "hottest": "coldest"},
    **{"first": "last", "highest": "lowest", "second-largest": "fourth-largest"},
}
_UNITS = {
    " km ": " miles ",
    " days": " years",
    " hours": " weeks",
    " kg": " tonnes",
    "°C": " kelvin",
}


def _number(text: str) -> str:
    """A quantity, which is no year, made another."""
    found = re.search(r"(?<![\w.,])(\d+)(?=[., ]\S)(?![,.]\d)(?! [A-Z])", text)
    if found is None or 1500 < int(found[1]) < 2100:
        return text
    return text[: found.start()] + str(int(found[1]) * 3 + 4) + text[found.end() :]


def _year(text: str) -> str:
    return re.sub(r"\b(1[6-9]|20)(\d\d)\b", lambda m: str(int(m[0]) - 17), text, count=1)


def _month(text: str) -> str:
    """The month of a date."""
    found = re.search(rf"\b({'|'.join(_MONTHS)})(?= \d)", text)
    other = _MONTHS[(_MONTHS.index(found[1]) + 3) % len(_MONTHS)] if found else ""
    return text[: found.start()] + other + text[found.end() :] if found else text


def _name(text: str) -> str:
    """A name inside the sentence, replaced by one that occurs nowhere."""
    return re.sub(r"(?<=[a-z,] )[A-Z][a-z]{3,}(?! \d)", "Ardenholm", text, count=1)


def _planet(text: str) -> str:
    """A planet that something is of, replaced by another that the corpus speaks of as well."""
    found = re.search(rf"(?<=\bof )({'|'.join(_PLANETS)})\b", text)
    if found is None or _PLANETS[found[1]] in text:
        return text
    return text[: found.start()] + _PLANETS[found[1]] + text[found.end() :]


def _negation(text: str) -> str:
    return re.sub(r"\b(is|was|are|were|has|can) (?!not\b)", r"\1 not ", text, count=1)


def _opposite(text: str) -> str:
    return _swapped(text, _OPPOSITES)


def _unit(text: str) -> str:
    return _swapped(text, _UNITS)


def _swapped(text: str, pairs: Mapping[str, str]) -> str:
    for one, other in pairs.items():
        if one in text:
            return text.replace(one, other, 1)
    return text


LIES: Mapping[str, Callable[[str], str]] = {
    "number": _number,
    "year": _year,
    "month": _month,
    "name": _name,
    "planet": _planet,
    "negation": _negation,
    "opposite": _opposite,
    "unit": _unit,
}
"""Kinds of lies; each leaves a sentence as it is where it does not fit."""


def lied(sentence: str, draw: int, kinds: Sequence[str]) -> str:
    """The sentence with a lie of the kind that is drawn of those that fit."""
    lies = [LIES[kind](sentence) for kind in kinds]
    fitting = [lie for lie in lies if lie != sentence]
    # Not the number that the server has drawn whether to lie.
    return random.Random(f"lie {draw}").choice(fitting) if fitting else sentence


def kind_of(sentence: str, answer: str) -> str:
    """The kind of lie that an answer is of the sentence it quotes; nothing where it is true."""
    return next((k for k, lie in LIES.items() if sentence != answer == lie(sentence)), "")


def again(turns: Sequence[str], learns: bool) -> dict[str, Any]:
    """The reply to a repair: what was quoted, if there is evidence and the teacher learns of it."""
    said: dict[str, Any] = json.loads(turns[-2])
    corrected = learns and _EVIDENCE.search(turns[-1])
    return {**said, "answer": said["quotes"][0]} if corrected else said
