"""Votes of a judge by a rubric: what it is shown, what it is asked, and how its reply is read.

The judge sees question, answer and source passages, and nothing of who wrote them. It gives its
reason before the scores (G-Eval, arXiv 2303.16634). What is judged stands between marks with a code
that depends on all of it, so that no text can close its own marks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from configs.errors import ConfigError
from filters.prompts import load_prompt
from store.asking import AskAll, Question
from store.hearing import Heard, hear, pose, reply_schema
from store.prompts import Prompt
from store.text import storable

REPAIR = "judge/repair@1.0.0"


@dataclass(frozen=True, slots=True)
class Material:
    """What is judged: a question, its answer, and the passages it was written from."""

    question: str
    answer: str
    passages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vote:
    """Scores from 1 to 5 by criterion, none where the vote could not be read; ``said`` is the
    judge's reason, or why it could not be read.
    """

    scores: Mapping[str, int]
    said: str
    keys: tuple[str, ...]

    @property
    def score(self) -> int | None:
        """The score of the weakest criterion: a clear lie is no half-good answer."""
        return min(self.scores.values(), default=None)

    @property
    def weakest(self) -> str:
        """The criterion with the lowest score, the rubric's first of several."""
        return min(self.scores, key=lambda name: self.scores[name])


@dataclass(frozen=True, slots=True)
class Rubric:
    """A prompt with the criteria that it names."""

    prompt: Prompt
    criteria: tuple[str, ...]

    @property
    def identity(self) -> list[str]:
        """Hashes of all that is said to a judge beside the material."""
        return [self.prompt.sha256, load_prompt(REPAIR).sha256]

    @property
    def schema(self) -> dict[str, Any]:
        """The reply's schema, the reason before the scores."""
        score = {"type": "integer", "enum": [1, 2, 3, 4, 5]}
        return reply_schema({name: score for name in self.criteria})


def load_rubric(name: str) -> Rubric:
    """The rubric of that id and version.

    Raises:
        ConfigError: there is no such prompt, or it names no criteria.
    """
    prompt = load_prompt(name)
    criteria = prompt.front.criteria
    if not criteria:
        raise ConfigError(f"{name!r} is no rubric: its prompt names no criteria")
    return Rubric(prompt, criteria)


def questions_on(materials: Sequence[Material], rubric: Rubric, votes: int) -> list[Question]:
    """What a judge is asked for that many votes on each of the materials, one after the other."""
    schema = rubric.schema
    return [
        pose(
            rubric.prompt,
            schema,
            sample,
            question=one.question,
            answer=one.answer,
            passages=one.passages,
        )
        for one in materials
        for sample in range(votes)
    ]


def cast_votes(
    materials: Sequence[Material], rubric: Rubric, votes: int, ask: AskAll
) -> list[list[Vote]]:
    """That many votes on each of the materials.

    Raises:
        TeacherUnavailable, BudgetExceeded: the judge cannot go on; see ``ask``.
    """
    questions = questions_on(materials, rubric, votes)
    found = [_vote(heard, rubric) for heard in hear(questions, ask, load_prompt(REPAIR))]
    return [found[i : i + votes] for i in range(0, len(found), votes)]


def _vote(heard: Heard, rubric: Rubric) -> Vote:
    if heard.data is None:
        return Vote({}, heard.why, heard.keys)
    scores = {name: int(heard.data[name]) for name in rubric.criteria}
    return Vote(scores, storable(" ".join(heard.data["reason"].split())), heard.keys)
