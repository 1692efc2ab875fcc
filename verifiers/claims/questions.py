"""What a question asks about: its topic, and the statement that a short answer makes of it.

Questions are read by their form ("When was X built?"). Where the form leaves open where the subject
ends, the statement is the question with the answer behind it, which says no more than both.
"""

from __future__ import annotations

import re
from functools import lru_cache

from verifiers.claims.english import BE, FINITE, PREPOSITIONS, capital, is_participle

_LAST = 600
"""Characters at the end of a question that are read."""
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”']?\s+(?=[A-Z\"“`])|\n+")
_POLAR = re.compile(rf"(?P<verb>{FINITE})\s+(?P<rest>.+)", re.IGNORECASE | re.DOTALL)
_BE_NP = re.compile(
    rf"(?:what|who|which)(?P<verb>['’]s| {BE}) (?P<rest>.+)", re.IGNORECASE | re.DOTALL
)
_DO = re.compile(
    rf"(?:when|where|why|how|what|who|which) (?P<verb>{FINITE}) (?P<rest>.+)",
    re.IGNORECASE | re.DOTALL,
)
_SUBJECT_ASKED = re.compile(
    r"(?:who|what) (?P<verb>[a-z]+) (?P<rest>.+)", re.IGNORECASE | re.DOTALL
)
_KIND_ASKED = re.compile(
    rf"(?:which|what) (?P<kind>(?:[\w'’-]+ ){{1,4}}?)(?P<verb>{FINITE}) (?P<rest>.+)",
    re.IGNORECASE | re.DOTALL,
)
_MANY = re.compile(r"how (?:many|much) (?P<rest>.+)", re.IGNORECASE | re.DOTALL)
_HOW = re.compile(rf"how (?P<kind>[a-z]+) (?P<verb>{BE}) (?P<rest>.+)", re.IGNORECASE | re.DOTALL)
_ORDERED = re.compile(
    r"(?:please )?(?:tell me(?: (?:more|something))? about|describe|explain|summari[sz]e"
    r"|what (?:of|about)"
    r"|give me (?:an overview|a summary|details) of|introduce)\s+(?P<rest>[^.?!\n]+)",
    re.IGNORECASE,
)
_WH = re.compile(r"(?:who|whom|whose|what|when|where|which|why|how)\b", re.IGNORECASE)
_WORDS_ASIDE = re.compile(r"\b(?:who|what|when|where|which|why|how|whose)\b", re.IGNORECASE)
_INVERTED = re.compile(rf"\s(?:{FINITE})\s", re.IGNORECASE)
_CALLED = re.compile(r"(?P<np>.+) (?P<verb>called|named|known as)\Z", re.DOTALL)
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
_ANYONE = frozenset("it they he she this that these those there you i we one".split())


@lru_cache(maxsize=10_000)
def asked(question: str) -> str:
    """The last question of a text, without its mark; empty where the text ends in none."""
    tail = question.strip()[-_LAST:]
    last = _SENTENCE_END.split(tail)[-1].strip()
    if last.endswith("?"):
        return last.rstrip("? ").strip()
    return last.rstrip(".! ") if _WH.match(last) else ""


def is_polar(question: str) -> bool:
    """Whether a question is one for yes or no."""
    return bool(_POLAR.match(question)) and " or " not in question


def split_subject(rest: str) -> tuple[str, str] | None:
    """What follows the verb of an inverted question as subject and remainder, where the form says
    where one ends: at a name, at code, or before a participle at the end.
    """
    named = _WITH_CAPITAL.match(rest)
    if named:
        words = named["subject"].split()
        if not any(word in PREPOSITIONS for word in words[:-1]):
            return named["subject"], named["rest"] or ""
        return None
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
        return _nominal(ordered["rest"])
    last = asked(question)
    how = _HOW.match(last) or _BE_NP.match(last) or _DO.match(last) or _POLAR.match(last)
    if how:
        split = split_subject(how["rest"])
        if split:
            return _nominal(split[0])
        noun = _BE_NP.match(last) or _HOW.match(last)
        return _nominal(how["rest"]) if noun else ""
    done = _SUBJECT_ASKED.match(last)
    named = _WITH_CAPITAL.match(done["rest"]) if done else None
    return _nominal(named["subject"]) if named and not named["rest"] else ""


def about_person(question: str) -> bool:
    """Whether a question asks who somebody is."""
    return (
        question.strip()
        .casefold()
        .startswith(("who is", "who was", "who's", "who are", "who were"))
    )


def _nominal(text: str) -> str:
    """A noun phrase as it stands, empty where it is none that can stand for itself."""
    clean = text.strip(' ,.?!"“”')
    words = clean.split()
    if not words or len(words) > 10 or _PRONOUN.search(clean.casefold()):
        return ""
    final = words[-1].casefold()
    verbal = is_participle(words[0]) or is_participle(final)
    return "" if verbal or final in PREPOSITIONS or _INVERTED.search(clean) else clean


def completed(question: str, said: str) -> str:
    """The statement that a short answer makes of the last question of a text; empty without one."""
    last = asked(question)
    if not _WH.match(last):
        aside = _WORDS_ASIDE.search(last)
        return f"{last}: {said}" if aside else ""
    return _by_form(last, said.strip()) or f"{last}: {said}"


def _by_form(last: str, said: str) -> str:
    text = said.rstrip(".")
    called = _BE_NP.match(last)
    if called:
        return _copula(called["verb"], called["rest"], text)
    for form, made in ((_HOW, _measured), (_MANY, _counted), (_KIND_ASKED, _chosen), (_DO, _moved)):
        match = form.match(last)
        if match:
            return made(match, text)
    who = _SUBJECT_ASKED.match(last)
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
    noun = _nominal(rest)
    return f"{capital(noun)} {verb} {said}." if noun and " or " not in noun else ""


def _measured(match: re.Match[str], said: str) -> str:
    noun = _nominal(match["rest"])
    kind = "" if re.search(rf"\b{match['kind']}\b", said) else f" {match['kind']}"
    return f"{capital(noun)} {match['verb']} {said}{kind}." if noun else ""


def _counted(match: re.Match[str], said: str) -> str:
    rest = match["rest"]
    if _INVERTED.search(rest):
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
    if not words or len(words) > 12 or _INVERTED.search(f" {said} "):
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
