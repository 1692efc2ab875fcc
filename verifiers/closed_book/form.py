"""Fluency: whether a reply is well formed as text, whatever it says.

Only damage that needs no knowledge to see counts: nothing, text that was cut off, text that goes
round in circles, signs instead of words, another language. Nothing here looks at facts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Literal

from store.text import words

Flaw = Literal["empty", "truncated", "repeated", "garbled", "language", ""]

IsForeign = Callable[[str], bool]
"""Whether a text is in another language than was asked in."""

_LOOP = 4
"""Times in a row from which on a word or a pair of words is a loop; "very, very" is none."""
_FEW_DIFFERENT = 0.45
_LONG = 12
"""Words from which on a small share of different ones is a loop."""
_SIGNS = 0.6
_ENOUGH = 20
"""Share of characters that are no letters or digits from which on a text of so many is garbled;
code has many, too."""


def flaw_of(said: str, finish_reason: str, is_foreign: IsForeign) -> Flaw:
    """What is wrong with a reply as text, the plainest first; empty where nothing is."""
    plain = said.strip()
    if not plain:
        return "empty"
    if finish_reason == "length":
        return "repeated" if _repeats(plain) else "truncated"
    if _repeats(plain):
        return "repeated"
    if _garbled(plain):
        return "garbled"
    return "language" if is_foreign(plain) else ""


def _repeats(text: str) -> bool:
    found = words(text)
    if _in_a_row(found, 1) >= _LOOP or _in_a_row(found, 2) >= _LOOP:
        return True
    if len(found) < _LONG:
        return False
    triples = Counter(zip(found, found[1:], found[2:], strict=False))
    return max(triples.values()) >= _LOOP or len(set(found)) < _FEW_DIFFERENT * len(found)


def _in_a_row(found: list[str], period: int) -> int:
    """How often the same stretch of this many words stands one after the other, at most."""
    run = most = 0
    for one, two in zip(found, found[period:], strict=False):
        run = run + 1 if one == two else 0
        most = max(most, run)
    return most // period + 1


def _garbled(text: str) -> bool:
    plain = [sign for sign in text if not sign.isspace()]
    odd = sum(not sign.isalnum() for sign in plain)
    broken = "\ufffd" in text or any(sign < " " and sign not in "\n\t\r" for sign in text)
    return broken or (len(plain) >= _ENOUGH and odd > _SIGNS * len(plain))
