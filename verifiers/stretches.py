"""Passages as stretches of text: each sentence, each two in a row, and the whole, read once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from store.corpus import Passage
from store.text import sentences, visible
from verifiers.checks.every import CHECKS
from verifiers.reading import opening_name
from verifiers.wording import content

_SNIPPET = 3
"""Sentences up to which a text without a heading is a snippet, torn from what it is about."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some sentences of a passage with all that checks look at; ``held`` is in the order of CHECKS,
    offsets are those of the document.

    ``torn`` says that it is a snippet of a text nobody knows the heading of, and ``subject`` holds
    the stems of the name it then begins with.
    """

    passage: Passage
    start: int
    end: int
    stems: frozenset[str]
    held: tuple[Collection[Any], ...]
    sentences: int
    torn: bool
    subject: frozenset[str]

    def is_of_another(self, wording: Collection[str]) -> bool:
        """Whether it begins with a name of several words, some of which are not in a wording."""
        own = self.passage.text[self.start - self.passage.start : self.end - self.passage.start]
        name = opening_name(visible(own).lstrip())
        return len(name.split()) > 1 and not set(content(name)) <= set(wording)


@lru_cache(maxsize=20_000)
def stretches(passage: Passage) -> tuple[Stretch, ...]:
    """All stretches of a passage: its sentences, each two in a row, and the whole."""
    pieces = sentences(passage.text)
    torn = not passage.heading and len(pieces) <= _SNIPPET
    alone = [_read(passage, piece.start, piece.end, torn) for piece in pieces]
    pairs = [_joined(pair) for pair in pairwise(alone)]
    return (*alone, *pairs, *([_joined(alone)] if len(alone) > 2 else []))


def _read(passage: Passage, start: int, end: int, torn: bool) -> Stretch:
    text = visible(passage.text[start:end])
    headed = f"{passage.heading}\n{text}" if passage.heading else text
    return Stretch(
        passage=passage,
        start=passage.start + start,
        end=passage.start + end,
        stems=frozenset(content(headed)),
        held=tuple(check.held(headed if check.headed else text) for check in CHECKS),
        sentences=1,
        torn=torn,
        subject=frozenset(content(opening_name(text.lstrip())) if torn else ()),
    )


def _joined(parts: Sequence[Stretch]) -> Stretch:
    """Neighbouring sentences as one: what is held in any of them is held in all."""
    first = parts[0]
    return Stretch(
        passage=first.passage,
        start=first.start,
        end=parts[-1].end,
        stems=frozenset().union(*(part.stems for part in parts)),
        held=tuple(_union(each) for each in zip(*(part.held for part in parts), strict=True)),
        sentences=len(parts),
        torn=first.torn,
        subject=first.subject,
    )


def _union(held: Sequence[Collection[Any]]) -> Collection[Any]:
    if isinstance(held[0], frozenset):
        return frozenset().union(*held)
    return tuple(part for each in held for part in each)
