"""Which documents hold on a date: current ones, those that expired, those a newer one superseded.

A document is ``expired`` once its ``valid_to`` has passed, ``upcoming`` until its ``valid_from``
has come, and ``superseded`` once another document of its series, itself in force, began later.

Two dated documents are of one series if their titles are the same and either their ids are the
same, too, or the texts share half of their words (ids may be mere numbers). Letter case, dates,
versions (``v2``, ``1.4.0``) and words such as ``old`` and ``latest`` do not count in titles and
ids, nor does the number of a row; so ``factbook-fr`` and ``factbook-fr-2021-12-30``, both titled
France, are a series, and two pages called Overview about different things are none. Documents
without ``valid_from`` are in no series, and neither is one of two that began on the same day newer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from store.corpus import Corpus, Document, Passage
from store.text import normalise, words

Standing = Literal["current", "superseded", "expired", "upcoming"]

_SHARED = 0.5
"""Share of all their words that two texts of one title have in common in a series."""
_ROW = re.compile(r":\d+$")
_MARK = re.compile(
    r"(?<![a-z0-9])(?:"
    r"(?:19|20)\d{2}(?:[-_./]?(?:0[1-9]|1[0-2])(?:[-_./]?(?:0[1-9]|[12]\d|3[01]))?)?"
    r"|(?:v|ver|version|rev|revision|release)[-_. ]?\d+(?:[-_.]\d+){0,3}"
    r"|\d+(?:\.\d+){1,3}"
    r"|old|new|newest|latest|current|previous|archived?|snapshot|final|draft"
    r")(?![a-z0-9])"
)


@dataclass(frozen=True)
class Timeline:
    """The documents of a corpus on the date ``as_of``; None is the newest ``valid_from``."""

    corpus: Corpus
    as_of: date | None = None

    @cached_property
    def day(self) -> date | None:
        """The date that is meant; None where no document states one."""
        begun = [d.valid_from for d in self.corpus.documents if d.valid_from]
        return self.as_of or max(begun, default=None)

    @cached_property
    def standing(self) -> dict[str, Standing]:
        """How each document stands, by its id."""
        return {document.id: self._standing(document) for document in self.corpus.documents}

    def successor(self, document_id: str) -> Document | None:
        """The document in force that took this one's place; None where there is none."""
        day = self.day or date.max
        in_force = (d for d in self.later(document_id) if d.valid_to is None or d.valid_to >= day)
        return next(in_force, None)

    def later(self, document_id: str) -> list[Document]:
        """Documents of its series that began after a document and by now, the newest first."""
        begun, day = self.corpus.document[document_id].valid_from, self.day
        found = [
            d
            for d in self._series.get(document_id, ())
            if d.valid_from and begun and day and begun < d.valid_from <= day
        ]
        return sorted(found, key=lambda d: (d.valid_from or date.min, d.id), reverse=True)

    def held_during(self, document_id: str, first: date, last: date) -> bool:
        """Whether a document held on any day of a period: from its beginning to its end, or to the
        day before the next of its series began. One without dates holds on none.
        """
        document = self.corpus.document[document_id]
        begun, end = document.valid_from, document.valid_to
        if begun is None and end is None:
            return False
        begins = [d.valid_from for d in self._series.get(document_id, ()) if d.valid_from]
        following = min((b for b in begins if begun and b > begun), default=None)
        return (
            (begun is None or begun <= last)
            and (end is None or end >= first)
            and (following is None or following > first)
        )

    def among(self, standings: Iterable[Standing]) -> Corpus:
        """The part of the corpus that stands so; the corpus itself where all of it does."""
        wanted = frozenset(standings)
        kept = tuple(d for d in self.corpus.documents if self.standing[d.id] in wanted)
        if len(kept) == len(self.corpus.documents):
            return self.corpus
        ids = {document.id for document in kept}
        return Corpus(kept, tuple(p for p in self.corpus.passages if p.document_id in ids))

    def counterparts(self, passage: Passage, hint: str) -> list[Passage]:
        """Passages of later documents of the series, the newest first, that stand under the same
        heading or have the ``hint`` in them.
        """
        return self._alike(passage, hint, self.later(passage.document_id))

    def forerunners(self, passage: Passage, hint: str) -> list[Passage]:
        """Such passages of the documents that a passage's document took over from."""
        begun = self.corpus.document[passage.document_id].valid_from
        series = self._series.get(passage.document_id, ())
        earlier = [d for d in series if begun and d.valid_from and d.valid_from < begun]
        return self._alike(passage, hint, earlier)

    def _alike(self, passage: Passage, hint: str, documents: Sequence[Document]) -> list[Passage]:
        return [
            other
            for document in documents
            for other in self.corpus.passages_of(document.id)
            if other.section == passage.section or (hint and hint in other.text)
        ]

    def _standing(self, document: Document) -> Standing:
        if self.day is None:
            return "current"
        if document.valid_from and document.valid_from > self.day:
            return "upcoming"
        if document.valid_to and document.valid_to < self.day:
            return "expired"
        return "superseded" if self.successor(document.id) else "current"

    @cached_property
    def _series(self) -> dict[str, list[Document]]:
        """The series of each document that is in one, by its id."""
        titled: dict[tuple[str, str], list[Document]] = {}
        for document in self.corpus.documents:
            if document.valid_from:
                titled.setdefault((document.kind, _plain(document.title)), []).append(document)
        grouped = (series for found in titled.values() for series in _series_of(found))
        return {document.id: series for series in grouped for document in series}


def _series_of(documents: Sequence[Document]) -> list[list[Document]]:
    """Documents of one title in their series: first those of one id, then those alike in words."""
    by_id: dict[str, list[Document]] = {}
    for document in documents:
        by_id.setdefault(_plain(_ROW.sub("", document.id)), []).append(document)
    found: list[tuple[frozenset[str], list[Document]]] = []
    for group in by_id.values():
        said = _vocabulary(group[0])
        alike = next((series for other, series in found if _overlap(said, other) >= _SHARED), None)
        if alike is None:
            found.append((said, list(group)))
        else:
            alike.extend(group)
    return [series for _, series in found]


def _plain(name: str) -> str:
    """A title or an id without what tells one state of a document from another."""
    bare = re.sub(r"\.(?:md|markdown|txt|html?|jsonl|parquet)(?=:|$)", "", name.casefold())
    return normalise(_MARK.sub(" ", bare)) or normalise(name)


def _vocabulary(document: Document) -> frozenset[str]:
    return frozenset(word for word in words(document.text) if not word[0].isdigit())


def _overlap(one: frozenset[str], two: frozenset[str]) -> float:
    return len(one & two) / len(one | two) if one or two else 0.0
