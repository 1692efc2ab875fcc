"""What happened between two generations of a student: healthy, fluent but wrong, or collapsed.

The stages are those of arXiv 2509.04796: knowledge is kept (A), facts fail while form survives (B),
the student no longer does as it is told (C). Two gauges decide, never one sum of both. A fact
counts as known where most of its short answers are right, and the facts that were lost are held
against those that were won (McNemar, 1947), so that each fact is its own control.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Literal, NamedTuple

from verifiers.closed_book.gauges import Share
from verifiers.closed_book.scoring import Scored

Stage = Literal["A", "B", "C"]
NAMES = {"A": "healthy", "B": "fluent but wrong", "C": "instruction collapse"}

ALPHA = 0.05
_FEW = 25
"""Facts that changed below which the exact binomial test is used."""
FELL = 0.10
"""Points by which fluency or following must fall, and significantly, to be called gone."""


class Change(NamedTuple):
    """Facts that both generations were asked: known before only, after only, and the chance of
    such an imbalance if nothing had changed (two-sided).
    """

    facts: int
    lost: int
    won: int
    p: float
    silent: int
    """Of those lost, such as most answers of the later generation abstain on."""

    @property
    def points(self) -> float:
        """Change of the share of facts known, in points of 100."""
        return 100 * (self.won - self.lost) / max(self.facts, 1)

    @property
    def fell(self) -> bool:
        """Whether facts were lost beyond chance."""
        return self.p < ALPHA and self.lost > self.won

    @property
    def visible_points(self) -> float:
        """The loss that a test over so many facts sees four times in five, roughly."""
        changed = max(self.lost + self.won, 6)
        return 100 * 2.8 * math.sqrt(changed) / max(self.facts, 1)


class Decision(NamedTuple):
    """The stage, and the reasons in words."""

    stage: Stage
    reasons: tuple[str, ...]


def mcnemar(lost: int, won: int) -> float:
    """Two-sided p-value: exact binomial where few facts changed, else chi-squared with Edwards'
    continuity correction.
    """
    changed = lost + won
    if not changed:
        return 1.0
    if changed < _FEW:
        ways = sum(math.comb(changed, k) for k in range(min(lost, won) + 1))
        return float(min(1.0, 2 * ways / 2**changed))
    statistic = max(abs(lost - won) - 1, 0) ** 2 / changed
    return math.erfc(math.sqrt(statistic / 2))


def changed(
    before: Sequence[Scored], after: Sequence[Scored], counted: Collection[str], form: str = "short"
) -> Change:
    """What became of the facts ``counted`` (ids) that both could be read on."""
    one, two = _known(before, form), _known(after, form)
    both = [id_ for id_ in counted if id_ in one and id_ in two]
    lost = [id_ for id_ in both if one[id_].right and not two[id_].right]
    won = sum(two[id_].right and not one[id_].right for id_ in both)
    silent = sum(two[id_].abstained for id_ in lost)
    return Change(len(both), len(lost), won, mcnemar(len(lost), won), silent)


class _Told(NamedTuple):
    right: bool
    abstained: bool


def _known(scored: Sequence[Scored], form: str) -> dict[str, _Told]:
    """By fact, whether more than half of its replies are right, and whether they abstain."""
    outcomes: dict[str, list[str]] = defaultdict(list)
    for one in scored:
        if one.form == form and one.outcome in ("right", "wrong", "abstained"):
            outcomes[one.about].append(one.outcome)
    return {
        id_: _Told(2 * own.count("right") > len(own), 2 * own.count("abstained") > len(own))
        for id_, own in outcomes.items()
    }


def fell(before: Share, after: Share) -> bool:
    """Whether a share fell by more than :data:`FELL` and beyond chance, by Newcombe's interval of
    the difference (1998, method 10).
    """
    if before.value is None or after.value is None:
        return False
    drop = before.value - after.value
    least = drop - math.hypot(before.value - before.low, after.high - after.value)
    return drop > FELL and least > 0


def decide(facts: Change, before: Mapping[str, Share], after: Mapping[str, Share]) -> Decision:
    """The stage of the later generation, from what became of the facts and from the form gauges of
    both (:func:`verifiers.closed_book.gauges.forms`).

    Form goes first: where a student no longer does as it is told, or writes no text, its answers
    say little of what it knows. Refusals are told, and do not decide.
    """
    reasons = [_of_facts(facts)]
    for name in ("fluency", "following", "refusals"):
        if before[name].replies and after[name].replies:
            reasons.append(_of_form(name, before[name], after[name]))
    if any(fell(before[name], after[name]) for name in ("fluency", "following")):
        return Decision("C", tuple(reasons))
    return Decision("B" if facts.fell else "A", tuple(reasons))


def _of_facts(change: Change) -> str:
    counts = (
        f"of {change.facts} facts {change.lost} were lost and {change.won} won "
        f"({change.points:+.1f} points, McNemar p = {change.p:.2g})"
    )
    if not change.fell:
        return (
            f"facts hold: {counts}; a loss of about {change.visible_points:.0f} points would show"
        )
    quiet = f"; on {change.silent} of those lost it now says that it does not know" * bool(
        change.silent
    )
    return f"facts fell: {counts}{quiet}"


def _of_form(name: str, before: Share, after: Share) -> str:
    verb = "fell" if fell(before, after) else "holds"
    return f"{name} {verb}: {before.value:.1%} before, {after.value:.1%} now"
