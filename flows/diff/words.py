"""Two texts in pieces, with the words marked that one has and the other has not."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import takewhile

import regex

_PIECE = regex.compile(r"\s{1,80}|[\p{L}\p{N}\p{M}]{1,80}|.", regex.DOTALL)
_AROUND, _MOST = 60, 800
"""Pieces of the shared beginning and end that are shown, and pieces between them that are held
against each other; longer texts are cut, and say so.
"""
_CUT = " […] "
Pieces = list[tuple[str, bool]]
"""A text in pieces, each with whether it is marked."""


def word_diff(one: str, two: str) -> tuple[Pieces, Pieces]:
    """Both texts with what is their own marked; what both begin and end with is shortened."""
    left, right = _PIECE.findall(one), _PIECE.findall(two)
    start = _shared(left, right)
    end = _shared(left[start:][::-1], right[start:][::-1])
    inner = [side[start : len(side) - end] for side in (left, right)]
    matcher = SequenceMatcher(None, inner[0][:_MOST], inner[1][:_MOST], autojunk=False)
    before, after = _shortened(left[:start], left[len(left) - end :])
    found: tuple[Pieces, Pieces] = ([], [])
    for tag, a, b, c, d in matcher.get_opcodes():
        for pieces, side, first, last in zip(found, inner, (a, c), (b, d), strict=True):
            if last > first:
                pieces.append(("".join(side[first:last]), tag != "equal"))
    for pieces, side in zip(found, inner, strict=True):
        pieces[:0] = [(before, False)] if before else []
        pieces += [(_CUT, False)] if len(side) > _MOST else []
        pieces += [(after, False)] if after else []
    return found


def _shared(one: Sequence[str], two: Sequence[str]) -> int:
    """How many pieces both begin with."""
    return sum(1 for _ in takewhile(lambda each: each[0] == each[1], zip(one, two, strict=False)))


def _shortened(before: Sequence[str], after: Sequence[str]) -> tuple[str, str]:
    head, tail = "".join(before[-_AROUND:]), "".join(after[:_AROUND])
    return (
        f"…{head}" if len(before) > _AROUND else head,
        f"{tail}…" if len(after) > _AROUND else tail,
    )
