"""Claims that exchange the values of one sentence: 5 % nitrogen and 95 % methane for the contrary.

The parts of a sentence that have a value each are told apart. A value of a claim must stand in one
that has some of the words which the claim puts it with, where any of them has these words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from verifiers.checks.every import CHECKS
from verifiers.reading import read
from verifiers.stretches import Stretch
from verifiers.wording import content

_JOINT = re.compile(r"(?:[,;]|\s(?:and|but|while|whereas))\s+(?!\d+(?:\W|\Z)(?!%))")
"""What parts a sentence, unless a bare number goes on with a date, a range or a list behind it."""
_VALUES = [number for number, check in enumerate(CHECKS) if check.name in ("quantity", "date")]


def exchanged(text: str, stretch: Stretch) -> bool:
    """Whether a claim puts a value of a sentence with the words of another of its values."""
    start = stretch.passage.start
    sentence = stretch.passage.text[stretch.start - start : stretch.end - start].replace("\n", " ")
    pieces = _JOINT.split(sentence)
    return len(pieces) > 1 and any(_is_exchanged(text, pieces, number) for number in _VALUES)


def _is_exchanged(text: str, pieces: list[str], number: int) -> bool:
    check = CHECKS[number]
    held = [check.held(piece) for piece in pieces]
    valued = [at for at, values in enumerate(held) if values]
    if len(valued) < 2:
        return False
    stems = [frozenset(content(" ".join(pieces[a:b]))) for a, b in _reaches(valued, len(pieces))]
    for part in _JOINT.split(text):
        reading = read(part)
        for wanted in reading.parts[number]:
            found = [
                all(finding.status == "found" for finding in check.compare([wanted], held[at]))
                for at in valued
            ]
            shares = [bool(reading.own & each) for each in stems]
            here = [share for share, has in zip(shares, found, strict=True) if has]
            if here and not any(here) and any(shares):
                return True
    return False


def _reaches(valued: list[int], count: int) -> Iterator[tuple[int, int]]:
    """The pieces from behind the value before each valued piece to the next one's."""
    for before, after in zip([-1, *valued[:-1]], [*valued[1:], count], strict=True):
        yield before + 1, after
