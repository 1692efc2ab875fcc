"""A claim against documents of several dates: the newest one in force wins.

Current documents decide first. What only an expired or superseded document holds is ``stale``,
unless the claim names the date it speaks of and the document has that value for that date: a record
of the past is no error. A newer figure for the very same date overrules it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from store.corpus import Document, Passage
from store.text import WORD
from verifiers.anchors import Anchor, anchors, dateless, speaks_of
from verifiers.checks.names import names
from verifiers.checks.quantities import Quantity, check_quantities, quantities
from verifiers.lines import Line, lines
from verifiers.validity import Timeline
from verifiers.verdicts import Decided
from verifiers.wording import content, coverage

Look = Callable[[str, Sequence[Passage]], Decided]
"""What passages say of a text, whatever their dates."""

_SAME_WORDING = 0.75
"""Share of the wording that two lines on the same matter have in common."""
_DIGITS = re.compile(r"\d[\d.,]*\d")
_HALF = 0.5
"""Share of its names from which on a line can speak of what a claim speaks of."""
_SHOWN = 160
"""Characters of a newer document that a detail repeats."""


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


def weigh(claim: Dated, look: Look) -> Decided:
    """The verdict on a claim where some documents are newer than others."""
    held = look(claim.text, claim.now)
    if held.verdict == "supported":
        return _against_rivals(claim, held)
    still = _still(claim, look)
    if still is not None:
        return still
    beside = _side_by_side(claim)
    if not beside.then:
        return held
    if beside.now != claim.now:
        held = look(claim.text, beside.now)
    if held.verdict == "supported":
        return held
    return _over_time(beside, held, look)


def _over_time(claim: Dated, held: Decided, look: Look) -> Decided:
    """The verdict where outdated documents have something that may be the claim's value."""
    past = _recorded(claim, look)
    if past is None:
        return _outdated(claim, held, look)
    newer = _overruling(claim, past, held, look)
    if newer is not None:
        return _stale(claim, past, newer)
    return replace(past, detail=f"historical: {_dated(claim.document(past))} has it for that date")


def _side_by_side(claim: Dated) -> Dated:
    """The claim with those outdated passages that may hold its value, found by themselves or beside
    the current ones, and with what stands in their place in current documents.
    """
    standing = claim.timeline.standing
    beside = (
        old for passage in claim.now for old in claim.timeline.forerunners(passage, claim.hint)
    )
    then = [p for p in dict.fromkeys((*claim.then, *beside)) if _may_hold(claim, p)]
    newer = (new for passage in then for new in claim.timeline.counterparts(passage, ""))
    now = (*claim.now, *(p for p in newer if standing[p.document_id] == "current"))
    return replace(claim, now=tuple(dict.fromkeys(now)), then=then)


def _may_hold(claim: Dated, passage: Passage) -> bool:
    """Whether a passage has all quantities of a claim, or else some of the names."""
    if claim.values:
        held = [quantity for line in lines(passage) for quantity in line.quantities]
        return _all_found(claim.values, held)
    return not claim.named or any(claim.named & line.own for line in lines(passage))


def _still(claim: Dated, look: Look) -> Decided | None:
    """Support for "as of" a date by a current document that held on it, or by its line on what
    began before and goes on.
    """
    framed = [anchor for anchor in claim.anchors if anchor.frame]
    held = _during(claim, framed, claim.now, look)
    if held is not None or not framed:
        return held
    found = look(claim.rest, claim.now)
    if found.verdict != "supported":
        return None
    line = _line_of(claim, found)
    return found if line.anchors and _of_its_date(claim, line) else None


def _recorded(claim: Dated, look: Look) -> Decided | None:
    """What an outdated document says of the claim with its date: the line holds both, or the date
    falls in the time in which the document held.
    """
    if not claim.anchors:
        return None
    found = look(claim.spelled, claim.then)
    if found.verdict == "supported" and _meets(claim, found):
        return found
    return _during(claim, claim.anchors, claim.then, look)


def _during(
    claim: Dated, wanted: Sequence[Anchor], passages: Sequence[Passage], look: Look
) -> Decided | None:
    """Support for the claim without its dates by documents that held on all of them."""
    points = [anchor for anchor in wanted if not anchor.since]
    held = [
        passage
        for passage in passages
        if points
        and all(claim.timeline.held_during(passage.document_id, a.first, a.last) for a in points)
    ]
    found = look(claim.rest, held) if held else None
    if found is None or found.verdict != "supported" or not _meets(claim, found):
        return None
    return replace(found, detail=f"{_dated(claim.document(found))} held on that date")


def _meets(claim: Dated, found: Decided) -> bool:
    """Whether the line with the claim's value gives it for the claim's dates or for none."""
    return _of_its_date(claim, _line_of(claim, found))


