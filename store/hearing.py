"""Putting a prompt to a teacher, and reading what it says: one schema, one repair, no guesses.

What is judged stands between marks with a code that depends on all of it, so that no text can close
its own marks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from configs.errors import ParseError
from store.asking import Answered, AskAll, Question, Unanswered, repaired
from store.prompts import Prompt
from store.replies import Unusable, check_ending, read_object
from store.text import digest, storable


@dataclass(frozen=True, slots=True)
class Heard:
    """What a teacher replied: an object of the schema, or None and why there is none; ``keys`` are
    those of the requests it took.
    """

    data: Mapping[str, Any] | None
    why: str
    keys: tuple[str, ...]


def reply_schema(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of an object with a reason, and then these fields."""
    properties = {"reason": {"type": "string"}, **fields}
    return {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }


def pose(
    prompt: Prompt, schema: Mapping[str, Any], sample: int, **values: str | Sequence[str]
) -> Question:
    """The question a prompt makes of some material. Equal material gives an equal question."""
    shown = {name: _storable(value) for name, value in values.items()}
    fence = digest([prompt.sha256, shown])[:12]
    messages = tuple(prompt.render(fence=fence, **shown))
    seed = int(digest([fence, sample])[:7], 16)
    return Question(messages, schema, prompt.id, prompt.sha256, seed, sample)


def _storable(value: str | Sequence[str]) -> str | list[str]:
    return storable(value) if isinstance(value, str) else [storable(text) for text in value]


def hear(questions: Sequence[Question], ask: AskAll, repair: Prompt) -> list[Heard]:
    """Ask all of them. A reply that breaks the schema is sent back once, with ``repair``; what
    cannot be read then is never guessed.

    Raises:
        TeacherUnavailable, BudgetExceeded: the teacher cannot go on; see ``ask``.
    """
    answers = ask(questions) if questions else []
    first = [_read(question, answer) for question, answer in zip(questions, answers, strict=True)]
    repairs: dict[int, Question] = {}
    for i, (question, answer) in enumerate(zip(questions, answers, strict=True)):
        came = first[i]
        if isinstance(came, ParseError) and isinstance(answer, Answered):
            repairs[i] = repaired(question, answer.reply, came, repair)
    again = dict(zip(repairs, ask([*repairs.values()]), strict=True)) if repairs else {}
    second = {i: _read(repairs[i], answer) for i, answer in again.items()}
    return [
        _heard(second.get(i, first[i]), (answer, again[i]) if i in again else (answer,))
        for i, answer in enumerate(answers)
    ]


Read = dict[str, Any] | Unusable | ParseError


def _read(question: Question, answer: Answered | Unanswered) -> Read:
    if isinstance(answer, Unanswered):
        return Unusable(answer.reason, str(answer))
    ending = check_ending(answer.reply)
    if ending is not None:
        return ending
    try:
        return read_object(answer.reply.content or "", question.schema)[0]
    except ParseError as error:
        return error


def _heard(came: Read, answers: Sequence[Answered | Unanswered]) -> Heard:
    keys = tuple(answer.key for answer in answers if isinstance(answer, Answered))
    if isinstance(came, ParseError):
        return Heard(None, f"schema: {came}", keys)
    if isinstance(came, Unusable):
        return Heard(None, f"{came.reason}: {came.detail}", keys)
    return Heard(came, "", keys)
