"""Falsehoods by words: another name, a denial, the other end of a scale, another subject."""

from __future__ import annotations

import random
import re

from generators.corruptions.changes import Change, Place, before, picked, sentence_at, settled
from generators.corruptions.material import tokens
from generators.corruptions.naming import NAME, alike, begins, shape, usable
from store.corpus import Document

_TRIES = 12
_LIKE = 0.7
"""Share of a statement's words that another document must have for its subject to be put in."""
_ENDS = (
    "largest smallest|biggest smallest|highest lowest|first last|oldest youngest|longest shortest|"
    "nearest farthest|closest farthest|hottest coldest|warmest coldest|heaviest lightest|"
    "earliest latest|brightest faintest|fastest slowest|best worst|deepest shallowest|"
    "strongest weakest|wettest driest|richest poorest|most least|innermost outermost|"
    "northernmost southernmost|easternmost westernmost|maximum minimum|tallest shortest|"
    "greatest smallest|newest oldest|widest narrowest|densest sparsest|busiest quietest"
)
_OPPOSITE = {
    **{pair.split()[1]: pair.split()[0] for pair in reversed(_ENDS.split("|"))},
    **{pair.split()[0]: pair.split()[1] for pair in _ENDS.split("|")},
}
_SUPERLATIVE = re.compile(
    r"(?<!\bat )(?<!\bat the )\b(?:" + "|".join(_OPPOSITE) + r")\b(?! of the time| recently)",
    re.IGNORECASE,
)
_LED = re.compile(
    r"\b(?:the|its|his|her|their|world['’]s|system['’]s|second|third|[A-Z]\w+['’]s"
    r"|became|was|is|are|were)[ -]$"
)
_AUXILIARY = re.compile(
    r"(?<!\bwhich )(?<!\bwho )(?<!\bthat )\b(?:is|are|was|were|has|have|had|can|could|will|does|did"
    r"|must|should)\b(?! not\b| no\b| never\b|n['’]t)"
)
_DENIED = re.compile(
    r"\b(is|are|was|were|has|have|had|can|could|will|does|do|did|must|should) not\b"
)
_PAST = re.compile(
    r"(?<=[\w)] )(?<!\b[Tt]he )(?<!\b[Aa] )(?<!\b[Aa]n )(?<!\bof )(?<!\band )(?<!\bby )(?<!\bto )"
    r"[a-z]{2,}ed\b(?! by\b)"
)
_VERB = re.compile(r"(?:(?<=^)|(?<=: )|(?<=[\"“]))(?:Returns?|Raises?|Creates?|Removes?|Adds?)\b")
_CONDITION = re.compile(
    r"(?:If|When|While|Although|Though|Since|Because|Unless|Once|Whether|Some|Many|Most|Few|Several"
    r"|Any|Only|Either|Where|As|After|Before|Until|How|What|Which|Who|Why)\b"
)
_DENIAL = re.compile(r"\b(?:not|no|never|neither|nor|none|cannot)\b|n['’]t\b", re.IGNORECASE)
_MEASURE = re.compile(r"\d (?:million |billion |trillion )?$")
_NUMBERS = re.compile(r"\d+(?:[.,]\d+)*")
_CODE = re.compile(r"`([^`\n]+)`")


def name(place: Place, rng: random.Random) -> Change | None:
    """Another name of the same kind, from the same document if it has one."""
    text, document_id, material = place
    title = material.corpus.document[document_id].title
    if document_id not in material.names:
        return None
    found = [
        match
        for match in NAME.finditer(text)
        if usable(match.group(0))
        and not alike(match.group(0), title)
        and (" " in match.group(0) or not begins(text, match.start()))
        and not _MEASURE.search(before(text, match.start()))
    ]
    match = picked(found, text, rng)
    if match is None:
        return None
    old = match.group(0)
    own = [other for other in material.names[document_id] if _other(old, other, place)]
    if not own:
        pool = [n for names in material.names.values() for n in names if shape(n) == shape(old)]
        tried = rng.sample(pool, min(_TRIES, len(pool)))
        own = [other for other in tried if _other(old, other, place)]
    return Change(old, rng.choice(own), match.start()) if own else None


