"""Answers that are none: refusals, chatter, echoes of the question, left-overs of a template.

A refusal counts where the answer begins with it: an answer that speaks about refusals, or a letter
that declines an invitation, is an answer. So is "the documentation does not say", which tells the
reader something true about the source.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from filters import phrases
from store.text import normalise, squeeze

_REFUSES = re.compile("|".join(rf"(?:{p})" for ps in phrases.REFUSALS.values() for p in ps))
_DISCLAIMS = re.compile("|".join(rf"(?:{p})" for p in phrases.DISCLAIMERS.values()))
_REST_OF_SENTENCE = re.compile(r"[^.!?]{0,120}")
_OPENING, _ENDING = 400, 300
_SUBSTANCE = 60
"""Words of an answer that refuses at first and then may have something to say."""
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`]*`", re.DOTALL)
_FENCE = re.compile(r"^[ \t>]*(`{3,})([^`\n]*)$", re.MULTILINE)


class Found(NamedTuple):
    """A phrase that was found, and whether it makes up the answer as a whole."""

    phrase: str
    whole: bool


def refusal(question: str, answer: str) -> Found | None:
    """How an answer refuses, if it begins with that. Not ``whole`` where it then turns to an
    answer, or where the question asks for somebody's words or about the assistant itself.
    """
    start = answer[:_OPENING].casefold()
    if not any(cue in start for cue in phrases.REFUSAL_CUES):
        return None
    start = squeeze(start)
    disclaimer = _DISCLAIMS.match(start)
    match = disclaimer or _REFUSES.match(start)
    if match is None:
        return None
    rest = _REST_OF_SENTENCE.match(start, match.end())
    said = start[: (rest or match).end()]
    if phrases.GROUNDED.search(said):
        return None
    long = len(answer.split()) > _SUBSTANCE
    turned = long and phrases.TURN.search(answer.casefold()) is not None
    if disclaimer:
        answered = ", but" in said[match.end() :] and _REFUSES.match(said) is None
        turned = long or answered or phrases.ABOUT_ASSISTANT.search(question) is not None
    stock = disclaimer or phrases.STOCK.search(said)
    meant = phrases.ABOUT_REFUSALS if stock else phrases.SOMEBODYS_WORDS
    return Found(match.group(0)[:120], not turned and not meant.search(question))


def no_output(answer: str) -> Found | None:
    """A placeholder instead of an answer."""
    said = answer.strip() if len(answer) < 60 else ""
    return Found(said, True) if phrases.NO_OUTPUT.fullmatch(said) else None


def boilerplate(question: str, answer: str) -> Found | None:
    """Chatter around an answer, or furniture of a web page in it. What ends a letter is no chatter
    where a letter was asked for.
    """
    start = answer[:40].lstrip().casefold()
    if start.startswith(phrases.OPENERS):
        return Found(next(phrase for phrase in phrases.OPENERS if start.startswith(phrase)), False)
    folded = answer.casefold()
    for phrase in phrases.FURNITURE:
        if phrase in folded and phrase not in question.casefold():
            return Found(phrase, False)
    end = folded[-_ENDING:].replace("’", "'")
    found = next((phrase for phrase in phrases.CLOSERS if phrase in end), None)
    if found is None or phrases.SOMEBODYS_WORDS.search(question):
        return None
    return Found(found, False)


def echo(question: str, answer: str) -> Found | None:
    """An answer that says no more than its question: the same words, none added.

    A part of the question may be the answer ("Correct this sentence: …", "A or B?"), so only the
    whole of it counts.
    """
    if not 0.8 < len(answer) / max(len(question), 1) < 1.25:
        return None
    asked = normalise(question)
    return Found(answer[:80], True) if asked and asked == normalise(answer) else None


def left_over(question: str, answer: str) -> Found | None:
    """A slot that a template left open. In code, and where a question is about templates or asks
    for a letter, a slot may be meant.
    """
    asked, said = (
        _CODE.sub(" ", text) if "`" in text and "{" in text else text for text in (question, answer)
    )
    found = phrases.UNFILLED.search(asked)
    if found is None and not phrases.ABOUT_TEMPLATES.search(asked):
        found = phrases.UNFILLED.search(said)
        if found is None and not phrases.SOMEBODYS_WORDS.search(question):
            found = phrases.OPEN_SLOT.search(said)
    return Found(found.group(0), False) if found else None


def open_fence(answer: str) -> bool:
    """Whether a code block is never closed (CommonMark, fenced code blocks: the closing fence is at
    least as long as the opening one and has no info string).
    """
    if "````" not in answer:
        return answer.count("```") % 2 == 1
    opened = ""
    for match in _FENCE.finditer(answer):
        fence, info = match.groups()
        if not opened:
            opened = fence
        elif len(fence) >= len(opened) and not info.strip():
            opened = ""
    return bool(opened)
