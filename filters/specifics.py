"""The words that make two like sentences different statements: numbers, code, names.

"The default of `indent` is None" and "The default of `default` is None" share almost all of their
letters and their meaning vector, and are different facts. Twins must agree on these words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from store.text import squeeze, words

_CODE = re.compile(r"`+([^`\n]+)`+|\b([A-Za-z_]\w*(?:\.\w+)+)|\b(\w*_\w+)\b")
_NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:[.,]\d+)*")
_NAME = re.compile(r"(?<=[\w,;] )[A-Z][\w-]*")


@dataclass(frozen=True, slots=True)
class Specifics:
    """Numbers, code and names of a text, and all of its words."""

    marked: frozenset[str]
    all: frozenset[str]


def specifics(text: str) -> Specifics:
    """What a text says in particular. Names are capitalised words inside a sentence."""
    plain = squeeze(text)
    code = {next(g for g in m.groups() if g) for m in _CODE.finditer(plain)}
    numbers = {m.group(0).replace(",", "") for m in _NUMBER.finditer(plain)}
    names = {m.group(0).casefold() for m in _NAME.finditer(plain)}
    return Specifics(frozenset(code | numbers | names), frozenset([*words(plain), *code, *numbers]))


def same_specifics(one: Specifics, two: Specifics) -> bool:
    """Whether neither text marks a number, a piece of code or a name that the other lacks."""
    return one.marked <= two.all and two.marked <= one.all