def _other(old: str, other: str, place: Place) -> bool:
    """Whether a name is of the same kind, is no alias, and is not in the text already. Two names in
    one line may belong together, as a crater and the planet it is on.
    """
    apart = shape(old) == shape(other) and not alike(old, other) and other not in place.text
    return apart and not place.material.together(old, other)


def negation(place: Place, rng: random.Random) -> Change | None:
    """The main predicate denied, or its denial taken away."""
    text = place.text
    denied = _DENIED.search(text)
    if denied is not None:
        return Change(denied.group(0), denied.group(1), denied.start())
    at = rng.choice(_openings(text))
    start, end = sentence_at(text, at)
    if _CONDITION.match(text, start) or _DENIAL.search(text, start, end):
        return None
    documented = bool(place.material.corpus.document[place.document_id].api)
    # In documentation, a participle is more often part of a noun than what is stated.
    plain = (_VERB, "Never {}") if documented else (_PAST, "never {}")
    for pattern, form in ((_AUXILIARY, "{} not"), plain):
        match = pattern.search(text, start, end)
        if match is not None and _is_prose(text, match.start()):
            verb = match.group(0)
            new = form.format(verb.lower() if form[0] == "N" else verb).replace("can not", "cannot")
            return Change(verb, new, match.start())
    return None


def _openings(text: str) -> list[int]:
    found, at = [0], 0
    while (end := sentence_at(text, at)[1]) < len(text.rstrip()):
        at = end + 1
        found.append(at)
    return found


def _is_prose(text: str, at: int) -> bool:
    """Whether a place is outside of code and brackets."""
    before = text[:at]
    return before.count("`") % 2 == 0 and before.count("(") == before.count(")")


def superlative(place: Place, rng: random.Random) -> Change | None:
    """The other end of the scale: largest and smallest, first and last."""
    text = place.text
    found = [
        match
        for match in _SUPERLATIVE.finditer(text)
        if _LED.search(before(text, match.start()))
        and "only" not in text[match.end() : match.end() + 12]
    ]
    match = picked(found, text, rng)
    if match is None:
        return None
    old = match.group(0)
    new = _OPPOSITE[old.casefold()]
    if re.search(rf"\b{new}\b", text, re.IGNORECASE):
        return None
    return Change(old, new.capitalize() if old[0].isupper() else new, match.start())


def entity_swap(place: Place, rng: random.Random) -> Change | None:
    """The same said of another document's subject, for which the corpus has other values."""
    text, document_id, material = place
    document = material.corpus.document[document_id]
    at = re.search(rf"(?<![\w.]){re.escape(document.title)}(?![\w.]\w|\w)", text)
    if at is None or not settled(text, at.start()):
        return None
    others = [
        other
        for other in material.corpus.documents
        if bool(other.api) == bool(document.api) and other.id not in material.open_ended
    ]
    for other in rng.sample(others, min(_TRIES, len(others))):
        apart = not alike(other.title, document.title) or bool(document.api)
        if other.title in text or not apart or not _speaks_of(text, other, place):
            continue
        if not _holds(text, document.title, other, place):
            return Change(document.title, other.title)
    return None


def _speaks_of(text: str, other: Document, place: Place) -> bool:
    """Whether a document is on like things: it has most words of what is said."""
    plain = {token for token in tokens(text) if token[0].isalpha()}
    return bool(other.api) or len(plain & place.material.words[other.id]) >= _LIKE * len(plain)


def _holds(text: str, title: str, other: Document, place: Place) -> bool:
    """Whether a statement may hold for another subject: its document has all of what is special in
    it, numbers in prose and code in documentation. What has nothing special may always hold.
    """
    if other.api:
        parts = {code for code in _CODE.findall(text) if code != title}
        body = other.text.replace(title, other.title)
        return all(code.replace(title, other.title) in body for code in parts)
    said = text.replace(title, "")
    numbers = {number.replace(",", "") for number in _NUMBERS.findall(said)}
    return numbers <= place.material.words[other.id]
