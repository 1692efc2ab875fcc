"""What rooms that ask a teacher share: the question, the answer, and why there may be none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from configs.errors import ConfigError, ParseError
from store.journal import Reply
from store.prompts import Prompt


@dataclass(frozen=True)
class Question:
    """What is asked: chat messages, and the JSON schema the reply must have.

    ``seed`` goes to servers that take one, ``sample`` tells apart repeated requests.
    """

    messages: tuple[Mapping[str, str], ...]
    schema: Mapping[str, Any]
    prompt_id: str
    prompt_sha256: str
    seed: int
    sample: int = 0


Asked = TypeVar("Asked", bound=Question)


@dataclass(frozen=True, slots=True)
class Answered:
    """A reply, the key of the request it answers, and the teacher it came from."""

    reply: Reply
    key: str
    teacher: str


class Unanswered(Exception):
    """One request that gets no reply, though its teacher may be well; ``reason`` is a code."""

    def __init__(self, reason: str, detail: str) -> None:
        """Say why."""
        super().__init__(detail)
        self.reason = reason


AskAll = Callable[[Sequence[Question]], Sequence[Answered | Unanswered]]
"""Asks one teacher all of these questions and gives what became of each, in their order. Raises
TeacherUnavailable or BudgetExceeded; what was answered by then is kept in the journal."""


def ask_nobody(_questions: Sequence[Question]) -> Sequence[Answered | Unanswered]:
    """The callable of those who may ask nobody.

    Raises:
        ConfigError: always.
    """
    raise ConfigError("this stage asks a teacher, and it was given none to ask")


def repaired(question: Asked, reply: Reply, error: ParseError, prompt: Prompt) -> Asked:
    """The same question with the reply that broke the schema, and what was wrong with it."""
    turns = (
        {"role": "assistant", "content": reply.content or ""},
        *prompt.render(problems=str(error)),
    )
    return replace(question, messages=(*question.messages, *turns))
