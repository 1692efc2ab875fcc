"""Passages as stretches of text: each sentence, each two in a row, and the whole, read once.

A row of a table is read with the head of its table, and never with another row: what stands in one
is not said of the other.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

from store.corpus import Passage
from store.text import Span, sentences, visible
from verifiers.checks.every import CHECKS
from verifiers.reading import subject_of
from verifiers.wording import content

_SNIPPET = 3
"""Sentences up to which a text without a heading is a snippet, torn from what it is about."""
_ROW = re.compile(r"\s*\|")
_RULE = re.compile(r"[ \t|:]*-[ \t|:-]*\Z")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some sentences of a passage with all that checks look at; ``held`` is in the order of CHECKS,
    offsets are those of the document.

    ``torn`` says that it is a snippet of a text nobody knows the heading of, and ``subject`` holds
    the stems of the name it begins with.
    """

    passage: Passage
    start: int
    end: int
    stems: frozenset[str]
    held: tuple[Collection[Any], ...]
    sentences: int
    torn: bool
    subject: frozenset[str]


@lru_cache(maxsize=4_096)
def stretches(passage: Passage) -> tuple[Stretch, ...]:
    """All stretches of a passage: its sentences, each two in a row, and the whole; the rows of its
    tables stand alone.
    """
    pieces = sentences(passage.text)
    torn = not passage.heading and len(pieces) <= _SNIPPET
    rows = dict(_rows(pieces))
    read = {piece: _read(passage, piece.start, piece.end, torn) for piece in pieces}
    heads = {piece: read[head] for piece, head in rows.items() if head}
    alone = [_under(heads[p], one) if p in heads else one for p, one in read.items()]
    prose = [one for piece, one in read.items() if piece not in rows]
    pairs = [_joined(pair) for pair in pairwise(prose)]
    return (*alone, *pairs, *([_joined(prose)] if len(prose) > 2 else []))


def sentences_of(passage: Passage) -> tuple[Stretch, ...]:
    """The stretches of one sentence or row."""
    return tuple(one for one in stretches(passage) if one.sentences == 1)


def _rows(pieces: Sequence[Span]) -> Iterator[tuple[Span, Span | None]]:
    """The rows of tables, each with the head of its table, if it has one."""
    head: Span | None = None
    for before, piece in pairwise([None, *pieces]):
        if piece is None or not _ROW.match(piece.text):
            head = None
            continue
        if before and _RULE.match(piece.text):
            head = before
        yield piece, head


def _under(head: Stretch, row: Stretch) -> Stretch:
    """A row with what the head of its table holds."""
    held = tuple(_union(each) for each in zip(head.held, row.held, strict=True))
    return replace(row, stems=head.stems | row.stems, held=held)


def _read(passage: Passage, start: int, end: int, torn: bool) -> Stretch:
    text = visible(passage.text[start:end]).replace("\n", " ")
    headed = f"{passage.heading}\n{text}" if passage.heading else text
    return Stretch(
        passage=passage,
        start=passage.start + start,
        end=passage.start + end,
        stems=frozenset(content(headed)),
        held=tuple(check.held(headed if check.headed else text) for check in CHECKS),
        sentences=1,
        torn=torn,
        subject=subject_of(text.lstrip()),
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
