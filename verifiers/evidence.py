"""One claim against the passages found for it: supported, contradicted or not found.

Deterministic. A claim is supported by a stretch of text that holds all of its quantities, dates
and names and enough of its wording; it is contradicted by a line that shares its wording and gives
another value of the same kind; everything else is not found, which is not the same as false.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from configs.stages import Grounding
from store.corpus import Passage
from store.text import sentences, words
from verifiers.checks.dates import Date, check_dates, dates
from verifiers.checks.findings import Finding
from verifiers.checks.names import check_names, names
from verifiers.checks.quantities import Quantity, check_quantities, quantities
from verifiers.retrieval import EvidenceIndex
from verifiers.wording import content, coverage

ClaimVerdict = Literal["supported", "contradicted", "not_found"]


@dataclass(frozen=True, slots=True)
class Decided:
    """A claim's verdict with the stretch of the corpus behind it; offsets into the document."""

    verdict: ClaimVerdict
    rule: str
    score: float
    detail: str = ""
    document_id: str = ""
    passage_id: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Some sentences of a passage with all that checks look at, read once."""

    passage: Passage
    start: int
    end: int
    stems: frozenset[str]
    words: frozenset[str]
    quantities: tuple[Quantity, ...]
    dates: tuple[Date, ...]


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
    parts = (quantities(text), dates(text), names(text))
    plain = [word for word in wanted if not any(sign.isdigit() for sign in word)]
    scored = [_score(parts, plain, s, index) for p in passages for s in _stretches(p)]
    if not scored or not wanted:
        return Decided("not_found", "no_evidence", 0.0, "no passage was found")
    best = max(scored, key=lambda item: item.order)
    enough = best.coverage >= settings.min_coverage
    if best.complete and (enough or (not plain and best.findings)):
        return _decided("supported", "wording", best, "")
    rival = _rival(scored, settings)
    if rival is not None and rival.conflict is not None:
        conflict = rival.conflict
        return _decided("contradicted", conflict.check, rival, f"{conflict.part}: {conflict.detail}")
    lacking = [finding.part for finding in best.findings if finding.status != "found"]
    detail = f"not in the evidence: {', '.join(lacking)}" if lacking else (
        f"the closest passage holds {best.coverage:.0%} of the wording"
    )
    return _decided("not_found", "wording", best, detail)


def _rival(scored: Sequence[_Scored], settings: Grounding) -> _Scored | None:
    """The stretch nearest in wording, if it gives another value of the same kind."""
    rivals = [
        item
        for item in scored
        if item.conflict is not None and item.coverage >= settings.conflict_coverage
    ]
    return max(rivals, key=lambda item: (item.coverage, -len(item.stretch.stems)), default=None)


def _score(
    parts: tuple[list[Quantity], list[Date], list[str]],
    plain: Sequence[str],
    stretch: _Stretch,
    index: EvidenceIndex,
) -> _Scored:
    wanted_quantities, wanted_dates, wanted_names = parts
    findings = (
        *check_quantities(wanted_quantities, stretch.quantities),
        *check_dates(wanted_dates, stretch.dates),
        *check_names(wanted_names, stretch.words),
    )
    return _Scored(stretch, findings, coverage(plain, stretch.stems, index.weight))


@lru_cache(maxsize=20_000)
def _stretches(passage: Passage) -> tuple[_Stretch, ...]:
    """Each sentence of a passage, each two in a row, and the whole."""
    pieces = sentences(passage.text)
    spans = [(piece.start, piece.end) for piece in pieces]
    spans += [(one.start, two.end) for one, two in zip(pieces, pieces[1:], strict=False)]
    if len(pieces) > 2:
        spans.append((pieces[0].start, pieces[-1].end))
    return tuple(_read(passage, *span) for span in dict.fromkeys(spans))


def _read(passage: Passage, start: int, end: int) -> _Stretch:
    text = passage.text[start:end]
    headed = f"{passage.heading}\n{text}"
    return _Stretch(
        passage=passage,
        start=passage.start + start,
        end=passage.start + end,
        stems=frozenset(content(headed)),
        words=frozenset(words(headed)),
        quantities=tuple(quantities(text)),
        dates=tuple(dates(text)),
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
