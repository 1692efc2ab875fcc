"""One claim against the passages found for it: supported, contradicted or not found.

Deterministic. A claim is supported by a stretch of text that holds all of its quantities, dates
and names and enough of its wording; it is contradicted by a line that shares its wording and gives
another value of the same kind; everything else is not found, which is not the same as false.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from configs.verifiers import Grounding
from store.corpus import Passage
from store.quotes import find_quote
from store.text import sentences
from verifiers.checks.every import CHECKS
from verifiers.checks.findings import Finding
from verifiers.retrieval import EvidenceIndex
from verifiers.verdicts import ClaimVerdict, Decided
from verifiers.wording import content, coverage

_STRONG = 0.75
"""Wording from which on a sentence speaks of the same thing as a claim."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Some sentences of a passage with all that checks look at, read once; ``held`` is in the order
    of CHECKS.
    """

    passage: Passage
    start: int
    end: int
    stems: frozenset[str]
    held: tuple[Collection[Any], ...]
    sentences: int


@dataclass(frozen=True, slots=True)
class _Scored:
    stretch: _Stretch
    findings: tuple[Finding, ...]
    coverage: float

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
    wanted = content(text)
    wanted += content(context) if len(set(wanted)) < 4 else []
    parts = [check.wanted(text) for check in CHECKS]
    plain = [word for word in wanted if not any(sign.isdigit() for sign in word)]
    scored = [_score(parts, plain, s, index) for p in passages for s in _stretches(p)]
    if not scored or not wanted:
        return Decided("not_found", "no_evidence", 0.0, "no passage was found")
    alone = [item for item in scored if item.stretch.sentences == 1]
    # A sentence that says the same with another value outweighs the value's turning up elsewhere.
    return (
        _support(alone, plain, settings.min_coverage)
        or _conflict(alone, _STRONG)
        or _support(scored, plain, settings.min_coverage)
        or _conflict(scored, settings.conflict_coverage)
        or _nothing(max(scored, key=lambda item: item.order))
    )


def _support(scored: Sequence[_Scored], plain: Sequence[str], least: float) -> Decided | None:
    """Support by the best stretch that holds every part of the claim and enough of its wording."""
    best = max(
        (item for item in scored if item.complete), key=lambda item: item.order, default=None
    )
    if best is None or not (best.coverage >= least or (not plain and best.findings)):
        return None
    return _decided("supported", "wording", best, "")


def _conflict(scored: Sequence[_Scored], least: float) -> Decided | None:
    """Contradiction by the stretch nearest in wording that has another value of the same kind."""
    rivals = [item for item in scored if item.conflict is not None and item.coverage >= least]
    rival = max(rivals, key=lambda item: (item.coverage, -len(item.stretch.stems)), default=None)
    if rival is None or rival.conflict is None:
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
            return Decided(
                "supported", "verbatim", 1.0, "", passage.document_id, passage.id, start, end
            )
    return None


def _score(
    parts: Sequence[Collection[Any]], plain: Sequence[str], stretch: _Stretch, index: EvidenceIndex
) -> _Scored:
    findings = tuple(
        finding
        for check, wanted, held in zip(CHECKS, parts, stretch.held, strict=True)
        for finding in check.compare(wanted, held)
    )
    return _Scored(stretch, findings, coverage(plain, stretch.stems, index.weight))


@lru_cache(maxsize=20_000)
def _stretches(passage: Passage) -> tuple[_Stretch, ...]:
    """Each sentence of a passage, each two in a row, and the whole."""
    pieces = sentences(passage.text)
    spans = [(piece.start, piece.end, 1) for piece in pieces]
    spans += [(one.start, two.end, 2) for one, two in pairwise(pieces)]
    if len(pieces) > 2:
        spans.append((pieces[0].start, pieces[-1].end, len(pieces)))
    return tuple(_read(passage, *span) for span in spans)


def _read(passage: Passage, start: int, end: int, count: int) -> _Stretch:
    text = passage.text[start:end]
    headed = f"{passage.heading}\n{text}"
    return _Stretch(
        passage=passage,
        start=passage.start + start,
        end=passage.start + end,
        stems=frozenset(content(headed)),
        held=tuple(check.held(headed if check.name == "name" else text) for check in CHECKS),
        sentences=count,
    )


def _decided(verdict: ClaimVerdict, rule: str, scored: _Scored, detail: str) -> Decided:
    stretch = scored.stretch
    passage = stretch.passage
    return Decided(
        verdict,
        rule,
        scored.coverage,
        detail,
        passage.document_id,
        passage.id,
        stretch.start,
        stretch.end,
    )