def _of_its_date(claim: Dated, line: Line) -> bool:
    """What a line says to go on since a date, it says as long as its document held."""
    document_id = line.passage.document_id
    current = claim.timeline.standing[document_id] == "current"
    stated = [anchor for anchor in line.anchors if not anchor.since]

    def told(anchor: Anchor) -> bool:
        goes_on = current or claim.timeline.held_during(document_id, anchor.first, anchor.last)
        return speaks_of(line.anchors if goes_on or anchor.since else stated, anchor)

    return not line.anchors or all(told(anchor) for anchor in claim.anchors)


def _outdated(claim: Dated, held: Decided, look: Look) -> Decided:
    """Stale where an outdated document has the claim's value, whatever the date, and no current
    one; else what the current ones say.
    """
    old = look(claim.rest, claim.then)
    if old.verdict == "supported":
        if claim.anchors and look(claim.rest, claim.now).verdict == "supported":
            return held
        return _stale(claim, old, _counterpart(claim, _line_of(claim, old), ()))
    for line in _with_value(claim):
        newer = _counterpart(claim, line, ())
        if newer is not None and _replaced(claim, line, newer):
            old = replace(held, **_place(line))
            if claim.anchors and line.anchors and _of_its_date(claim, line):
                detail = f"historical: {_dated(claim.document(old))} has another wording"
                return replace(old, verdict="not_found", rule="wording", detail=detail)
            return _stale(claim, old, newer)
    return held


def _with_value(claim: Dated) -> list[Line]:
    """Outdated lines that have all quantities of the claim and share its wording and its names as
    far as a contradiction must, nearest first.
    """
    found = [
        line
        for passage in claim.then
        for line in lines(passage)
        if _share(claim, claim.frame, line) >= claim.least
        and (not claim.named or _share(claim, claim.named, line) >= _HALF)
        and _all_found(claim.values, line.quantities)
    ]
    return sorted(found, key=lambda line: -_share(claim, claim.frame, line))


def _share(claim: Dated, wanted: Collection[str], line: Line) -> float:
    """Weighted share of stems that a line and its heading hold. What the corpus never says is more
    likely another way of putting it ("numbered", "made up") than a rare thing: it counts half.
    """
    usual = claim.weight.get("", 1.0) / 2
    total = sum(claim.weight.get(word, usual) for word in wanted)
    held = sum(claim.weight.get(word, usual) for word in wanted if word in line.stems)
    return held / total if total else 0.0


def _all_found(values: Sequence[Quantity], held: Sequence[Quantity]) -> bool:
    return all(finding.status == "found" for finding in check_quantities(values, held))


def _replaced(claim: Dated, old: Line, newer: Line) -> bool:
    """Whether the claim has the old line's value: a quantity, or else a name that is all but gone
    from the newer line.
    """
    if claim.values:
        return True
    gone = claim.named - newer.stems
    return bool(gone & old.own) and coverage(gone, old.own, claim.weight) >= _HALF


def _overruling(claim: Dated, past: Decided, held: Decided, look: Look) -> Line | None:
    """The later line that has another value for the date of a claim that was once right."""
    points = [anchor for anchor in claim.anchors if not anchor.since]
    newer = _counterpart(claim, _line_of(claim, past), points)
    if newer is not None:
        return newer
    # Where the value is a date, the rest of the claim still stands, with another date.
    moved = not claim.values and held.verdict == "contradicted"
    if moved and look(claim.rest, claim.now).verdict == "supported":
        return _line_of(claim, held)
    return None


def _counterpart(claim: Dated, old: Line, points: Sequence[Anchor]) -> Line | None:
    """The line that took the place of an old one and gives another value, for these dates if any.
    None as well where the newest document repeats the value.
    """
    alike = [
        line
        for line in _successors(claim, old)
        if all(speaks_of(line.anchors, anchor) for anchor in points)
    ]
    newest = claim.timeline.successor(old.passage.document_id)
    last = newest.id if newest else ""
    if any(line.passage.document_id == last and _repeats(claim, old, line) for line in alike):
        return None

    def fit(line: Line) -> tuple[bool, bool, float]:
        passage = line.passage
        near = _share(claim, claim.frame, line)
        return passage.document_id == last, passage.section == old.passage.section, near

    return max((line for line in alike if _other_value(claim, old, line)), key=fit, default=None)


