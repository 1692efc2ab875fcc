"""Single sentences and lines of passages, read once: their wording, quantities and dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from store.corpus import Passage
from store.text import sentences
from verifiers.anchors import Anchor, anchors
from verifiers.checks.quantities import Quantity, quantities
from verifiers.wording import content


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of a passage; offsets into the document. ``stems`` are those of the heading and
    the sentence, ``own`` those of the sentence alone. ``label`` is what stands in front of a colon.
    """

    passage: Passage
    start: int
    end: int
    text: str
    label: str
    stems: frozenset[str]
    own: frozenset[str]
    quantities: Sequence[Quantity]
    anchors: tuple[Anchor, ...]


_LABEL = re.compile(r"\W{0,8}(\w[^:\n|]{0,80}):")


@lru_cache(maxsize=4_096)
def lines(passage: Passage) -> tuple[Line, ...]:
    """The lines of a passage, in order."""
    heading = frozenset(content(passage.heading))
    found = []
    for piece in sentences(passage.text):
        own = frozenset(content(piece.text))
        found.append(
            Line(
                passage,
                passage.start + piece.start,
                passage.start + piece.end,
                piece.text,
                _label(piece.text),
                heading | own,
                own,
                quantities(piece.text),
                anchors(piece.text),
            )
        )
    return tuple(found)


def _label(text: str) -> str:
    match = _LABEL.match(text)
    return match.group(1).strip() if match else ""
