"""A claim as the checks read it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from store.text import visible
from verifiers.checks.every import CHECKS
from verifiers.checks.numbers import SPELLED
from verifiers.checks.quantities import quantities
from verifiers.checks.readings import readings
from verifiers.wording import STOP, content, stem

_SHORT = 4
"""Words below which a claim says too little to be looked for without its question."""
_OPEN = re.compile(
    r"\W*(?:please )?(?:what (?:do|can|could) you (?:know|tell|say)|(?:can |could )?(?:you )?"
    r"tell me).{0,12}\babout\b",
    re.IGNORECASE,
)
"""A question for whatever there is, as "What do you know about Vega?"."""
_BARE = 8
"""Words that an answer may have of which none carries meaning."""
_SUBJECT = re.compile(
    r"(?:The |A |An )?[A-Z][\w'’.-]*"
    r"(?:\s+(?:(?:of|the|and|de|van|von|al|for|in)\s+){0,2}[A-Z\d][\w'’.-]*)*"
)
_PRONOUNS = frozenset("he she they we you i his her their our my your one".split())
_HOW = re.compile(r"\bhow (?:many|much|long|far|often|old)\b", re.IGNORECASE)
"""What a question asks with, and no answer repeats."""
_OWNER = re.compile(r"^.*['’]s?\s+(?=\S)")
_SPELLED = re.compile(rf"\b{SPELLED}", re.IGNORECASE)
_REQUESTS = frozenset(
    stem(word)
    for word in """please kindly could tell give name list state explain describe say write provide
identify mention show summarise summarize define specify find know let me us you your we our i my
exactly briefly short sentence word words answer question""".split()
)
"""Words by which a question asks, and which say nothing of what it asks about."""
_NO_NAME = (STOP | _PRONOUNS) - {"the", "a", "an"}


@dataclass(frozen=True, slots=True)
class Reading:
    """Stems of a claim's wording without its numbers; those of them that are its ``own`` and not
    taken from its question, and those that the question did not give either (``focus``); those of
    the name it begins with (``subject``); and its checkable parts in the order of CHECKS. ``given``
    is the text that it may take as known: that name and the question. ``denies`` says that it
    denies something; ``text`` and ``context`` are what was read.
    """

    wording: tuple[str, ...]
    own: frozenset[str]
    focus: frozenset[str]
    subject: frozenset[str]
    parts: tuple[Collection[Any], ...]
    text: str
    context: str
    given: str
    denies: bool

    @property
    def empty(self) -> bool:
        """Whether there is nothing to look for. A word such as "yes" or "both" may be an answer by
        its question; a row of such words is none.
        """
        bare = not self.own and len(self.text.split()) > _BARE
        return bare or (not self.wording and not any(self.parts))


@lru_cache(maxsize=4_096)
def read(text: str, context: str = "") -> Reading:
    """Read a claim. ``context`` is the question it answers, or empty; it completes short claims."""
    text, context = visible(text).replace("\n", " "), visible(context).replace("\n", " ")
    is_open = bool(_OPEN.match(context))
    if is_open:
        text = text.removeprefix(context.rstrip("?. ")).lstrip(": ")
    own = _plain(text)
    asked = tuple(word for word in _plain(_HOW.sub(" ", context)) if word not in _REQUESTS)
    opening = opening_name(text)
    says = bool(own) or not is_open  # A bare number answers no question for whatever there is.
    parts = tuple(check.wanted(text) if says else () for check in CHECKS)
    # A question for whatever there is completes no short answer.
    completed = len({*own}) < _SHORT and not is_open
    return Reading(
        wording=tuple(dict.fromkeys([*own, *(asked if completed else ())])),
        own=frozenset(own),
        focus=frozenset(own) - frozenset(asked) if asked else frozenset(),
        subject=subject_of(text),
        parts=parts,
        text=text,
        context=context,
        given=f"{opening} {context}".strip(),
        denies=any(sentence.negators for sentence in readings(text)),
    )


def opening_name(text: str) -> str:
    """The name a text begins with, or empty; a text that is nothing but a name has none."""
    match = _SUBJECT.match(text)
    if match and match.group(0).split()[0].casefold() in _NO_NAME:
        return ""
    return match.group(0) if match and match.end() < len(text.rstrip(" .")) else ""


def subject_of(text: str) -> frozenset[str]:
    """Stems of the name a text begins with, without its owner: Juno of NASA's Juno."""
    return frozenset(content(_OWNER.sub("", opening_name(text))))


def _plain(text: str) -> tuple[str, ...]:
    """Stems without a digit and without units of measure; what these say is left to the checks."""
    for measured in quantities(text):
        if measured.unit.kind:
            text = text.replace(measured.text, " ", 1)
        elif spelled := _SPELLED.search(measured.text):
            text = text.replace(spelled.group(0), " ", 1)
    return tuple(w for w in content(text) if not any(sign.isdigit() for sign in w))
