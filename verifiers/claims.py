"""What an answer claims, piece by piece, each with its span in the answer.

Claims are sentences, freed from their frame ("The documentation says: ..."). A "True." or "False."
is read together with the statement it judges, and a filled blank with the sentence around it, so
that short answers are checked for what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from store.text import Span, sentences

_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_FRAME = re.compile(
    r"(?:According to (?:its|the|their) documentation(?: of `?(?P<one>[\w.]+)`?)?,\s*"
    r"|(?:The|Its) documentation(?: of `?(?P<two>[\w.]+)`?)? (?:says|states|reads)(?: that)?:?\s*"
    r"|The (?:full )?sentence reads:\s*)",
    re.IGNORECASE,
)
_POLAR = re.compile(r"\s*(True|False|Yes|No)\b[.,:;!]?\s*", re.IGNORECASE)
_STATEMENT = re.compile(r"true or false\s*[:?]\s*(.+)", re.IGNORECASE | re.DOTALL)
_BLANK = re.compile(r"_{3,}")
_TERM = re.compile(
    r"\s*(?:The (?:missing|blank|right|correct) (?:term|word|value)s? is:?\s*)?"
    r"[\"“'`]*(?P<term>.+?)[\"”'`]*(?:\.\s|\.?\s*$)",
    re.IGNORECASE | re.DOTALL,
)
ABSENCE = re.compile(
    r"(?:cannot be (?:answered|determined|known)|(?:does|do) not (?:state|say|mention|give|specify)"
    r"|is not (?:stated|mentioned|given|specified)|has no|have no|there is no)\b",
    re.IGNORECASE,
)
_OPENER = re.compile(r"That cannot be answered from the documentation:?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement to check.

    ``start`` and ``end`` are offsets into the content of the record's message number ``message``;
    ``text`` is what is checked and may differ from the span where the question was needed to
    complete it. ``holds`` is False where the answer says that the statement is false, ``absent`` is
    True where it says that something is missing.
    ``about`` is the name the frame gives ("The documentation of NAME says").
    """

    text: str
    start: int
    end: int
    holds: bool = True
    absent: bool = False
    about: str = ""
    message: int = 1


def split_claims(question: str, answer: str) -> list[Claim]:
    """The claims of an answer in order; code blocks, questions and bare frames are none."""
    claims = list(_from_question(question, answer))
    covered = claims[-1].end if claims else 0
    for sentence in _prose_sentences(answer):
        if sentence.start < covered and sentence.end <= covered:
            continue
        start = max(sentence.start, covered)
        claim = _claim(answer, start, sentence.end)
        if claim is not None:
            claims.append(claim)
    return claims


def _from_question(question: str, answer: str) -> Iterator[Claim]:
    """The claim that the beginning of an answer makes together with the question."""
    polar, statement = _POLAR.match(answer), _STATEMENT.search(question)
    if polar and statement:
        holds = polar.group(1).casefold() in ("true", "yes")
        yield Claim(statement.group(1).strip(), 0, polar.end(), holds)
        return
    blank = _BLANK.search(question)
    term = _TERM.match(answer) if blank else None
    if blank and term:
        gap = question[_gap_start(question, blank.start()) :].strip().strip('"“”')
        filled = _BLANK.sub(lambda _: term["term"].strip("\"“”'`"), gap)
        yield Claim(filled, 0, term.end())


def _gap_start(question: str, blank: int) -> int:
    """Where the sentence with the blank begins, behind the colon that introduces it."""
    colon = question.rfind(": ", 0, blank)
    return colon + 2 if colon >= 0 else 0


def _prose_sentences(answer: str) -> Iterator[Span]:
    """Sentences outside code blocks, with offsets into the answer; a frame begins a new one."""
    masked = _FENCE.sub(lambda match: re.sub(r"[^\n]", " ", match.group(0)), answer)
    for sentence in sentences(masked):
        starts = [m.start() for m in _FRAME.finditer(sentence.text) if m.start() > 0]
        cuts = [0, *starts, len(sentence.text)]
        for start, end in pairwise(cuts):
            text = sentence.text[start:end].rstrip()
            yield Span(sentence.start + start, sentence.start + start + len(text), text)


def _claim(answer: str, start: int, end: int) -> Claim | None:
    text = answer[start:end]
    opener = _OPENER.match(text)
    frame = opener or _FRAME.match(text)
    lead = frame.end() if frame else 0
    lead += len(text[lead:]) - len(text[lead:].lstrip("-*•#> \t"))
    stated = text[lead:].strip()
    if not re.search(r"\w", stated) or stated.endswith("?"):
        return None
    absent = bool(opener or ABSENCE.search(stated))
    named = next((n for n in frame.groups() if n), "") if frame and not opener else ""
    return Claim(stated, start + lead, start + lead + len(stated), absent=absent, about=named)
