"""Compound sentences cut into their main clauses, where that is safe.

A sentence with a condition, a comparison or a quote across the cut stays whole: half of "if it
is A and it is B, then C" says something that nobody said.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from verifiers.claims.english import FINITE, HAS_FINITE, is_participle


class Clause(NamedTuple):
    """Offsets into the sentence; ``bare`` where the subject is that of the clause before."""

    start: int
    end: int
    bare: bool


_JOINT = re.compile(r";\s+|,?\s+(?:and|but|yet)\s+|,\s+(?:while|whereas)\s+")
_BOUND = re.compile(
    r"\b(?:if|when|whenever|whether|that|unless|until|because|although|though|before|after|or|nor"
    r"|either|neither|both|between|otherwise|except|only|than|as|so|why|how|where|not only)\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    rf"(?P<pronoun>(?:it|he|she|they|this)\s+(?P<verb>[a-z]+)\b)"
    rf"|(?:(?:the|an?|its|his|her|their|this|these|those|all|each|most"
    rf"|some)\s+(?:[\w'’-]+\s+){{1,5}}?"
    rf"|(?:[A-Z`][\w'’.`-]*\s+)(?:(?:of|the|de|van|von"
    rf"|[A-Z0-9`][\w'’.`-]*)\s+){{0,5}})(?:{FINITE})\b"
)
_BARE = re.compile(rf"(?:also\s+)?{FINITE}\s+\w")
_NO_VERB = frozenset("and or but of in on at to for with from by as is's the a an".split())
_OPEN = {"(": ")", "[": "]", "“": "”"}
_LONGEST = 1_200
"""Characters of a sentence that is cut; what is longer is no prose."""


def clauses(text: str) -> list[Clause]:
    """The main clauses of a sentence in order; the whole where it is not safe to cut."""
    whole = [Clause(0, len(text), False)]
    if len(text) > _LONGEST or len(text) < 20:
        return whole
    cuts = [joint for joint in _JOINT.finditer(text) if _outside(text, joint.start())]
    found: list[Clause] = []
    start, bare = 0, False
    for joint in cuts:
        right = text[joint.end() :]
        kind = _right(right, joint.group(0))
        if kind is None or not _is_clause(text[start : joint.start()], bare):
            continue
        if not joint.group(0).startswith(";") and _BOUND.search(text, start, _stop(text, joint)):
            continue
        found.append(Clause(start, joint.start(), bare))
        start, bare = joint.end(), kind
    return [*found, Clause(start, len(text), bare)] if found else whole


def _stop(text: str, joint: re.Match[str]) -> int:
    """Where the clause behind a joint ends."""
    after = text.find(";", joint.end())
    return after if after >= 0 else len(text)


def _right(text: str, joint: str) -> bool | None:
    """Whether the clause behind a joint leans on the subject before it; None if it is no clause."""
    subject = _SUBJECT.match(text)
    if subject:
        verb = subject["verb"]
        plain = verb is None or (verb not in _NO_VERB and not verb.endswith("ly"))
        return False if plain else None
    if joint.startswith(";"):
        if _BOUND.match(text):
            return None
        return False if _is_clause(text.split(";")[0], False) else None
    return True if _BARE.match(text) and "and" in joint else None


_VERB = re.compile(r"\s[a-z]{2,}(?:s|ed)\s")


def _is_clause(text: str, bare: bool) -> bool:
    """Whether a stretch has a finite verb behind a subject."""
    if HAS_FINITE.search(text):
        return bare or not re.match(rf"\s*{FINITE}\b", text)
    words = text.split()
    inflected = any(word.endswith(("s", "ed")) or is_participle(word) for word in words[1:6])
    return len(words) > 2 and inflected and bool(_VERB.search(text))


def _outside(text: str, at: int) -> bool:
    """Whether a place lies outside quotes, code and brackets."""
    before = text[:at]
    if before.count("`") % 2 or before.count('"') % 2:
        return False
    return all(before.count(one) <= before.count(two) for one, two in _OPEN.items())
