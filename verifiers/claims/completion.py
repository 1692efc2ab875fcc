"""Short answers completed from their question: "1889" to "When was X built?" says "X was built in
1889". Where the form of the question does not show how, the statement is the question with the
answer behind it, which says no more than both.
"""

from __future__ import annotations

import re

from verifiers.claims.english import BE, FINITE, PREPOSITIONS, capital, is_participle
from verifiers.claims.questions import (
    BE_NP,
    DO,
    HOW,
    INVERTED,
    SUBJECT_ASKED,
    WH,
    asked,
    nominal,
    split_subject,
)

_KIND_ASKED = re.compile(
    rf"(?:which|what) (?P<kind>(?:[\w'’-]+ ){{1,4}}?)(?P<verb>{FINITE}) (?P<rest>.+)",
    re.IGNORECASE | re.DOTALL,
)
_MANY = re.compile(r"how (?:many|much) (?P<rest>.+)", re.IGNORECASE | re.DOTALL)
_WORDS_ASIDE = re.compile(r"\b(?:who|what|when|where|which|why|how|whose)\b", re.IGNORECASE)
_CALLED = re.compile(r"(?P<np>.+) (?P<verb>called|named|known as)\Z", re.DOTALL)
_ANYONE = frozenset("it they he she this that these those there you i we one".split())


def completed(question: str, said: str) -> str:
    """The statement that a short answer makes of the last question of a text; empty without one."""
    last = asked(question)
    if not WH.match(last):
        aside = _WORDS_ASIDE.search(last)
        return f"{last}: {said}" if aside else ""
    return _by_form(last, said.strip()) or f"{last}: {said}"


def _by_form(last: str, said: str) -> str:
    text = said.rstrip(".")
    called = BE_NP.match(last)
    if called:
        return _copula(called["verb"], called["rest"], text)
    for form, made in ((HOW, _measured), (_MANY, _counted), (_KIND_ASKED, _chosen), (DO, _moved)):
        match = form.match(last)
        if match:
            return made(match, text)
    who = SUBJECT_ASKED.match(last)
    return f"{capital(text)} {who['verb']} {who['rest']}." if who else ""


def _copula(raw: str, rest: str, said: str) -> str:
    """What is X: X is it. Who was made X: they were made X."""
    verb = "is" if raw[0] in "'’" else raw.strip()
    words = rest.split()
    if is_participle(words[0]):
        return f"{capital(said)} {verb} {rest}."
    called = _CALLED.match(rest)
    if called:
        return f"{capital(called['np'])} {verb} {called['verb']} {said}."
    noun = nominal(rest)
    return f"{capital(noun)} {verb} {said}." if noun and " or " not in noun else ""


def _measured(match: re.Match[str], said: str) -> str:
    noun = nominal(match["rest"])
    kind = "" if re.search(rf"\b{match['kind']}\b", said) else f" {match['kind']}"
    return f"{capital(noun)} {match['verb']} {said}{kind}." if noun else ""


def _counted(match: re.Match[str], said: str) -> str:
    rest = match["rest"]
    if INVERTED.search(rest):
        return ""
    first, _, others = rest.partition(" ")
    if said.casefold().endswith(first.casefold()):
        return f"{capital(said)} {others}."
    return (
        f"{capital(said)} {rest}."
        if re.fullmatch(r"[\d.,\w]+(?: (?:million|billion))?", said)
        else ""
    )


def _chosen(match: re.Match[str], said: str) -> str:
    """Which X was made first, A or B: A was made first."""
    rest = match["rest"]
    words = rest.split()
    if match["verb"].casefold() in ("do", "does", "did"):
        return ""
    if not (is_participle(words[0]) or words[0] in ("the", "a", "an", "more", "less", "not")):
        return ""
    at = rest.find(said)
    options = " or " in rest and at > 0
    if options:
        before = rest[:at].rstrip(" ,:")
        rest = (
            re.split(r",? (?:between )?[\w'’ ]+ or\Z", before)[0]
            if before.endswith(" or")
            else before
        )
        if not rest.strip():
            return ""
    return f"{capital(said)} {match['verb']} {rest}."


def _moved(match: re.Match[str], said: str) -> str:
    """When was X made: X was made then."""
    if not match.group(0).casefold().startswith(("when", "where")):
        return ""
    split = split_subject(match["rest"])
    if split is None or (not split[1] and not re.fullmatch(BE, match["verb"])):
        return ""
    first, _, others = said.partition(" ")
    place = f"in {said}" if re.fullmatch(r"\d{4}", said) else said
    if first.casefold() in PREPOSITIONS:
        place = f"{first.casefold()} {others}"
    predicate = f" {split[1]}" if split[1] else ""
    return f"{capital(split[0])} {match['verb'].casefold()}{predicate} {place}."


_DATE_OR_NUMBER = re.compile(
    r"(?:about |around |approximately |roughly |nearly |over |~|≈)?[$€£]?-?\d[\w\s.,%°/:–-]*\Z",
    re.IGNORECASE,
)
_NAMES_ONLY = re.compile(
    r"[A-Z0-9][\w'’.&-]*(?:,? (?:(?:of|the|and|de|la|van|von|for|in|or|&) )*[A-Z0-9][\w'’.&-]*)*\Z"
)


def is_short_answer(text: str) -> bool:
    """Whether a text is, by its form, no sentence but a name, date, number, code or place."""
    said = text.strip().strip('*"“”').rstrip(".").strip()
    words = said.split()
    if not words or len(words) > 12 or INVERTED.search(f" {said} "):
        return False
    if len(words) == 1 or re.fullmatch(r"`[^`]+`", said):
        return True
    if words[0].casefold() in PREPOSITIONS and len(words) <= 8 and "," not in said:
        return True
    if _DATE_OR_NUMBER.match(said) and len(words) <= 7:
        return True
    if _NAMES_ONLY.match(said):
        return True
    return (
        len(words) <= 3
        and not words[-1].endswith(("s", "ed"))
        and words[0].casefold() not in _ANYONE
    )
