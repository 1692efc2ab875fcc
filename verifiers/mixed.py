"""Claims that mix the sentences they stand in: the year of one with the event of another.

What several sentences hold together supports a claim only if each value or name stands with some of
the words that the claim puts it with, where any sentence has these words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum, auto

from verifiers.checks.every import CHECKS
from verifiers.checks.findings import Finding
from verifiers.reading import Reading, read
from verifiers.stretches import Stretch
from verifiers.wording import content

_JOINT = re.compile(r"[,;]\s+|\s+(?:and|but|while|whereas)\s+")
_EXACT = ("quantity", "date", "name")
_NAME = next(number for number, check in enumerate(CHECKS) if check.name == "name")


class Has(Enum):
    """What a sentence has of a value or name: it, a word that may stand for it, or neither."""

    IT = auto()
    PRONOUN = auto()
    NOTHING = auto()


def mixed(text: str, context: str, inside: Sequence[Stretch], subject: frozenset[str]) -> bool:
    """Whether any part of a claim is mixed of these sentences, which are in order. ``subject`` are
    the stems of the name that the claim begins with.
    """
    parts = (read(part, context) for part in _JOINT.split(text) if part.strip())
    return any(_is_mixed(part, inside, subject) for part in parts)


def _is_mixed(part: Reading, inside: Sequence[Stretch], subject: frozenset[str]) -> bool:
    common = frozenset.intersection(*(one.stems for one in inside))
    names = {stem for found in part.parts[_NAME] for stem in content(found)}
    words = frozenset(part.wording) - common - names - subject
    shared = [len(words & one.stems) for one in inside]
    for held in _held(part, inside, subject):
        others = [at for at, has in enumerate(held) if has is Has.NOTHING]
        here = [at for at, has in enumerate(held) if has is Has.IT]
        if here and any(shared[at] for at in others) and not any(shared[at] for at in here):
            return True
    return False


def _held(part: Reading, inside: Sequence[Stretch], subject: frozenset[str]) -> Iterator[list[Has]]:
    """What each sentence has of each value and name of a part."""
    for number, check in enumerate(CHECKS):
        for wanted in part.parts[number] if check.name in _EXACT else ():
            findings = [check.compare([wanted], one.held[number]) for one in inside]
            held = [Has.IT if found and _all_found(found) else Has.NOTHING for found in findings]
            if number == _NAME:
                name = frozenset(content(wanted))
                topics = [bool(name & (subject | one.subject)) for one in inside]
                held = _taken_up(held, topics)
            yield held


def _taken_up(held: Sequence[Has], topics: Sequence[bool]) -> list[Has]:
    """What is held where the sentences behind one that has a name for its topic may say "she"."""
    said = [at for at, has in enumerate(held) if has is Has.IT and topics[at]]
    first = min(said, default=len(held))
    return [
        Has.PRONOUN if has is Has.NOTHING and at > first else has for at, has in enumerate(held)
    ]


def _all_found(findings: Sequence[Finding]) -> bool:
    return all(finding.status == "found" for finding in findings)
