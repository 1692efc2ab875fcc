"""Claims of absence: that the corpus does not say something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from configs.verifiers import Grounding
from store.corpus import Passage
from verifiers.checks.python_api import code_tokens
from verifiers.claims import ABSENCE
from verifiers.evidence import decide
from verifiers.retrieval import EvidenceIndex
from verifiers.verdicts import Decided, turned
from verifiers.wording import content, coverage

_ONE_STATEMENT = 320
"""Characters up to which a stretch is one statement; words strewn over more answer nothing."""


def silence(
    text: str,
    question: str,
    passages: Sequence[Passage],
    index: EvidenceIndex,
    settings: Grounding,
) -> Decided:
    """The verdict on a claim that the corpus is silent on something.

    What is missing is named by the question; the answer's own words would only find themselves.
    A claim that says more than the question asks for hides a statement in an absence.
    """
    decided = decide(question, "", passages, index, settings)
    short = decided.end - decided.start <= _ONE_STATEMENT
    if decided.verdict == "supported" and decided.wording >= 0.999 and short:
        return turned(decided, "contradicted", "the corpus has a passage with all of these words")
    if not _asked(text, question, index, settings):
        detail = "it says more than that the asked is missing"
        return replace(decided, verdict="not_found", detail=detail)
    return turned(decided, "supported", "no passage answers it")


def _asked(text: str, question: str, index: EvidenceIndex, settings: Grounding) -> bool:
    """Whether a claim of absence is about what the question asks: no other code or number, and
    enough of its wording.
    """
    said = content(ABSENCE.sub(" ", text))
    exact = {word for word in said if any(sign.isdigit() for sign in word)} | {*code_tokens(text)}
    asked = {*content(question), *code_tokens(question)}
    return exact <= asked and (
        not said or coverage(said, asked, index.weight) >= settings.min_coverage
    )
