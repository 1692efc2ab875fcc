"""The row policy: from the verdicts on claims and quotes to one verdict on their record."""

from __future__ import annotations

from collections.abc import Sequence

from configs.verifiers import Outcome, Policy
from store.stages import Ruling
from verifiers.verdicts import Checked

_SHOWN = 200
"""Characters of a claim that a verdict repeats."""
_WORST = {"drop": 0, "flag": 1, "keep": 2}


def rule_on(checked: Sequence[Checked], policy: Policy) -> Ruling:
    """What the verdicts on its claims and quotes mean for a record: the worst of what they lead to,
    named by the first claim that leads there. The score is the share of supported claims.
    """
    claims = [item for item in checked if item.claim.end > 0]
    if not claims:
        missing = [item for item in checked if item.breach]
        if missing:
            return _ruling(getattr(policy, missing[0].breach), missing[0].breach, 0.0, missing[0])
        why = "the answer claims nothing checkable"
        return Ruling(policy.no_claims, "no_claims", 0.0, detail=why)
    score = sum(item.decided.verdict == "supported" for item in claims) / len(claims)
    broken = [(getattr(policy, reason), reason, item) for item in checked for reason in _of(item)]
    lost = [item for item in claims if item.decided.verdict == "not_found"]
    if len(lost) / len(claims) > policy.max_not_found:
        broken.append(("drop", "unsupported", lost[0]))
    broken = sorted((b for b in broken if b[0] != "keep"), key=lambda b: _WORST[b[0]])
    if not broken:
        return Ruling("keep", "", score, claims[0].decided.passage_id)
    outcome, reason, item = broken[0]
    return _ruling(outcome, reason, score, item)


def _of(item: Checked) -> list[str]:
    """Fields of the policy that a claim falls under; a wrong sum is no contradiction of sources."""
    found: list[str] = [item.breach] if item.breach else []
    if item.decided.verdict in ("contradicted", "stale") and item.breach != "failed_execution":
        found.append(item.decided.verdict)
    return found


def _ruling(outcome: Outcome, reason: str, score: float, item: Checked) -> Ruling:
    witness = item.decided.passage_id or item.decided.rule
    detail = f"{item.claim.text[:_SHOWN]} — {item.decided.detail}"
    return Ruling(outcome, reason, score, witness, detail)
