"""Names of people, places and organisations: capitalised words inside a claim.

A name that the evidence lacks lowers the claim to not found; alone it never contradicts, since
sources use pronouns and leave titles out.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import pairwise

from store.text import WORD, words
from verifiers.checks.dates import without_dates
from verifiers.checks.findings import Finding
from verifiers.wording import STOP

NUMBERED = r"(?: \d{1,3}\b(?![.,]?\d|\s?%))?"
"""A small number behind a name, which is a part of it: Voyager 2."""
_NAME = re.compile(
    r"(?<![.!?:\"“]\s)(?<!^)\b[A-Z][\w'’-]+(?:\s+(?:of|de|van|von|al|the)?\s*[A-Z][\w'’-]+)*"
    + NUMBERED
)
_CODE = re.compile(r"`[^`]*`|\b\w+(?:\.\w+)+|\b\w*_\w+\b")
_PLAIN = frozenset(
    """january february march april may june july august september october november december
monday tuesday wednesday thursday friday saturday sunday none true false python""".split()
)


def names(claim: str) -> list[str]:
    """Names in a claim, in order; its first word counts only where a second one follows it."""
    text = _CODE.sub(lambda match: " " * len(match.group(0)), without_dates(claim))
    found = [match.group(0) for match in _NAME.finditer(text)]
    first = re.match(r"[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+|(?= \d))+" + NUMBERED, text)
    if first and first.group(0).split()[0].casefold() not in STOP:
        found.insert(0, first.group(0))
    return list(dict.fromkeys(found))


def check_names(claim: Collection[str], held: Collection[str]) -> list[Finding]:
    """One finding per name; ``held`` are the :func:`held_words` of the evidence."""
    return [
        Finding("name", name, "found" if _has(name, held) else "missing")
        for name in claim
        if _parts(name)
    ]


def held_words(text: str) -> frozenset[str]:
    """Folded words of a piece of evidence; a word with a number behind it counts as one, too."""
    found = words(text)
    numbered = (f"{one} {two}" for one, two in pairwise(found) if two.isdigit())
    return frozenset([*found, *numbered])


def _has(name: str, held: Collection[str]) -> bool:
    return all(part in held or part.removesuffix("'s") in held for part in _parts(name))


def _parts(name: str) -> list[str]:
    found = [word.casefold().replace("’", "'") for word in WORD.findall(name)]
    if len(found) > 1 and found[-1].isdigit():
        found[-2:] = [f"{found[-2]} {found[-1]}"]
    return [word for word in found if word not in STOP and word not in _PLAIN]
