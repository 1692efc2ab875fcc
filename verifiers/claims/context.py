"""Pronouns at the head of a sentence, replaced by what they stand for, where that is safe.

What they stand for is the topic of the question or the subject of the sentence before. Where two
things come into question the sentence stays as it is: a wrong subject makes a true claim false.
"""

from __future__ import annotations

import re
from functools import lru_cache

from verifiers.claims.english import FINITE, NAME, PREPOSITIONS, capital
from verifiers.claims.questions import about_person, topic

_HEAD = re.compile(
    r"(?P<lead>(?:(?:In|Since|By|From|After|Before|During|On|At|As of|Until|Around|Today|Later|Then"
    r"|However|Also|Additionally|Moreover|Furthermore|Originally|Currently"
    r"|Previously)\b[^,.;:]{0,40}, )?)"
    r"(?P<pronoun>It|They|He|She|Its|Their|His|Her)\b(?=['’]s\b|\s+\S)",
    re.IGNORECASE,
)
_EXPLETIVE = re.compile(
    r"it(?:['’]s| is| was| has been| can be| may be| will be| would be| seems| appears| takes"
    r"| took| turns)"
    r"(?: (?:not|also|very|often|generally|thus|therefore|now|widely|commonly|still|quite|more"
    r"|most))*"
    r"(?: (?:important|possible|impossible|necessary|clear|true|false|likely|unlikely|known"
    r"|believed|said"
    r"|thought|estimated|recommended|easy|hard|difficult|best|better|worth|common|useful|helpful"
    r"|wise"
    r"|reported|assumed|expected|customary|usual|rare|safe|up to|here|there|only|because|why"
    r"|when|where|how"
    r"|that|out|raining|snowing|late|early|time|enough|a (?:good|bad|common|fact|pity)|(?:about "
    r"|around )?\d)"
    r"\b|(?: that| to)\b)",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(?P<subject>(?:(?:The|A|An|His|Her|Their) (?:[a-z][\w-]* (?:of (?:the )?)?){0,4}?)?"
    r"(?:(?:[A-Z][\w'’.-]*|`[^`]+`)(?: (?:(?:of|the|de|la|van|von) )*(?:[A-Z][\w'’.-]*|\d+))*"
    rf"|(?<=[a-z] )(?=(?:{FINITE})\b)))"
    r"\s*(?P<rest>.*)",
    re.DOTALL,
)
_NO_SUBJECT = frozenset("it they he she its there this that these those if when while".split())
_DETERMINERS = frozenset("the a an his her their".split())
_JOINED = re.compile(r"(?:and|or)\b")
_PRONOUN = re.compile(
    r"\b(?:it|its|they|their|them|he|she|him|his|her|this|that|these)\b", re.IGNORECASE
)
_QUESTION_PRONOUN = re.compile(r"\b(?:it|its|they|their|he|she|his)\b", re.IGNORECASE)
_PLACE = frozenset("in at on near from of".split())
_OTHER = re.compile(r"(?P<before>[\w'’]+)\s+(?:the |a |an )?[A-Z][\w'’-]+")
_QUESTION_NO_SUBJECT = frozenset(
    "it they he she its there this that these those if when while".split()
)
_JOINED = re.compile(r"(?:and|or)\b")
_PRONOUN = re.compile(r"\b(?:it|its|they|their|he|she|his)\b", re.IGNORECASE)


@lru_cache(maxsize=4_096)
def _parted(sentence: str) -> tuple[str, str]:
    """Subject and remainder of a sentence; two empty texts if its form does not tell."""
    match = _SUBJECT.match(sentence)
    if match is None:
        return "", ""
    named, rest = match["subject"].strip(), match["rest"]
    first = named.split()[0].casefold() if named else ""
    bare = named.casefold() in _DETERMINERS
    if not first or bare or first in _NO_SUBJECT or first in PREPOSITIONS:
        return "", ""
    return (named, rest) if rest[:1].islower() and not _JOINED.match(rest) else ("", "")


def subject(sentence: str) -> str:
    """The subject of a sentence; empty if its form does not tell."""
    return _parted(sentence)[0]


def _antecedent(sentence: str) -> str:
    """The subject of a sentence that no other thing in it competes with; empty if unsure."""
    named, rest = _parted(sentence)
    rivals = (m for m in _OTHER.finditer(rest) if m["before"].casefold() not in _PLACE)
    return "" if _PRONOUN.search(rest) or any(True for _ in rivals) else named


def resolved(text: str, question: str, before: str, first: bool) -> str:
    """A sentence whose head pronoun is replaced, or the sentence as it is.

    ``before`` is the sentence before, as it was resolved; ``first`` says that there is none, so
    that the pronoun stands for what the question is about.
    """
    match = _HEAD.match(text)
    if match is None or _EXPLETIVE.match(text, match.start("pronoun")):
        return text
    of_question = re.sub(r"['’]s\Z", "", topic(question))
    named = of_question if first else _antecedent(before)
    if not first and not named and of_question and _same_subject(of_question, before):
        named = of_question
    pronoun = match["pronoun"].casefold()
    if not named or not _agree(
        pronoun, named, text[match.end() :], first and about_person(question)
    ):
        return text
    owner = pronoun in ("its", "their", "his", "her")
    own = f"{named}'" if named.endswith("s") and owner else f"{named}'s"
    put = own if owner else named
    head = match["lead"]
    inner = put[:1].lower() + put[1:] if put.startswith(("The ", "A ", "An ")) else put
    return f"{head}{inner if head else capital(put)}{text[match.end() :]}"


def _same_subject(of_question: str, before: str) -> bool:
    """Whether the sentence before begins with what the question is about."""
    return before.casefold().startswith(of_question.casefold())


def _agree(pronoun: str, named: str, rest: str, person: bool) -> bool:
    """Whether a pronoun can stand for that, as far as forms tell."""
    bare = named.split()[0] not in ("The", "the", "A", "a", "An", "an") and "`" not in named
    plural = " and " in named or (named.endswith("s") and not named.endswith(("ss", "us", "is")))
    if pronoun in ("he", "she", "his", "her"):
        return bare and bool(NAME.search(f"x {named}"))
    if pronoun in ("they", "their"):
        return plural and not person
    return not person and " and " not in named


def rewritten(question: str, of_before: str) -> str:
    """A later question whose pronoun is replaced by the topic of an earlier one."""
    if not of_before or topic(question):
        return question
    match = _QUESTION_PRONOUN.search(question)
    if match is None:
        return question
    pronoun = match.group(0).casefold()
    if not _agree(pronoun, of_before, question[match.end() :], False):
        return question
    put = f"{of_before}'s" if pronoun in ("its", "their", "his") else of_before
    return f"{question[: match.start()]}{put}{question[match.end() :]}"
