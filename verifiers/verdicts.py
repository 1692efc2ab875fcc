"""What is decided about a claim, and where in the corpus it was decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from verifiers.claims import Claim

ClaimVerdict = Literal["supported", "contradicted", "not_found", "stale"]
Breach = Literal["", "unknown_identifier", "missing_quote", "failed_execution", "unanchored_time"]
"""What a claim does that no share of right claims makes up for; named as in the row policy."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A claim's verdict with the stretch of the corpus behind it; offsets into the document.

    ``score`` is how likely the claim is supported, from 0 to 1; ``wording`` is the share of its
    wording that the stretch holds, and ``lacking`` says that it lacks a part that can be checked.
    ``uncalibrated`` is the score before any calibration where it is a matter of degree, decided by
    wording alone or by a model; None where something exact decided.
    """

    verdict: ClaimVerdict
    rule: str
    score: float
    detail: str = ""
    document_id: str = ""
    passage_id: str = ""
    start: int = 0
    end: int = 0
    wording: float = 0.0
    lacking: bool = False
    uncalibrated: float | None = None


def turned(decided: Decided, verdict: ClaimVerdict, detail: str) -> Decided:
    """The decision on the opposite of what was decided."""
    return replace(decided, verdict=verdict, score=1 - decided.score, detail=detail)


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim or quote with what was decided about it. A quote of the record is a claim whose span
    is empty, since it is no part of the answer.
    """

    claim: Claim
    decided: Decided
    breach: Breach = ""