def _successors(claim: Dated, old: Line) -> list[Line]:
    """Lines of later documents of the series on the same matter: with the same label, if the claim
    has words of it, or with half of the wording that claim and old line share, the value aside.
    """
    later = claim.timeline.counterparts(old.passage, old.label)
    found = [line for passage in later for line in lines(passage)]
    labelled = [line for line in found if old.label and line.label == old.label]
    if labelled and not set(content(old.label)).isdisjoint(claim.frame):
        return labelled
    shared = [word for word in claim.frame if word in old.stems and word not in claim.named]
    return [line for line in labelled or found if _share(claim, shared, line) >= _HALF]


def _other_value(claim: Dated, old: Line, line: Line) -> bool:
    """Whether a line has another quantity than the claim where the old line has the claim's, or
    lacks a name that the old one has.
    """
    if not claim.values:
        return bool((claim.named & old.own) - line.stems)
    if _all_found(claim.values, line.quantities):
        return False
    units = {q.unit for q in old.quantities if any(_all_found([v], [q]) for v in claim.values)}
    return any(q.unit in units or not q.unit or "" in units for q in line.quantities)


def _repeats(claim: Dated, old: Line, line: Line) -> bool:
    """Whether a line has the old line's value."""
    if claim.values:
        return _all_found(claim.values, line.quantities)
    return claim.named & old.own <= line.stems


def _line_of(claim: Dated, found: Decided) -> Line:
    """The line behind a decision: of its stretch, the one with the claim's values and wording."""
    passage = claim.timeline.corpus.passage[found.passage_id]
    inside = [one for one in lines(passage) if one.start < found.end and one.end > found.start]

    def fit(line: Line) -> tuple[int, float]:
        findings = check_quantities(claim.values, line.quantities)
        same = sum(finding.status == "found" for finding in findings)
        return same, coverage(claim.frame, line.own, claim.weight)

    return max(inside or lines(passage), key=fit)


def _place(line: Line) -> dict[str, Any]:
    """Where a line stands, as fields of a decision."""
    return {
        "document_id": line.passage.document_id,
        "passage_id": line.passage.id,
        "start": line.start,
        "end": line.end,
    }


def _stale(claim: Dated, old: Decided, newer: Line | None) -> Decided:
    document = claim.document(old)
    expired = claim.timeline.standing[document.id] == "expired"
    said = []
    if expired:
        said.append(f"{document.id} expired on {document.valid_to}")
    successor = claim.timeline.successor(document.id)
    if newer is not None:
        successor = claim.timeline.corpus.document[newer.passage.document_id]
        text = " ".join(newer.text.split())[:_SHOWN]
        said.append(f"superseded by {_dated(successor)}, which says: {text}")
    elif successor is not None:
        said.append(f"superseded by {_dated(successor)}, which does not say so")
    rule = "expired" if expired else "superseded"
    return replace(old, verdict="stale", rule=rule, score=0.0, detail="; ".join(said))


def _dated(document: Document) -> str:
    return f"{document.id} of {document.valid_from}" if document.valid_from else document.id


def _against_rivals(claim: Dated, held: Decided) -> Decided:
    """Support, unless a newer document of another series, in force too, has another value in the
    same wording and of the same date; such conflicts are told either way.
    """
    rival = _rival(claim, held)
    if rival is None:
        return held
    mine, other = claim.document(held), claim.timeline.corpus.document[rival.passage.document_id]
    text = " ".join(rival.text.split())[:_SHOWN]
    detail = f"conflict: {_dated(mine)} supports it, {_dated(other)} says: {text}"
    if str(other.valid_from) <= str(mine.valid_from):
        return replace(held, rule="conflict", detail=detail)
    return replace(
        held,
        verdict="contradicted",
        rule="conflict",
        score=0.0,
        detail=detail,
        **_place(rival),
    )


def _rival(claim: Dated, held: Decided) -> Line | None:
    """The line of the newest other document that contradicts a supported claim."""
    if not claim.values or claim.document(held).valid_from is None:
        return None
    corpus = claim.timeline.corpus
    found = [
        line
        for passage in claim.now
        if passage.document_id != held.document_id
        and corpus.document[passage.document_id].valid_from
        for line in lines(passage)
        if claim.named <= line.stems
        and _share(claim, claim.frame, line) >= _SAME_WORDING
        and _contradicts(claim, line, _line_of(claim, held))
    ]
    return max(
        found,
        key=lambda line: str(corpus.document[line.passage.document_id].valid_from),
        default=None,
    )


def _contradicts(claim: Dated, line: Line, own: Line) -> bool:
    """Whether a line has another value for the date of the claim's own line."""
    findings = check_quantities(claim.values, line.quantities)
    stated = [a for a in (claim.anchors or own.anchors) if not a.since]
    same_date = not line.anchors or all(speaks_of(line.anchors, anchor) for anchor in stated)
    return same_date and any(finding.status == "conflict" for finding in findings)
