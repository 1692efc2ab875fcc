"""Which keys lie beside each other on a QWERTY keyboard."""

from __future__ import annotations

from itertools import pairwise

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
BESIDE = frozenset(pair for row in _ROWS for pair in pairwise(row))
"""Pairs of letters that lie beside each other, the left one first."""


def neighbours(letter: str) -> list[str]:
    """The letters to the left and to the right of a small letter, as far as there are any."""
    row = next((row for row in _ROWS if letter in row), "")
    place = row.find(letter)
    return [row[at] for at in (place - 1, place + 1) if row and 0 <= at < len(row)]
