"""A second opinion, by an entailment model, on claims that wording alone decided.

What was checked exactly stands: quotes, identifiers, values, dates, settings. Which words are the
same thing in other words is what a model knows better than a share of common stems.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from store.corpus import Corpus
from store.stages import Entail, Entailed, Pair
from verifiers.calibration import Calibration
from verifiers.verdicts import Checked, ClaimVerdict, Decided
from verifiers.wording import content

_FEW = 4
"""Content words below which a claim is not understood without its question."""
_SAID = 300
_TURNED: dict[ClaimVerdict, ClaimVerdict] = {
    "supported": "contradicted",
    "contradicted": "supported",
    "not_found": "not_found",
}
"""Verdicts on "this is false", by those on the statement."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """The claims of one record with their verdicts after the model was heard; ``unanswered`` says
    why one of them got no answer, and is empty where all did. No answer is no pass.
    """

    checked: list[Checked]
    unanswered: str = ""


def second_opinions(
    records: Sequence[tuple[str, Sequence[Checked]]],
    corpus: Corpus,
    entail: Entail,
    threshold: float,
    worth: Calibration | None = None,
) -> list[Opinion]:
    """What the model makes of the undecided claims of all records, asked once for all of them. A
    record is its question and its claims; ``worth`` is what scores of the model are worth, and from
    which probability on they support, where that is not from the ``threshold`` on.

    Raises:
        TeacherUnavailable, BudgetExceeded: a judge cannot go on.
    """
    asked = [
        (number, place, _pair(question, item, corpus))
        for number, (question, checked) in enumerate(records)
        for place, item in enumerate(checked)
        if undecided(item)
    ]
    answers = entail([pair for _, _, pair in asked]) if asked else []
    heard = [[*checked] for _, checked in records]
    unanswered = [""] * len(heard)
    for (number, place, _), answer in zip(asked, answers, strict=True):
        before = heard[number][place]
        decided = _decided(before, answer, threshold, worth or Calibration())
        heard[number][place] = replace(before, decided=decided)
        if answer.supported is None and not unanswered[number]:
            unanswered[number] = f"no answer of the entailment model: {answer.said}"
    return [Opinion(*one) for one in zip(heard, unanswered, strict=True)]


def undecided(item: Checked) -> bool:
    """Whether wording alone decided about a claim that a passage is there for. That a corpus is
    silent on something is no passage's word.
    """
    decided = item.decided
    return bool(decided.rule == "wording" and decided.passage_id and not item.claim.absent)


def _pair(question: str, item: Checked, corpus: Corpus) -> Pair:
    """A claim, and all of the passage that is nearest to it."""
    passage = corpus.passage[item.decided.passage_id]
    text = item.claim.text
    claim = text if len(set(content(text))) >= _FEW else f"{question} {text}".strip()
    return Pair(claim, f"{passage.heading}\n{passage.text}")


def _decided(before: Checked, answer: Entailed, threshold: float, worth: Calibration) -> Decided:
    decided = replace(before.decided, rule="entailment")
    if answer.supported is None:
        return replace(decided, verdict="not_found", score=0.0, detail=answer.said[:_SAID])
    holds = worth.probability(answer.supported)
    enough = threshold if worth.threshold is None else worth.threshold
    against = answer.contradicted or 0.0
    verdict: ClaimVerdict = "not_found"
    if holds >= enough:
        verdict = "supported"
    elif against >= threshold:
        verdict = "contradicted"
    said = f"the model says {holds:.0%} supported"
    said += "" if answer.contradicted is None else f", {against:.0%} contradicted"
    said = f"{said}: {answer.said}" if answer.said else said
    if before.claim.holds:
        raw = answer.supported
        return replace(decided, verdict=verdict, score=holds, uncalibrated=raw, detail=said[:_SAID])
    said = f"of the statement called false {said}"
    return replace(decided, verdict=_TURNED[verdict], score=against, detail=said[:_SAID])
