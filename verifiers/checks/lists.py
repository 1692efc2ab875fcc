"""Lists of a claim, each item of which must stand in its evidence, and words such as "only"."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from verifiers.checks import numbers
from verifiers.checks.findings import Finding, Status
from verifiers.wording import content

_ITEM = r"[^,;:.()\n]{1,60}"
_LIST = re.compile(
    rf"(?P<items>{_ITEM}(?:,\s{_ITEM}){{1,30}},?\s(?:and|or|as well as)\s{_ITEM})"
    rf"|:\s(?P<listed>{_ITEM}(?:,\s{_ITEM}){{0,30}}(?:,?\s(?:and|or)\s{_ITEM})?)"
)
_COUNT = re.compile(
    rf"\b(?P<count>\d{{1,2}}|{numbers.SPELLED})\s(?:[a-z]+\s){{0,2}}?[a-z]+s(?::|\s(?:are|were):?)\s*$",
    re.IGNORECASE,
)
_AND = re.compile(r",?\s(?:and|or|as well as)\s")
_OPENING = re.compile(r"(?:(?:and|or|either|both)\s|(?:yes|no|well|however|also)$)", re.IGNORECASE)
"""What stands before an item, or before a comma without being an item of a list."""
_INTRODUCTION = re.compile(
    r"\s*(?:in|on|at|by|after|before|during|since|as|when|while|although|though|however|with|from"
    r"|for|under|despite|until|because|if|today|later|then|yes|no)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"(?:he|she|it|they|we|i|you|who|which|where|when|while|but|that|whose|there|this)\b",
    re.IGNORECASE,
)
_LONGEST = 4
"""Words of an item; what is longer is a clause."""
_LEAD = re.compile(
    r"^.*\b(?:is|are|was|were|be|include|includes|included|including|comprise[sd]?|contain[s]?"
    r"|takes?|accepts?|supports?|requires?|offers?|provides?|of|as|has|have|had|with|between|by|from|in|to|both|only)\s",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s(?:is|are|was|were|be|has|have|had|in|on|of|to|from|for|by|with|which|that|who|all|both"
    r"|include|belong|form|make|share)\b.*$",
    re.IGNORECASE | re.DOTALL,
)
_UNIVERSALS = {
    "only": "only exclusively solely sole merely alone purely just".split(),
    "all": "all every each entire entirely whole wholly always any everyone everything".split(),
    "none": "none never nobody nothing neither nor no without".split(),
}
_KINDS = {word: kind for kind, words in _UNIVERSALS.items() for word in words}
_CLAIMED = re.compile(
    r"(?<!not )(?<!\bat )(?<!first of )(?<!\babove )"
    r"\b(?P<word>only|exclusively|solely|all|every|always|none|never|nobody|nothing)\b"
    r"(?! in all\b| but also\b| over\b| right\b)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z]+")


class Enumeration(NamedTuple):
    """The items of a list as written, and the number that is named with them, if any."""

    items: tuple[str, ...]
    named: int | None


class Universal(NamedTuple):
    """A word that says something of all or of no other, and its kind."""

    word: str
    kind: str


def enumerations(text: str) -> list[Enumeration | Universal]:
    """Lists of three or more items, or behind a colon, and universals of a claim."""
    found: list[Enumeration | Universal] = []
    for match in _LIST.finditer(text):
        items = _items(match["items"] or match["listed"], whole=match["items"] is None)
        count = _named_count(text[: match.start() + 1]) if match["listed"] else None
        if len(items) > 2 or (len(items) > 1 and match["listed"]):
            found.append(Enumeration(items, count))
    claimed = [match["word"] for match in _CLAIMED.finditer(text)]
    return found + [Universal(word, _KINDS[word.casefold()]) for word in claimed]


def held_words(text: str) -> frozenset[str]:
    """Stems of a piece of evidence, and those of its words that say something of all or none."""
    return frozenset(content(text)) | {
        word for found in _WORD.findall(text) if (word := found.casefold()) in _KINDS
    }


def check_lists(
    claim: Sequence[Enumeration | Universal], evidence: Collection[str]
) -> list[Finding]:
    """One finding per item of a list, per count named with it, and per universal."""
    found: list[Finding] = []
    for part in claim:
        if isinstance(part, Universal):
            status: Status = "found" if _says(part.kind, evidence) else "missing"
            found.append(Finding("universal", part.word, status))
            continue
        found += [_item(item, evidence) for item in part.items]
        if part.named not in (None, len(part.items)):
            detail = f"{len(part.items)} are listed"
            found.append(Finding("list", f"{part.named} items", "conflict", detail))
    return found


def _says(kind: str, held: Collection[str]) -> bool:
    return any(word in held for word in _UNIVERSALS[kind])


def _item(item: str, held: Collection[str]) -> Finding:
    stems = content(item)
    there = all(word in held for word in stems if not any(sign.isdigit() for sign in word))
    return Finding("list", item, "found" if there else "missing")


def _items(raw: str, whole: bool) -> tuple[str, ...]:
    """Items of a list; what leads to the first and follows the last is no part of them."""
    *parts, last = raw.split(", ")
    parts += _AND.split(last, maxsplit=1)
    if not whole and _INTRODUCTION.match(parts[0]):
        parts = parts[1:]
    if not whole:
        parts[0] = _LEAD.sub("", parts[0])
    parts[-1] = _TAIL.sub("", parts[-1])
    parts = [_OPENING.sub("", part.strip()) for part in parts]
    clause = any(_CLAUSE.match(part) for part in parts[1:])
    if clause or any(len(part.split()) > _LONGEST for part in parts):
        return ()
    return tuple(part for part in parts if content(part))


def _named_count(before: str) -> int | None:
    match = _COUNT.search(before[-80:])
    if match is None:
        return None
    raw = match["count"]
    return int(raw) if raw.isdigit() else int(numbers.in_words(raw))
