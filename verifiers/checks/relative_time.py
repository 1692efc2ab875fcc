"""Words that are true on the day they are written only: currently, this year, the latest census.

Meant are statements on the state of the world. The currently active exception, the most recently
used entry, the current directory, ``datetime.now()`` and what holds *if* something is currently so
mean whichever it is when the program runs, and are none.
"""

from __future__ import annotations

import re

from verifiers.anchors import anchors

_OFFICES = """president|prime minister|premier|chancellor|king|queen|monarch|emperor|sultan|pope
governor|mayor|minister|secretary|ambassador|head of|chief|leader|ceo|chair|chairman|chairwoman
chairperson|champion|record holder|title holder|incumbent|holder of|owner|government|administration
population|inflation|unemployment|exchange rate|interest rate|price|record|law|legislation"""
"""What changes hands or moves in the world. Programs have a current directory instead."""
_EDITIONS = """version|release|edition|figure|data|estimate|census|report|survey|result|model
election|update|news|available|statistic|season|study|ranking"""
"""What comes out again and again, so that the latest of them is another one next year."""
_FORMS = (
    # An adverb of a statement, and none inside a noun phrase ("the currently open file").
    r"(?:^|[,;:]\s)(?:currently|presently|nowadays|recently|lately|today|so far|to date|now),",
    r"\b(?:is|are|has|have|does|do|was|were|stands|remains)\s(?:not\s|still\s|only\s|also\s)?"
    r"(?:currently|presently|recently|now)\b",
    r"^(?:currently|presently|recently|nowadays)\b",
    r"\b(?:currently|presently|now)\s(?:has|have|is|are|stands?|holds?|ranks?|numbers?|employs?"
    r"|serves?|leads?|lives?|costs?|plays?|works?|owns?|heads?|governs?|includes?|supports?)\b",
    r"(?<!most )(?<!least )(?<!more )\brecently(?=[.!?]?$)",
    r"\b(?:as of|until|up to|right|by)\s(?:now|today)\b(?!')",
    r"\bat (?:present|the moment|the present time)\b(?! of\b)|\bthese days\b|\bnowadays\b",
    r"(?<!of )\btoday\b(?!'|’)|\b(?:yesterday|tomorrow)\b(?!'|’)",
    r"(?<!that )(?<!which )(?<!who )\b(?:has|have)\b[^.;]{1,80}\b(?:so far|to date)\b",
    r"(?<!the )(?<!of )\b(?:this|last|next)\s(?:year|month|week|quarter|decade|season)\b",
    r"\bupcoming\b",
    r"\bcurrent\s(?:" + "|".join(re.split(r"[|\n]", _OFFICES)) + r")s?\b",
    r"(?<!at )\bthe (?:latest|newest|most recent)\s(?:\w+\s)?(?:"
    + "|".join(re.split(r"[|\n]", _EDITIONS))
    + r")s?\b",
)
_RELATIVE = re.compile("|".join(f"(?:{form})" for form in _FORMS), re.IGNORECASE)
_HINT = re.compile(
    r"current|present|now|recent|lately|today|yesterday|tomorrow|so far|to date|moment"
    r"|(?:this|last|next) (?:year|month|week|quarter|decade|season)|these days|upcoming"
    r"|latest|newest",
    re.IGNORECASE,
)
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`]*`|\b\w+(?:[._]\w+)+(?:\(\))?|\b\w+\(", re.DOTALL)
_CONDITION = re.compile(
    r"\b(?:if|whether|when|whenever|unless|while|until|where)\b[^,;.]*$", re.IGNORECASE
)
_VERSION = re.compile(r"\b(?:version|release|python|v)\s?\d", re.IGNORECASE)
"""A statement on a version is dated by it."""
_BEFORE = 200
"""Characters in front of a word in which a condition for it may stand."""


def relative_time(text: str) -> str:
    """The words by which a statement speaks of the time it is read at; empty if it does not."""
    if not _HINT.search(text):
        return ""
    plain = _CODE.sub(lambda match: " " * len(match.group(0)), text)
    for match in _RELATIVE.finditer(plain):
        before = plain[max(match.start() - _BEFORE, 0) : match.start()]
        if not _CONDITION.search(before):
            return match.group(0).strip(" ,;:")
    return ""


def unanchored(claim: str, question: str) -> str:
    """Those words, unless claim or question name a date or a version that they go by."""
    found = relative_time(claim)
    if not found or any(anchors(text) or _VERSION.search(text) for text in (claim, question)):
        return ""
    return found
