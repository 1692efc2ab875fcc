"""Stale values: what an older document of the corpus says, under the claim of a newer one."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import date

from generators.corruptions.changes import Change, Place, settled
from store.corpus import Corpus, Document

_FIELD = re.compile(r"^\s*[-*]\s+\*\*(?P<name>[^*\n]{2,60}?):?\*\*:?[ \t]+(?P<value>[^\n]+)$")
_VALUE = re.compile(
    r"[$€£]?\d+(?:,\d{3})*(?:\.\d+)?(?:%| (?:thousand|million|billion|trillion)\b)?"
)


def stale(place: Place, rng: random.Random) -> Change | None:
    """The value of the same field in an earlier document of the same title, or None."""
    text, document_id, material = place
    document = material.corpus.document[document_id]
    old = _older(document, material.corpus)
    if old is None:
        return None
    before, now = dict(_fields(old)), dict(_fields(document))
    changed = [
        (value, before[field])
        for field, value in now.items()
        if _differs(before.get(field, value), value) and _mentions(text, field, value)
    ]
    if not changed:
        return None
    value, stood = rng.choice(changed)
    at = text.find(value)
    return Change(value, stood, at) if stood not in text and settled(text, at) else None


def _older(document: Document, corpus: Corpus) -> Document | None:
    """The newest of the documents of the same title that are older."""
    if document.valid_from is None:
        return None
    earlier = [
        other
        for other in corpus.documents
        if other.title == document.title and (other.valid_from or date.max) < document.valid_from
    ]
    return max(earlier, key=lambda other: other.valid_from or date.min, default=None)


def _fields(document: Document) -> Iterator[tuple[tuple[str, str], str]]:
    """Section and name of each field with the first value of its line."""
    section = ""
    for line in document.text.splitlines():
        if line.startswith("#"):
            section = line.lstrip("# ").casefold()
        match = _FIELD.match(line)
        value = _VALUE.search(match["value"]) if match else None
        if match and value:
            yield (section, match["name"].casefold()), value.group(0)


def _differs(old: str, new: str) -> bool:
    """Whether two values differ by more than a rounding, which would be true of both."""
    numbers = [re.search(r"\d[\d,]*(?:\.\d+)?", value) for value in (old, new)]
    if numbers[0] is None or numbers[1] is None:
        return old != new
    one, two = (match.group(0).replace(",", "") for match in numbers if match)
    places = min(len(value.partition(".")[2]) for value in (one, two))
    return old != new and round(float(one), places) != round(float(two), places)


def _mentions(text: str, field: tuple[str, str], value: str) -> bool:
    """Whether a text names a field and gives its value."""
    said = text.casefold()
    named = all(word in said for word in re.findall(r"[a-z]{4,}", field[1]))
    return named and bool(re.search(rf"(?<![\d.,]){re.escape(value)}(?![\w%]|[.,]\d)", text))
