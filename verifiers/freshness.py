"""A claim against documents of several dates: the newest one in force wins.

Current documents decide first. What only an expired or superseded document holds is ``stale``,
unless the claim names the date it speaks of and the document has that value for that date: a record
of the past is no error. A newer figure for the very same date overrules it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from store.corpus import Passage
from verifiers.anchors import Anchor, speaks_of
from verifiers.dated import SHOWN, Dated, Look, dated, line_of, place
from verifiers.lines import Line
from verifiers.rivals import against_rivals
from verifiers.succession import counterpart, replaced, side_by_side, with_value
from verifiers.verdicts import Decided


def weigh(claim: Dated, look: Look) -> Decided:
    """The verdict on a claim where some documents are newer than others."""
    held = look(claim.text, claim.now)
    if held.verdict == "supported":
        return against_rivals(claim, held)
    still = _still(claim, look)
    if still is not None:
        return still
    beside = side_by_side(claim)
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
    return replace(past, detail=f"historical: {dated(claim.document(past))} has it for that date")


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
    line = line_of(claim, found)
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
    return replace(found, detail=f"{dated(claim.document(found))} held on that date")


def _meets(claim: Dated, found: Decided) -> bool:
    """Whether the line with the claim's value gives it for the claim's dates or for none."""
    return _of_its_date(claim, line_of(claim, found))


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
        return _stale(claim, old, counterpart(claim, line_of(claim, old), ()))
    for line in with_value(claim):
        newer = counterpart(claim, line, ())
        if newer is not None and replaced(claim, line, newer):
            old = replace(held, **place(line))
            if claim.anchors and line.anchors and _of_its_date(claim, line):
                detail = f"historical: {dated(claim.document(old))} has another wording"
                return replace(old, verdict="not_found", rule="wording", detail=detail)
            return _stale(claim, old, newer)
    return held


def _overruling(claim: Dated, past: Decided, held: Decided, look: Look) -> Line | None:
    """The later line that has another value for the date of a claim that was once right."""
    points = [anchor for anchor in claim.anchors if not anchor.since]
    newer = counterpart(claim, line_of(claim, past), points)
    if newer is not None:
        return newer
    # Where the value is a date, the rest of the claim still stands, with another date.
    moved = not claim.values and held.verdict == "contradicted"
    if moved and look(claim.rest, claim.now).verdict == "supported":
        return line_of(claim, held)
    return None


def _stale(claim: Dated, old: Decided, newer: Line | None) -> Decided:
    document = claim.document(old)
    expired = claim.timeline.standing[document.id] == "expired"
    said = []
    if expired:
        said.append(f"{document.id} expired on {document.valid_to}")
    successor = claim.timeline.successor(document.id)
    if newer is not None:
        successor = claim.timeline.corpus.document[newer.passage.document_id]
        text = " ".join(newer.text.split())[:SHOWN]
        said.append(f"superseded by {dated(successor)}, which says: {text}")
    elif successor is not None:
        said.append(f"superseded by {dated(successor)}, which does not say so")
    rule = "expired" if expired else "superseded"
    return replace(old, verdict="stale", rule=rule, score=0.0, detail="; ".join(said))
