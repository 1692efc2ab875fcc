"""A claim with its dates and the passages it is held against, of documents old and new."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from store.corpus import Document, Passage
from store.text import WORD
from verifiers.anchors import Anchor, anchors, dateless
from verifiers.checks.agreement import check_quantities
from verifiers.checks.names import names
from verifiers.checks.quantities import Quantity, quantities
from verifiers.lines import Line, lines
from verifiers.validity import Timeline
from verifiers.verdicts import Decided
from verifiers.wording import content, coverage

Look = Callable[[str, Sequence[Passage]], Decided]
"""What passages say of a text, whatever their dates."""

SHOWN = 160
"""Characters of another document that a detail repeats."""
_DIGITS = re.compile(r"\d[\d.,]*\d")


@dataclass(frozen=True)
class Dated:
    """A claim, the question it answers, and the passages on it: those of documents that are in
    force (``now``) and those of documents that are no longer (``then``).
    """

    text: str
    question: str
    now: Sequence[Passage]
    then: Sequence[Passage]
    timeline: Timeline
    weight: Mapping[str, float]
    least: float
    """Share of the wording that a line must have in common with a claim to deny it."""

    @cached_property
    def anchors(self) -> tuple[Anchor, ...]:
        """The dates the claim speaks of, or else those of its question."""
        return anchors(self.text) or anchors(self.question)

    @cached_property
    def spelled(self) -> str:
        """The claim with the dates of the question, if it names none of its own."""
        if anchors(self.text) or not self.anchors:
            return self.text
        return f"{self.text} ({', '.join(anchor.stated.text for anchor in self.anchors)})"

    @cached_property
    def rest(self) -> str:
        """The claim without its dates."""
        return dateless(self.text)

    @cached_property
    def values(self) -> Sequence[Quantity]:
        """Quantities of the claim."""
        return quantities(self.rest)

    @cached_property
    def named(self) -> frozenset[str]:
        """Stems of the words in names; the first word of a claim is one if more names follow it."""
        first = (WORD.findall(name)[0] for name in names(self.rest) if WORD.search(name))
        opening = next(first, "")
        found = WORD.findall(self.rest)
        capital = [w for i, w in enumerate(found) if w != w.lower() and (i or w == opening)]
        return frozenset(content(" ".join(capital)))

    @cached_property
    def frame(self) -> tuple[str, ...]:
        """Stems of the claim that are no numbers."""
        stems = dict.fromkeys(content(self.rest))
        return tuple(word for word in stems if not any(sign.isdigit() for sign in word))

    @cached_property
    def hint(self) -> str:
        """The number or name by which a passage with the claim's value can be told by eye."""
        numbers = [m.group(0) for v in self.values if (m := _DIGITS.search(v.text))]
        capital = [w for w in WORD.findall(self.rest)[1:] if w != w.lower()]
        return max(numbers or capital, key=len, default="")

    def document(self, decided: Decided) -> Document:
        """The document something was decided by."""
        return self.timeline.corpus.document[decided.document_id]


def share(claim: Dated, wanted: Collection[str], line: Line) -> float:
    """Weighted share of stems that a line and its heading hold. What the corpus never says is more
    likely another way of putting it ("numbered", "made up") than a rare thing: it counts half.
    """
    usual = claim.weight.get("", 1.0) / 2
    each = {word: claim.weight.get(word, usual) for word in wanted}
    total = math.fsum(each.values())
    return math.fsum(w for word, w in each.items() if word in line.stems) / total if total else 0.0


def all_found(values: Sequence[Quantity], held: Sequence[Quantity]) -> bool:
    """Whether all of these quantities are among those held."""
    return all(finding.status == "found" for finding in check_quantities(values, held))


def line_of(claim: Dated, found: Decided) -> Line:
    """The line behind a decision: of its stretch, the one with the claim's values and wording."""
    passage = claim.timeline.corpus.passage[found.passage_id]
    inside = [one for one in lines(passage) if one.start < found.end and one.end > found.start]

    def fit(line: Line) -> tuple[int, float]:
        findings = check_quantities(claim.values, line.quantities)
        same = sum(finding.status == "found" for finding in findings)
        return same, coverage(claim.frame, line.own, claim.weight)

    return max(inside or lines(passage), key=fit)


def place(line: Line) -> dict[str, Any]:
    """Where a line stands, as fields of a decision."""
    return {
        "document_id": line.passage.document_id,
        "passage_id": line.passage.id,
        "start": line.start,
        "end": line.end,
    }


def dated(document: Document) -> str:
    """A document with its date, as details name it."""
    return f"{document.id} of {document.valid_from}" if document.valid_from else document.id
