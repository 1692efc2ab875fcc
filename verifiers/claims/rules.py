"""The claims of an answer by rule.

Claims are main clauses, freed from their frame ("The documentation says: ..."). A "True." or "No."
is read together with the statement it judges, a filled blank with the sentence around it, and a
short answer with its question, so that they are checked for what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from verifiers.claims.claim import ABSENCE, Claim
from verifiers.claims.clauses import clauses
from verifiers.claims.completion import completed, is_short_answer
from verifiers.claims.context import resolved, subject
from verifiers.claims.english import HAS_FINITE, VALUE, is_participle
from verifiers.claims.frames import unframe
from verifiers.claims.kinds import no_claim, withdrawal
from verifiers.claims.pieces import Piece, masked, pieces
from verifiers.claims.questions import asked, is_polar, statement

_POLAR = re.compile(r"\s*(True|False|Yes|No)\b[.,:;!]?\s*", re.IGNORECASE)
_STATEMENT = re.compile(r"true or false\s*[:?]\s*(.+)", re.IGNORECASE | re.DOTALL)
_THERE = re.compile(r"\w+ there\b", re.IGNORECASE)
_BLANK = re.compile(r"_{3,}")
_TERM = re.compile(
    r"\s*(?:The (?:missing|blank|right|correct) (?:term|word|value)s? is:?\s*)?"
    r"[\"“'`]*(?P<term>.{1,300}?)[\"”'`]*(?:\.\s|\.?\s*$)",
    re.IGNORECASE | re.DOTALL,
)
_ANSWER_IS = re.compile(
    r"(?:(?:so|thus|therefore|hence),? )?(?:(?:the|my) (?:final |correct |right )?answer (?:is"
    r"|would be)"
    r"|(?:final |correct )?answer:):?\s+",
    re.IGNORECASE,
)
_TAG = re.compile(
    r",\s*(?:isn['’]t it|aren['’]t they|wasn['’]t it|right|correct|no|doesn['’]t it)\?\Z",
    re.IGNORECASE,
)
_ASSERTING = re.compile(r"(?:did|do) you know (?:that )?", re.IGNORECASE)
_BOLD = re.compile(r"(?<!\w)\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*(?!\w)")


_PSEUDO_HEADING = re.compile(r"\*\*[^*\n]+\*\*:?\Z|__[^_\n]+__:?\Z")


class _Before(NamedTuple):
    """What was said so far: the last sentence as it was resolved, where claims end, and whether
    the answer has only begun.
    """

    text: str = ""
    covered: int = 0
    opening: bool = True


def split_claims(question: str, answer: str) -> list[Claim]:
    """The claims of an answer in order; code, questions, talk, orders and opinions are none."""
    mask = masked(answer)
    claims: list[Claim] = []
    before, begun, in_trace = _Before(), 0, True
    for whole in pieces(answer, mask):
        piece = whole
        taken_back = withdrawal(piece.text)
        if taken_back:
            del claims[begun:]
            piece = _rest(piece, taken_back)
        if in_trace and not piece.trace:
            asked_for = [*_from_question(question, answer, mask.body)]
            claims += asked_for
            covered = asked_for[-1].end if asked_for else 0
            before, in_trace = before._replace(covered=covered, opening=True), False
        begun = len(claims)
        claims += _of_piece(piece, question, answer, before)
        before = _after(before, piece, claims[begun:])
    return [replace(claim, question=question) for claim in claims]


def _rest(piece: Piece, cut: int) -> Piece:
    """A piece without its beginning."""
    return replace(piece, start=piece.start + cut, text=piece.text[cut:], line_start=False)


def _after(before: _Before, piece: Piece, found: Sequence[Claim]) -> _Before:
    if found:
        return _Before(found[-1].text, before.covered, False)
    if piece.end <= before.covered:
        return before
    # An opinion is no claim, yet the next sentence may speak of what it speaks of.
    return before._replace(text=piece.text, opening=False) if subject(piece.text) else before


def _from_question(question: str, answer: str, body: int) -> Iterator[Claim]:
    """The claim that the beginning of an answer makes together with the question."""
    polar, judged = _POLAR.match(answer, body), _STATEMENT.search(question)
    asks = "" if judged or not polar else asked(question)
    if polar and (judged or is_polar(asks)):
        holds = polar.group(1).casefold() in ("true", "yes")
        text = judged.group(1).strip() if judged else statement(asks)
        if text and not (asks and _THERE.match(asks) and ABSENCE.search(answer, body)):
            yield Claim(text, polar.start(1), polar.end(), holds)
        return
    blank = _BLANK.search(question)
    term = _TERM.match(answer, body) if blank else None
    if blank and term:
        gap = question[_gap_start(question, blank.start()) :].strip().strip('"“”')
        filled = _BLANK.sub(lambda _: term["term"].strip("\"“”'`"), gap)
        yield Claim(filled, body, term.end())


def _gap_start(question: str, blank: int) -> int:
    """Where the sentence with the blank begins, behind the colon that introduces it."""
    colon = question.rfind(": ", 0, blank)
    return colon + 2 if colon >= 0 else 0


def _of_piece(piece: Piece, question: str, answer: str, before: _Before) -> list[Claim]:
    """The claims of a sentence or a row of a table."""
    start = max(piece.start, before.covered)
    if start >= piece.end:
        return []
    if piece.cells:
        return [Claim(_under(piece.lead, piece.cells), start, piece.end)]
    frame = unframe(answer[start : piece.end], piece.line_start)
    start += frame.start
    stated = _declared(piece, answer[start : piece.end])
    start += len(stated) - len(stated.lstrip())
    stated = stated.strip()
    sure = frame.vouched or frame.opened
    if not stated or (not sure and _states_nothing(piece, stated, question)):
        return []
    if sure:
        absent = frame.opened or bool(ABSENCE.search(stated))
        return [Claim(stated, start, start + len(stated), absent=absent, about=frame.about)]
    if frame.denied:
        return [Claim(stated, start, start + len(stated), holds=False)]
    said = _ANSWER_IS.match(stated)
    short = said.end() if said else 0
    if (said or (before.opening and not before.covered)) and not piece.item:
        text = _completed(question, stated[short:])
        if text:
            added = _plain(stated[short:])
            return [Claim(text, start + short, start + len(stated), added=added)]
    return _of_clauses(piece, stated, start, question, before)


def _declared(piece: Piece, text: str) -> str:
    """What a sentence asserts, without the mark of a question that only seems to be one."""
    if not text.rstrip().endswith("?"):
        return text
    tag = _TAG.search(text)
    if tag:
        return text[: tag.start()]
    return text.rstrip()[:-1] if _ASSERTING.search(piece.text[:60]) else ""


def _states_nothing(piece: Piece, stated: str, question: str) -> bool:
    """Whether it is a heading, a line that its list completes, or no claim by its kind."""
    if piece.heading or (piece.line_start and _PSEUDO_HEADING.match(piece.text)):
        told = ":" in stated.rstrip(":* ") or is_participle(stated.split()[0].strip("*_").lower())
        return not (HAS_FINITE.search(stated) or (told and VALUE.search(stated)))
    if piece.leads and not VALUE.search(stated):
        return True
    return no_claim(stated, question, piece.trace)


def _completed(question: str, stated: str) -> str:
    """The statement that a short answer makes; empty where it is none."""
    return completed(question, _plain(stated)) if is_short_answer(stated) else ""


def _of_clauses(
    piece: Piece, stated: str, start: int, question: str, before: _Before
) -> list[Claim]:
    found: list[Claim] = []
    parts = clauses(stated)
    # The items of a list speak of what the question asks, not of each other.
    context, opening = ("", True) if piece.item else (before.text, before.opening)
    for part in parts:
        raw = stated[part.start : part.end].rstrip()
        at = start + part.start
        absent = bool(ABSENCE.search(raw))
        text = _plain(raw)
        if part.bare and not subject(context):
            last = found.pop()
            joined = f"{last.text}{_plain(stated[last.end - start : part.end].rstrip())}"
            found.append(replace(last, text=joined, end=at + len(raw)))
            continue
        if part.bare:
            text = f"{subject(context)} {text}"
        elif not absent:
            text = resolved(text, question, context, opening)
        if len(parts) > 1 and no_claim(text, question, piece.trace):
            continue
        if piece.lead and not _is_sentence(text):
            text = _under(piece.lead, text)
        found.append(Claim(text, at, at + len(raw), absent=absent))
        context, opening = text, False
    return found


def _is_sentence(text: str) -> bool:
    """Whether a list item stands for itself."""
    return text[:1].isupper() and bool(HAS_FINITE.search(text)) and text.count(" ") > 2


def _under(lead: str, text: str) -> str:
    """An item or a row behind what introduces it, unless that is talk."""
    stated = lead[unframe(lead, True).start :].strip() if lead else ""
    return f"{stated} {text}" if stated and not no_claim(stated, "", False) else text


def _plain(text: str) -> str:
    """Text without marks of emphasis."""
    return _BOLD.sub(r"\1", text) if "**" in text else text
