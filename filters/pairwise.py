"""Two answers to one question, compared in both orders.

Judges favour a place (arXiv 2306.05685): an answer wins only where it wins from both of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from filters.prompts import load_prompt
from filters.votes import REPAIR
from store.asking import AskAll
from store.hearing import Heard, hear, pose, reply_schema

PAIR = "judge/pair@1.0.0"
Verdict = Literal["first", "second", "tie", "inconsistent", "unreadable"]
_SWAPPED: dict[str, Verdict] = {"first": "second", "second": "first", "tie": "tie"}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers to a question, and the passages they were written from."""

    question: str
    first: str
    second: str
    passages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a comparison came to: ``inconsistent`` where the two orders disagree, ``unreadable``
    where one of them could not be read. ``said`` are the reasons, ``keys`` the requests.
    """

    verdict: Verdict
    said: tuple[str, ...]
    keys: tuple[str, ...]

    @property
    def winner(self) -> Literal["first", "second", "tie"] | None:
        """The better answer; orders that disagree are a tie, and unread ones say nothing."""
        if self.verdict == "unreadable":
            return None
        return "tie" if self.verdict == "inconsistent" else self.verdict


def compare(pairs: Sequence[Pair], ask: AskAll, rubric: str = PAIR) -> list[Outcome]:
    """Compare each pair twice, the second time with its answers swapped.

    Raises:
        TeacherUnavailable, BudgetExceeded: the judge cannot go on; see ``ask``.
    """
    prompt = load_prompt(rubric)
    schema = reply_schema({"better": {"type": "string", "enum": ["first", "second", "tie"]}})
    questions = [
        pose(prompt, schema, 0, question=p.question, passages=p.passages, one=one, two=two)
        for p in pairs
        for one, two in ((p.first, p.second), (p.second, p.first))
    ]
    heard = hear(questions, ask, load_prompt(REPAIR))
    return [_outcome(*heard[i : i + 2]) for i in range(0, len(heard), 2)]


def prompts_of(rubric: str = PAIR) -> list[str]:
    """Hashes of all that is said to a judge beside the pairs."""
    return [load_prompt(rubric).sha256, load_prompt(REPAIR).sha256]


def position_bias(outcomes: Sequence[Outcome]) -> float | None:
    """Share of comparisons whose two orders disagree, of those that could be read; None where
    none could.
    """
    read = [outcome for outcome in outcomes if outcome.verdict != "unreadable"]
    return sum(o.verdict == "inconsistent" for o in read) / len(read) if read else None


def _outcome(straight: Heard, swapped: Heard) -> Outcome:
    keys = (*straight.keys, *swapped.keys)
    if straight.data is None or swapped.data is None:
        return Outcome("unreadable", (straight.why, swapped.why), keys)
    one, two = straight.data["better"], _SWAPPED[swapped.data["better"]]
    said = (straight.data["reason"], swapped.data["reason"])
    return Outcome(one if one == two else "inconsistent", said, keys)
