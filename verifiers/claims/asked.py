"""The claims of answers by a teacher, with the rules behind it.

A teacher splits and completes better than rules do, and it may leave a fact out, correct it
silently or make one up. So a claim counts only if its source stands in the answer and it adds no
number or identifier of its own, and what the rules find and no such claim repeats is added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from configs.verifiers import AskedClaims
from store.asking import AskAll
from store.hearing import Heard, hear, pose
from store.quotes import find_quote
from store.stages import Row
from store.text import storable
from verifiers.claims.claim import ABSENCE, Claim
from verifiers.claims.english import checkable, parts
from verifiers.claims.turns import Turn, claims_of_turn, turns_of
from verifiers.prompts import load_prompt

REPAIR = "claims/repair@1.0.0"
_ENTRY = {
    "type": "object",
    "properties": {"source": {"type": "string"}, "claim": {"type": "string"}},
    "required": ["source", "claim"],
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "properties": {"claims": {"type": "array", "items": _ENTRY}},
    "required": ["claims"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Split:
    """Claims of records, and how they were come by: ``unread`` answers were split by rule, since
    the reply on them could not be read; ``unused`` claims of the teacher do not stand in their
    answer; ``added`` ones were found by rule alone.
    """

    claims: list[list[Claim]]
    answers: int
    unread: int
    unused: int
    added: int


def identity(settings: AskedClaims) -> list[str]:
    """Hashes of all that is said to the teacher beside question and answer.

    Raises:
        ConfigError: there is no such prompt.
    """
    return [load_prompt(settings.prompt).sha256, load_prompt(REPAIR).sha256]


def asked_claims(rows: Sequence[Row], settings: AskedClaims, ask: AskAll) -> list[list[Claim]]:
    """The claims of each record as a teacher splits them; see :func:`split_by_teacher`."""
    return split_by_teacher(rows, settings, ask).claims


def split_by_teacher(rows: Sequence[Row], settings: AskedClaims, ask: AskAll) -> Split:
    """The claims of each record as a teacher splits them, all answers asked for together.

    Raises:
        ConfigError: there is no such prompt.
        TeacherUnavailable, BudgetExceeded: the teacher cannot go on; see ``ask``.
    """
    turns = [(i, turn) for i, row in enumerate(rows) for turn in turns_of(row)]
    spoken = [(i, turn) for i, turn in turns if (turn.answer or "").strip()]
    prompt = load_prompt(settings.prompt)
    questions = [
        pose(prompt, SCHEMA, 0, question=turn.question, answer=turn.answer) for _, turn in spoken
    ]
    replies = hear(questions, ask, load_prompt(REPAIR))
    claims: list[list[Claim]] = [[] for _ in rows]
    unread = unused = added = 0
    for (i, turn), heard in zip(spoken, replies, strict=True):
        by_rule = claims_of_turn(turn)
        if heard.data is None:
            unread += 1
            claims[i] += by_rule
            continue
        said = _said(heard, turn)
        missed = _missed(by_rule, said, turn.answer)
        unused += len(heard.data["claims"]) - len(said)
        added += len(missed)
        # Those the rules add come last of what begins at one place.
        claims[i] += sorted([*_told_of(said, by_rule), *missed], key=lambda c: (c.start, c.end))
    return Split(claims, len(spoken), unread, unused, added)


def _said(heard: Heard, turn: Turn) -> list[Claim]:
    """What the teacher lists, as far as it stands in the answer and adds nothing to it."""
    given = f"{turn.question}\n{turn.answer}"
    known = parts(given)
    found: list[Claim] = []
    near = 0
    entries: Sequence[Any] = heard.data["claims"] if heard.data else ()
    for entry in entries:
        text = storable(" ".join(entry["claim"].split()))
        span = _place(entry["source"], turn.answer, near)
        if span is None or not text or not _held(text, known, given):
            continue
        near = span[0]
        absent = bool(ABSENCE.search(text))
        claim = Claim(text, *span, absent=absent)
        found.append(replace(claim, message=turn.message, question=turn.question))
    return found


def _place(source: str, answer: str, near: int) -> tuple[int, int] | None:
    """Where a source stands in an answer; a source that is longer cannot."""
    if len(source) > 2 * len(answer) + 20:
        return None
    return find_quote(source.strip(), answer, near)


def _held(text: str, known: frozenset[str], given: str) -> bool:
    """Whether question and answer hold all numbers, identifiers and names of a claim."""
    folded = given.casefold()
    return all(part in known or (not part[:1].isdigit() and part in folded) for part in parts(text))


def _missed(by_rule: Sequence[Claim], said: Sequence[Claim], answer: str) -> list[Claim]:
    """Claims of the rules that hold something checkable which no claim over the same stretch
    repeats. That a statement is called false is for rules alone to say.
    """
    return [
        claim
        for claim in by_rule
        if not claim.holds or (checkable(claim.text) and not _repeated(claim, said, answer))
    ]


def _repeated(claim: Claim, said: Sequence[Claim], answer: str) -> bool:
    """Whether claims over the same stretch have all numbers, identifiers and names that stand
    there; what context gave a claim need not be repeated.
    """
    over = [one for one in said if one.start < claim.end and claim.start < one.end]
    told = " ".join(one.text for one in over)
    held = told.casefold()
    wanted = parts(answer[claim.start : claim.end]) - parts(told)
    return bool(over) and all(not part[:1].isdigit() and part in held for part in wanted)


def _told_of(said: Sequence[Claim], by_rule: Sequence[Claim]) -> list[Claim]:
    """Claims with the name that a frame around them gives ("The documentation of NAME says")."""
    framed = [claim for claim in by_rule if claim.about]
    return [
        replace(
            one,
            about=next(
                (f.about for f in framed if f.start < one.end and one.start < f.end), one.about
            ),
        )
        for one in said
    ]
