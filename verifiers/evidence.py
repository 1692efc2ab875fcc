"""One claim against the passages found for it: supported, contradicted or not found.

Deterministic. A claim is supported by a stretch of text that holds all of its quantities, dates
and names and enough of its wording; it is contradicted by a line that shares its wording and gives
another value of the same kind; everything else is not found, which is not the same as false.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from configs.verifiers import Grounding
from store.corpus import Passage
from store.quotes import find_quote
from verifiers.checks.every import CHECKS
from verifiers.checks.findings import Finding
from verifiers.exchanged import exchanged
from verifiers.likelihood import VERBATIM, likelihood
from verifiers.mixed import mixed
from verifiers.reading import Reading, read
from verifiers.retrieval import EvidenceIndex
from verifiers.stretches import Stretch, sentences_of, stretches
from verifiers.verdicts import ClaimVerdict, Decided
from verifiers.wording import content, coverage

_STRONG = 0.75
"""Wording from which on a sentence speaks of the same thing as a claim."""
_REST = 0.9
"""Share of the wording without a name from which on a sentence says the same of another name."""
_NEARER = 0.1
"""Share of the wording by which a contradicting sentence must be nearer than a supporting one."""
_FOCUS = 0.75
"""Weight of the words that a question did not give: what an answer adds is what it claims."""

_VALUES = ("quantity", "date")


@dataclass(frozen=True, slots=True)
class _Scored:
    stretch: Stretch
    findings: tuple[Finding, ...]
    coverage: float
    tells: bool
    """Whether it holds any of the wording that is no name; names alone say nothing."""

    @property
    def complete(self) -> bool:
        return all(finding.status == "found" for finding in self.findings)

    @property
    def conflict(self) -> Finding | None:
        return next((f for f in self.findings if f.status == "conflict"), None)

    @property
    def order(self) -> tuple[float, ...]:
        """More checks found first, then more wording, then the shorter stretch."""
        found = sum(finding.status == "found" for finding in self.findings)
        share = found / len(self.findings) if self.findings else 1.0
        return (share, self.coverage, -len(self.stretch.stems))


def decide(
    text: str, context: str, passages: Sequence[Passage], index: EvidenceIndex, settings: Grounding
) -> Decided:
    """The verdict on a claim. ``context`` (the question) completes the wording of short claims."""
    claim = read(text, context)
    scored = [_score(claim, s, index) for p in passages for s in stretches(p)]
    if not scored or claim.empty:
        return Decided("not_found", "no_evidence", 0.0, "no passage was found")
    alone = [item for item in scored if item.stretch.sentences == 1]
    held = _support(alone, claim, index, settings.min_coverage)
    denied = _conflict(alone, claim, _STRONG)
    # A sentence that says the same with another value outweighs the value's turning up elsewhere.
    if held and denied and denied.wording >= held.wording + _NEARER:
        held = None
    return (
        held
        or denied
        or _support(scored, claim, index, settings.min_coverage)
        or _conflict(scored, claim, settings.conflict_coverage)
        or _nothing(max(scored, key=lambda item: item.order))
    )


def _score(claim: Reading, stretch: Stretch, index: EvidenceIndex) -> _Scored:
    """What the checks find, and the wording held. Where a text without a heading points back to
    what it is about, the claim's subject is taken to be that.
    """
    findings = [
        finding
        for check, wanted, held in zip(CHECKS, claim.parts, stretch.held, strict=True)
        if wanted
        for finding in check.compare(wanted, held)
    ]
    wording = claim.wording
    if _elided(claim, stretch):
        findings = [f for f in findings if not (f.check == "name" and f.part in claim.given)]
        wording = tuple(word for word in wording if word not in claim.subject) or wording
    share = coverage(wording, stretch.stems, index.weight)
    if claim.focus:
        share += _FOCUS * (coverage(claim.focus, stretch.stems, index.weight) - share)
    names = {stem for f in findings if f.check == "name" for stem in content(f.part)}
    rest = claim.own.intersection(wording) - names
    return _Scored(stretch, tuple(findings), share, not rest or bool(rest & stretch.stems))


def _elided(claim: Reading, stretch: Stretch) -> bool:
    """Whether a snippet leaves out or shortens the subject of a claim, and names no other."""
    return (
        stretch.torn
        and bool(claim.given)
        and (not stretch.subject or bool(stretch.subject & claim.subject) or bool(claim.focus))
    )


def _support(
    scored: Sequence[_Scored], claim: Reading, index: EvidenceIndex, least: float
) -> Decided | None:
    """Support by the best stretch that holds every part of the claim and enough of its wording."""
    enough = [
        item
        for item in scored
        if item.complete
        and item.tells
        and (item.coverage >= least or (not claim.wording and item.findings))
    ]
    whole = [
        item
        for item in enough
        if not _borrows(item, scored, claim, index)
        and not mixed(claim.text, claim.context, sentences_of(item.stretch.passage), claim.subject)
        and not exchanged(claim.text, item.stretch)
    ]
    best = max(whole, key=lambda item: item.order, default=None)
    return None if best is None else _decided("supported", "wording", best, "")


def _borrows(
    item: _Scored, scored: Sequence[_Scored], claim: Reading, index: EvidenceIndex
) -> bool:
    """Whether one of several sentences says the claim but for a name, which stands in another. The
    name that a claim begins with may, since the next sentence says "she" of it, unless that one
    says it of somebody else.
    """
    if item.stretch.sentences == 1:
        # A snippet may leave out what it is about.
        strange = not claim.subject & item.stretch.stems and not item.stretch.torn
        return strange and _of_another(item.stretch, claim)
    for other in scored:
        if other.stretch.sentences > 1 or not _within(other.stretch, item.stretch):
            continue
        if _of_another(other.stretch, claim):
            return True
        lacking = [f.part for f in other.findings if f.check == "name" and f.status != "found"]
        names = {stem for part in lacking for stem in content(part)}
        rest = [word for word in claim.wording if word not in names]
        if (
            len(rest) > 1
            and any(part not in claim.given for part in lacking)
            and coverage(rest, other.stretch.stems, index.weight) >= _REST
        ):
            return True
    return False


def _of_another(stretch: Stretch, claim: Reading) -> bool:
    """Whether a sentence says what a claim says, but for the name that either begins with."""
    rest = [word for word in claim.wording if word not in claim.subject]
    same = sum(word in stretch.stems for word in rest)
    own = stretch.subject.difference(claim.wording)
    apart = own and not claim.subject <= stretch.stems
    return bool(apart) and len(rest) > 1 and same >= _STRONG * len(rest)


def _within(one: Stretch, other: Stretch) -> bool:
    same = one.passage.id == other.passage.id
    return same and other.start <= one.start and one.end <= other.end


def _conflict(scored: Sequence[_Scored], claim: Reading, least: float) -> Decided | None:
    """Contradiction by the stretch nearest in wording that has another value of the same kind. What
    denies a value is not contradicted by another one.
    """
    known = scored
    if claim.denies:
        scored = [item for item in scored if item.conflict and item.conflict.check not in _VALUES]
    rivals = [item for item in scored if item.conflict is not None and item.coverage >= least]
    rival = max(rivals, key=lambda item: (item.coverage, -len(item.stretch.stems)), default=None)
    if rival is None or rival.conflict is None:
        return None
    # What holds every part of the claim speaks of it sooner than what denies one.
    if any(item.complete and item.coverage >= rival.coverage for item in known):
        return None
    conflict = rival.conflict
    return _decided("contradicted", conflict.check, rival, f"{conflict.part}: {conflict.detail}")


def _nothing(best: _Scored) -> Decided:
    lacking = [finding.part for finding in best.findings if finding.status != "found"]
    detail = f"the closest passage holds {best.coverage:.0%} of the wording"
    if lacking:
        detail = f"not in the evidence: {', '.join(lacking)}"
    return _decided("not_found", "wording", best, detail)


def verbatim(text: str, passages: Sequence[Passage], least: int) -> Decided | None:
    """Support by a passage that holds the claim letter by letter, if it has ``least`` words."""
    if len(text.split()) < least:
        return None
    for passage in passages:
        span = find_quote(text.rstrip(".").strip('"“”'), passage.text)
        if span is not None:
            start, end = passage.start + span[0], passage.start + span[1]
            place = (passage.document_id, passage.id, start, end)
            return Decided("supported", "verbatim", VERBATIM, "", *place, wording=1.0)
    return None


def _decided(verdict: ClaimVerdict, rule: str, scored: _Scored, detail: str) -> Decided:
    stretch = scored.stretch
    passage = stretch.passage
    return Decided(
        verdict,
        rule,
        likelihood(verdict, scored.coverage, not scored.complete),
        detail,
        passage.document_id,
        passage.id,
        stretch.start,
        stretch.end,
        scored.coverage,
        not scored.complete,
    )
