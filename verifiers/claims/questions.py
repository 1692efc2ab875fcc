"""What a question asks about: its topic, and what a yes to it says.

Questions are read by their form ("When was X built?"). Where the form leaves open where the subject
ends, nothing is guessed.
"""

from __future__ import annotations

import re
from functools import lru_cache

from verifiers.claims.english import BE, FINITE, PREPOSITIONS, capital, is_participle

_LAST = 600
"""Characters at the end of a question that are read."""
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”']?\s+(?=[A-Z\"“`])|\n+")
_POLAR = re.compile(rf"(?P<verb>{FINITE})\s+(?P<rest>.+)", re.IGNORECASE | re.DOTALL)
BE_NP = re.compile(
    rf"(?:what|who|which)(?P<verb>['’]s| {BE}) (?P<rest>.+)", re.IGNORECASE | re.DOTALL
)
DO = re.compile(
    rf"(?:when|where|why|how|what|who|which) (?P<verb>{FINITE}) (?P<rest>.+)",
    re.IGNORECASE | re.DOTALL,
)
SUBJECT_ASKED = re.compile(r"(?:who|what) (?P<verb>[a-z]+) (?P<rest>.+)", re.IGNORECASE | re.DOTALL)
HOW = re.compile(rf"how (?P<kind>[a-z]+) (?P<verb>{BE}) (?P<rest>.+)", re.IGNORECASE | re.DOTALL)
_ORDERED = re.compile(
    r"(?:please )?(?:tell me(?: (?:more|something))? about|describe|explain|summari[sz]e"
    r"|what (?:of|about)"
    r"|give me (?:an overview|a summary|details) of|introduce)\s+(?P<rest>[^.?!\n]+)",
    re.IGNORECASE,
)
WH = re.compile(r"(?:who|whom|whose|what|when|where|which|why|how)\b", re.IGNORECASE)
INVERTED = re.compile(rf"\s(?:{FINITE})\s", re.IGNORECASE)
_WITH_CAPITAL = re.compile(
    r"(?P<subject>(?:(?:[Tt]he|[Aa]n?|[Hh]is|[Hh]er|[Ii]ts"
    r"|[Tt]heir)\s)?(?:[a-z-]+\s(?:of\s(?:the\s)?)?){0,3}?"
    r"(?:[A-Z][\w'’.&-]*|`[^`]+`)"
    r"(?:\s(?:(?:of|the|de|la|van|von|and|for)\s(?=[A-Z\d`]))*(?:[A-Z][\w'’.&-]*"
    r"|\d+\w*))*)(?:\s(?P<rest>.+))?\Z",
    re.DOTALL,
)
_PRONOUN = re.compile(
    r"\b(?:it|its|they|them|their|he|she|his|her|him|this|that|these|those|you|your|i|we)\b"
)
_GOING_ON = re.compile(r"\A(?:and|but|so|okay|ok|also|then)\b,?\s+", re.IGNORECASE)
"""How a later question of a conversation begins."""


@lru_cache(maxsize=10_000)
def asked(question: str) -> str:
    """The last question of a text, without its mark; empty where the text ends in none."""
    tail = question.strip()[-_LAST:]
    last = _GOING_ON.sub("", _SENTENCE_END.split(tail)[-1].strip())
    if last.endswith("?"):
        return last.rstrip("? ").strip()
    return last.rstrip(".! ") if WH.match(last) else ""


def is_polar(question: str) -> bool:
    """Whether a question is one for yes or no."""
    return bool(_POLAR.match(question)) and " or " not in question


def split_subject(rest: str) -> tuple[str, str] | None:
    """What follows the verb of an inverted question as subject and remainder, where the form says
    where one ends: at a name, at code, or before a participle at the end.
    """
    named = _WITH_CAPITAL.match(rest)
    if named:
        words, behind = named["subject"].split(), named["rest"] or ""
        if any(word in PREPOSITIONS for word in words[:-1]) or behind.startswith(
            ("and ", "or ", "to ")
        ):
            return None
        return named["subject"], behind
    words = rest.split()
    if 2 <= len(words) <= 7 and is_participle(words[-1]):
        return " ".join(words[:-1]), words[-1]
    return None


def statement(question: str) -> str:
    """What a question for yes or no asks to confirm, as a statement where its form allows."""
    match = _POLAR.match(question)
    if match is None:
        return question
    split = split_subject(match["rest"])
    if split is None or not split[1]:
        return question
    return f"{capital(split[0])} {match['verb'].casefold()} {split[1]}"


@lru_cache(maxsize=10_000)
def topic(question: str) -> str:
    """What a question is about, as it names it; empty where its form does not tell."""
    ordered = _ORDERED.match(question.strip())
    if ordered:
        return nominal(ordered["rest"])
    last = asked(question)
    how = HOW.match(last) or BE_NP.match(last) or DO.match(last) or _POLAR.match(last)
    if how:
        split = split_subject(how["rest"])
        if split:
            return nominal(split[0])
        noun = BE_NP.match(last) or HOW.match(last)
        return nominal(how["rest"]) if noun else ""
    done = SUBJECT_ASKED.match(last)
    named = _WITH_CAPITAL.match(done["rest"]) if done else None
    return nominal(named["subject"]) if named and not named["rest"] else ""


def about_person(question: str) -> bool:
    """Whether a question asks who somebody is."""
    return (
        question.strip()
        .casefold()
        .startswith(("who is", "who was", "who's", "who are", "who were"))
    )


def nominal(text: str) -> str:
    """A noun phrase as it stands, empty where it is none that can stand for itself."""
    clean = text.strip(' ,.?!"“”')
    words = clean.split()
    if not words or len(words) > 10 or _PRONOUN.search(clean.casefold()):
        return ""
    final = words[-1].casefold()
    verbal = is_participle(words[0]) or is_participle(final)
    return "" if verbal or final in PREPOSITIONS or INVERTED.search(clean) else clean
