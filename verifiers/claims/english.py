"""The closed classes of English words that claims are told apart by."""

from __future__ import annotations

import re

from verifiers.wording import STOP

_BE = "is|are|was|were"
_HELP = "has|have|had|does|do|did|can|could|will|would|shall|should|must|may|might"
FINITE = rf"(?:{_BE}|{_HELP})"
"""Verbs that are finite wherever they stand; inflected verbs look like nouns too often."""
BE = rf"(?:{_BE})"

HAS_FINITE = re.compile(rf"\b{FINITE}(?:n[o']t)?\b|\w['’](?:s|re|ve|ll|d)\s", re.IGNORECASE)
_NUMBER_WORDS = (
    r"one(?! of\b)|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty"
    r"|forty|fifty|"
    "sixty|seventy|eighty|ninety|hundred|thousand|million|billion|trillion|twice"
)
_MONTHS = (
    "January|February|March|April|June|July|August|September|October|November|December|"
    "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
)
VALUE = re.compile(rf"\d|\b(?i:{_NUMBER_WORDS})\b|\b(?:{_MONTHS})\b")
"""A number or a date, in figures or in words."""
IDENTIFIER = re.compile(
    r"`[^`\n]+`|https?://|\b\w+\.\w*[a-z]\w*\b|\b\w+_\w+|\b[a-z]+[A-Z]\w*|\b\w+\(|\w=\S"
    r"|\b(?:None|True|False|null)\b|[\"“][^\"”\n]{3,}[\"”]"
)
"""A piece of code, a link or a quote."""
NAME = re.compile(
    r"(?<=[\w,;'’)] )(?!I['’])[A-Z][\w'’-]+|^[A-Z][\w'’-]+ (?:of (?:the )?)?[A-Z]|\b[A-Z]{2,}\b"
)
"""A word with a capital inside a sentence, or two of them at its beginning."""

PREPOSITIONS = frozenset(
    """about above across after against along among around as at before behind below beneath beside
between beyond by despite down during except for from in inside into like near of off on onto
outside over past per since through throughout to toward under until up upon via with within
without""".split()
)
PARTICIPLES = frozenset(
    """born begun bought brought broken built caught chosen cut done drawn driven eaten fallen felt
fought found given gone grown heard held hidden hit kept known laid led left lost made meant met
paid put read run said seen sent set shot shown sold spent spoken spread stolen struck sung taken
taught thought thrown told understood won worn written""".split()
)
"""Participles that do not end in -ed."""


def is_participle(word: str) -> bool:
    """Whether a word in small letters is, by its form, a participle."""
    return word in PARTICIPLES or (len(word) > 4 and word.endswith("ed") and word.islower())


def checkable(text: str) -> bool:
    """Whether a text has a number, date, name, identifier or quote that evidence can decide on."""
    return bool(VALUE.search(text) or IDENTIFIER.search(text) or NAME.search(text))


def capital(text: str) -> str:
    """``text`` with a capital at its beginning; code keeps its case."""
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    coded = any(sign in first for sign in "._(=`") or first[1:] != first[1:].lower()
    return text if coded else text[:1].upper() + text[1:]


_PART = re.compile(r"\d[\d.,]*\d|\d|`[^`\n]+`|\b\w+_\w+\b|\b(?!I['’])[A-Z][\w'’-]+")
_WORDS = re.compile(rf"\b(?:{_NUMBER_WORDS})\b", re.IGNORECASE)


def parts(text: str) -> frozenset[str]:
    """The numbers, identifiers and names of a text in folded case, as far as they are letters that
    another wording of it repeats.
    """
    found = [*_PART.findall(text), *_WORDS.findall(text)]
    plain = {part.strip("`").casefold().removesuffix("'s").removesuffix("’s") for part in found}
    return frozenset(plain - STOP)
