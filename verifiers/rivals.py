"""Documents in force that disagree: the newest of them wins, and the conflict is told."""

from __future__ import annotations

from dataclasses import replace

from verifiers.anchors import speaks_of
from verifiers.checks.agreement import check_quantities
from verifiers.dated import SHOWN, Dated, dated, line_of, place, share
from verifiers.lines import Line, lines
from verifiers.verdicts import Decided

_SAME_WORDING = 0.75
"""Share of a claim's wording that a line must hold to be on the same matter."""


def against_rivals(claim: Dated, held: Decided) -> Decided:
    """Support, unless a newer document of another series, in force too, has another value in the
    same wording and of the same date; such conflicts are told either way.
    """
    rival = _rival(claim, held)
    if rival is None:
        return held
    mine, other = claim.document(held), claim.timeline.corpus.document[rival.passage.document_id]
    text = " ".join(rival.text.split())[:SHOWN]
    detail = f"conflict: {dated(mine)} supports it, {dated(other)} says: {text}"
    if str(other.valid_from) <= str(mine.valid_from):
        return replace(held, rule="conflict", detail=detail)
    return replace(
        held,
        verdict="contradicted",
        rule="conflict",
        score=0.0,
        detail=detail,
        **place(rival),
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
        and share(claim, claim.frame, line) >= _SAME_WORDING
        and _contradicts(claim, line, line_of(claim, held))
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
