"""Old and new lines side by side: which line of a later document took an older one's place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from store.corpus import Passage
from verifiers.anchors import Anchor, speaks_of
from verifiers.checks.units import BARE, convertible
from verifiers.dated import Dated, all_found, share
from verifiers.lines import Line, lines
from verifiers.wording import content, coverage

_HALF = 0.5
"""Share of wording or of names from which on two texts can speak of the same matter."""


def side_by_side(claim: Dated) -> Dated:
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
        return all_found(claim.values, held)
    return not claim.named or any(claim.named & line.own for line in lines(passage))


def with_value(claim: Dated) -> list[Line]:
    """Outdated lines that have all quantities of the claim and share its wording and its names as
    far as a contradiction must, nearest first.
    """
    found = [
        line
        for passage in claim.then
        for line in lines(passage)
        if share(claim, claim.frame, line) >= claim.least
        and (not claim.named or share(claim, claim.named, line) >= _HALF)
        and all_found(claim.values, line.quantities)
    ]
    return sorted(found, key=lambda line: -share(claim, claim.frame, line))


def counterpart(claim: Dated, old: Line, points: Sequence[Anchor]) -> Line | None:
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
        near = share(claim, claim.frame, line)
        return passage.document_id == last, passage.section == old.passage.section, near

    return max((line for line in alike if _other_value(claim, old, line)), key=fit, default=None)


def _successors(claim: Dated, old: Line) -> list[Line]:
    """Lines of later documents of the series on the same matter: those with the old line's label,
    or else with half of the wording that claim and old line share, the value aside. Where the claim
    has words of its own for the label, such as led for head of government, wording must do as well.
    """
    later = claim.timeline.counterparts(old.passage, old.label)
    found = [line for passage in later for line in lines(passage)]
    shared = [word for word in claim.frame if word in old.stems and word not in claim.named]
    label = [word for word in content(old.label) if word in claim.frame]
    labelled = [line for line in found if old.label and line.label == old.label]
    if labelled:
        found = _in_its_place(claim, old, labelled)
        if label or not shared:
            return found
    return [
        line
        for line in found
        if share(claim, shared, line) >= _HALF and (not label or share(claim, label, line) >= _HALF)
    ]


def _in_its_place(claim: Dated, old: Line, labelled: Sequence[Line]) -> list[Line]:
    """Of the lines with a label those under the old line's heading; those under any heading if
    there is none, unless the old document has the label under several.
    """
    here = [line for line in labelled if line.passage.section == old.passage.section]
    if here:
        return here
    passages = claim.timeline.corpus.passages_of(old.passage.document_id)
    elsewhere = (
        line
        for passage in passages
        if passage.section != old.passage.section and old.label in passage.text
        for line in lines(passage)
    )
    return [] if any(line.label == old.label for line in elsewhere) else list(labelled)


def _other_value(claim: Dated, old: Line, line: Line) -> bool:
    """Whether a line has another quantity than the claim where the old line has the claim's, or
    lacks a name that the old one has.
    """
    if not claim.values:
        return bool((claim.named & old.own) - line.stems)
    if all_found(claim.values, line.quantities):
        return False
    units = {q.unit for q in old.quantities if any(all_found([v], [q]) for v in claim.values)}
    return any(
        BARE in (q.unit, unit) or convertible(q.unit, unit)
        for q in line.quantities
        for unit in units
    )


def _repeats(claim: Dated, old: Line, line: Line) -> bool:
    """Whether a line has the old line's value."""
    if claim.values:
        return all_found(claim.values, line.quantities)
    return claim.named & old.own <= line.stems


def replaced(claim: Dated, old: Line, newer: Line) -> bool:
    """Whether the claim has the old line's value: a quantity, or else a name that is all but gone
    from the newer line.
    """
    if claim.values:
        return True
    gone = claim.named - newer.stems
    return bool(gone & old.own) and coverage(gone, old.own, claim.weight) >= _HALF
