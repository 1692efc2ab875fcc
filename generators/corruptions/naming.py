"""Names in prose by their capitals, and which names are of one kind."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WORD = r"[A-ZÀ-Þ](?:\w|['’-](?!s\b)(?=\w))+"
NAME = re.compile(
    rf"{_WORD}(?: (?:(?:of|de|del|la|van|von|al|bin|and the|of the) )?{_WORD})*"
    r"(?: \d{1,3}\b(?![.,]?\d|%))?"
)
_STARTS = re.compile(r"(?:^|[.!?:;]\s+|[-*|#>]\s+|[\"“(]|\*\*)$")
_NO_NAMES = frozenset(
    """january february march april may june july august september october november december
monday tuesday wednesday thursday friday saturday sunday the a an in on at of for from by with it
its this that these those and but or as if when while after before since during under over between
he she they we you his her their our one two three four five six seven eight nine ten est note
name total other most many some several all both each however although because there here where
none true false yes no""".split()
)
_ADJECTIVE = re.compile(r"(?:ian|ish|ese|can|ean|ench|utch|reek|ic|man|bian|lic|ist|ists|ians)$")


def names_in(text: str) -> Iterator[str]:
    """Names of a text in order. A lone word that begins a sentence may be no name and is none."""
    for match in NAME.finditer(text):
        name = match.group(0)
        if usable(name) and (" " in name or not begins(text, match.start())):
            yield name


def usable(name: str) -> bool:
    """Whether a run of capitalised words can be exchanged as a name."""
    parts = words_of(name)
    formula = any(part[-1].isdigit() and part[:1].isalpha() for part in parts)
    return len(name) > 2 and bool(parts) and not formula and not parts & _NO_NAMES


def begins(text: str, at: int) -> bool:
    """Whether a sentence, item or heading begins here."""
    return bool(_STARTS.search(text[max(0, at - 4) : at])) or at == 0


def words_of(name: str) -> frozenset[str]:
    """Words of a name in folded case without possessive ends."""
    return frozenset(re.sub(r"['’]s$", "", part.casefold()) for part in name.split())


def shape(name: str) -> str:
    """A kind of names by form alone: people as written with a surname in capitals, numbered craft,
    abbreviations, adjectives of countries, single words, longer names.
    """
    parts = name.split()
    if parts[-1].isdigit():
        return "numbered"
    capitals = sum(part.isupper() and len(part) > 1 for part in parts)
    if capitals:
        return "abbreviation" if capitals == len(parts) else "surname"
    if len(parts) == 1:
        return "adjective" if _ADJECTIVE.search(name) else "one"
    return "two" if len(parts) == 2 else "many"


def alike(one: str, two: str) -> bool:
    """Whether two names may mean the same: they share a word, or one abbreviates the other."""
    if words_of(one) & words_of(two):
        return True
    short, long = sorted((one, two), key=len)
    initials = "".join(part[0] for part in long.split() if part[0].isupper())
    plain = short.replace(".", "").casefold()
    return plain == initials.casefold() or plain in long.casefold() or long[:4] == short[:4]
