"""Which passages of a corpus name the same thing, so that a question can lead from one to another.

Names are what stands in backticks, and runs of words with capitals.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from store.corpus import Passage
from store.quotes import find_quote

_NAMED = re.compile(r"`([\w.]{3,60})`|\b([A-Z][\w'-]+(?: (?:of |the )?[A-Z][\w'-]+)+)")
_MOST = 24
"""Passages that may share a name; what more of them name says nothing in particular."""


def names_in(text: str) -> set[str]:
    """What a text names."""
    return {match[1] or match[2].removeprefix("The ") for match in _NAMED.finditer(text)}


def by_name(passages: Iterable[Passage]) -> Mapping[str, list[Passage]]:
    """The passages that name a thing, by its name."""
    found: dict[str, list[Passage]] = {}
    for passage in passages:
        for name in sorted(names_in(passage.text)):
            found.setdefault(name, []).append(passage)
    return found


def linked(passage: Passage, naming: Mapping[str, list[Passage]]) -> Iterator[tuple[str, Passage]]:
    """Passages of other documents that name something this one names, with that name; the rarest
    name first, one passage of each document.
    """
    seen = {passage.document_id}
    for name in sorted(names_in(passage.text), key=lambda name: (len(naming[name]), name)):
        if len(naming[name]) > _MOST:
            return
        for other in naming[name]:
            if other.document_id not in seen:
                seen.add(other.document_id)
                yield name, other


def only_in(quote: str, text: str, elsewhere: list[str]) -> bool:
    """Whether a quote of some words stands in this text and in no other."""
    found = len(quote.split()) > 2 and find_quote(quote, text) is not None
    return found and all(find_quote(quote, other) is None for other in elsewhere)
