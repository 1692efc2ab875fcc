"""Repair: a record whose claims failed goes back to its teacher, with what was found instead.

Only evidence from outside helps: models asked to correct themselves without any get worse (Huang
et al., 2024, arXiv 2310.01798). So the teacher is shown verdicts and passages, not a request to
think again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from typing import Any

import orjson

from configs.errors import ParseError
from generators.prompts import load_prompt
from generators.replies import Draft
from generators.seeds import Seed
from store.text import digest, normalise, sha256

CORRECT = "grounded_qa/correct@1.0.0"
REASONS = (
    *("contradicted", "unsupported", "stale"),
    *("unknown_identifier", "missing_quote", "failed_execution"),
)
"""Reasons of the stage ``grounding`` that evidence can mend."""
_MOST = 6
"""Failed claims that are shown; a record with more is better written anew."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A claim that did not stand: the verdict on it, why, and the passage it was held against with
    the stretch of it that decided; both empty where none was found.
    """

    claim: str
    verdict: str
    why: str
    passage_id: str = ""
    heading: str = ""
    passage: str = ""
    stretch: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """A record that failed, as it is handed back to its teacher."""

    record_id: str
    question: str
    answer: str
    quotes: tuple[str, ...]
    failed: tuple[Failed, ...]


def send_back(seed: Seed, teacher: str, correction: Correction) -> Seed:
    """The seed of a repair, for the teacher that wrote the record. Its id holds what is asked, so
    that another verdict makes another record.
    """
    id_ = sha256(f"{seed.id}/{digest(asdict(correction))}")[:16]
    of = correction.record_id
    return replace(seed, id=id_, teacher=teacher, escalated_from="", repaired_from=of)


def turns(correction: Correction, shown: Collection[str]) -> list[dict[str, str]]:
    """What follows the task in a request for a repair: the answer that failed, and the findings.

    A passage is given whole once; where the task has ``shown`` it, only what decided is repeated.
    """
    seen, findings = {*shown, ""}, []
    for item in correction.failed[:_MOST]:
        evidence = item.stretch if item.passage_id in seen else item.passage
        seen.add(item.passage_id)
        findings.append({**asdict(item), "evidence": evidence})
    given = {name: getattr(correction, name) for name in ("quotes", "question", "answer")}
    # A code that the material cannot know, so that it cannot end the marks around it.
    fence = digest([asdict(correction), findings])[:12]
    asked = load_prompt(CORRECT).render(failed=findings, fence=fence)
    return [{"role": "assistant", "content": orjson.dumps(given).decode()}, *asked]


def held_to_question(draft: Draft, correction: Correction) -> Draft:
    """The draft with the very question that was asked at first.

    Raises:
        ParseError: it answers another one; the message is fit to send back.
    """
    if normalise(draft.question) != normalise(correction.question):
        raise ParseError(f"- question: it must stay as it was: {correction.question}")
    return replace(draft, question=correction.question)


def correction_of(row: dict[str, Any]) -> Correction:
    """A correction from what :func:`dataclasses.asdict` made of it."""
    failed = tuple(Failed(**item) for item in row["failed"])
    return Correction(**{**row, "quotes": tuple(row["quotes"]), "failed": failed})
