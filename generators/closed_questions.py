"""Questions with short answers on the facts of a corpus, for models that are asked without it.

The wording is none that a teacher's template or a recipe's style uses, so that a model which was
trained on the records of this corpus has met the fact but not the question.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from generators.facts import Fact, terms
from generators.library import Library
from store.corpus import Document
from store.known import Known
from store.text import normalise, sha256, squeeze

_LONGEST = 60
"""Characters of an answer; a longer one is no short answer."""
_WORDS = 8
_CALENDAR = re.compile(
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b"
)
_MONTH_NEAR = re.compile(rf"\s*{_CALENDAR.pattern}")
_ODD = re.compile(r"[|<>*_]|https?:|\.\.\.|____")


def closed_questions(library: Library, as_of: date | None = None) -> list[Known]:
    """A question for every fact that has a short answer, in the order of the corpus.

    Documents that ``as_of`` finds out of date are left out, and so is a question to which the
    corpus gives two answers.
    """
    found: dict[str, list[Known]] = defaultdict(list)
    for document in library.corpus.documents:
        if as_of and document.valid_to and document.valid_to < as_of:
            continue
        for known in _of_document(document, library.facts[document.id]):
            found[normalise(known.question)].append(known)
    return [
        same[0] for same in found.values() if len({normalise(known.answer) for known in same}) == 1
    ]


def _of_document(document: Document, facts: list[Fact]) -> Iterator[Known]:
    """Named values first; a sentence that repeats one of them is the same fact again."""
    stated = [known for fact in facts if (known := _named(document, fact)) is not None]
    yield from stated
    values = " | ".join(f" {normalise(known.answer)} " for known in stated)
    for fact in facts:
        if fact.kind in ("sentence", "statement"):
            known = _gap(document, fact)
            if known is not None and f" {normalise(known.answer)} " not in values:
                yield known


def _named(document: Document, fact: Fact) -> Known | None:
    value = squeeze(fact.value)
    if fact.kind == "default":
        asked = (
            f"Think of a call to Python's `{fact.subject}` without the argument "
            f"`{fact.attribute}`. Which value is used for it?"
        )
        # What a default is called depends on its value, which must not tell the answer.
        return Known(document.id, fact.subject, "default", asked, value) if _short(value) else None
    if fact.kind != "field" or not _short(value):
        return None
    asked = f"{fact.subject}, {fact.attribute[0].lower() + fact.attribute[1:]}: what is it?"
    if fact.attribute[1:2].isupper():
        asked = f"{fact.subject}, {fact.attribute}: what is it?"
    return Known(document.id, fact.subject, fact.bucket, asked, value)


def _gap(document: Document, fact: Fact) -> Known | None:
    """A sentence with one of its numbers, names or code words left out."""
    text = fact.value
    found = [match for match in terms(fact) if _telling(text, match)]
    if not found or _ODD.search(text):
        return None
    match = min(found, key=lambda m: sha256(f"{fact.subject}:{text}:{m.start()}"))
    answer = next((group for group in match.groups() if group), match.group(0))
    gapped = f"{text[: match.start()]}____{text[match.end() :]}"
    asked = f"What belongs in the gap of this statement about {fact.subject}? {gapped}"
    return Known(document.id, fact.subject, _gap_kind(answer), asked, answer)


def _gap_kind(answer: str) -> str:
    if re.fullmatch(r"[12]\d{3}", answer):
        return "gap year"
    return "gap number" if answer[0].isdigit() else "gap name"


def _telling(text: str, match: re.Match[str]) -> bool:
    """Whether it can be asked for: no month or its day, no part of a word, no single digit."""
    term = match.group(0)
    around = text[max(0, match.start() - 1) : match.start()] + text[match.end() : match.end() + 1]
    if _CALENDAR.match(term) or not _short(term) or "-" in around:
        return False
    near = _MONTH_NEAR.match(text, match.end()) or _CALENDAR.search(
        text[max(0, match.start() - 11) : match.start()]
    )
    if term[0].isdigit():
        return len(term) > 1 and not (near and len(term) <= 2)
    return len(term) > 2


def _short(value: str) -> bool:
    return (
        0 < len(value) <= _LONGEST
        and len(value.split()) <= _WORDS
        and any(map(str.isalnum, value))
        and "\n" not in value
    )
