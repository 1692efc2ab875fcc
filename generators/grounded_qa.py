"""The method ``grounded_qa``: question, answer and the verbatim quotes that support it.

The quotes come before the answer in the reply, so that a model states its evidence first
(RAFT, arXiv 2403.10131, has the model quote before it answers).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from configs.errors import ParseError
from generators.prompts import load_prompt
from generators.replies import Draft, Unusable, check_ending, read_draft
from generators.teacher import Answered, Request, Task, Teacher
from store.journal import Reply

PROMPT = "grounded_qa/question@1.0.0"
REPAIR = "grounded_qa/repair@1.0.0"

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "quotes": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 8},
        "question": {"type": "string", "minLength": 8},
        "answer": {"type": "string", "minLength": 1},
    },
    "required": ["quotes", "question", "answer"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a task: a draft or the reason there is none, and all calls it took."""

    draft: Draft | Unusable
    request: Request
    answers: tuple[Answered, ...]

    @property
    def reply(self) -> Reply:
        """The last reply."""
        return self.answers[-1].reply


def render(task: Task, language: str) -> Request:
    """The request for a task."""
    prompt = load_prompt(PROMPT)
    messages = prompt.render(
        title=task.passage.heading,
        passage=task.passage.text,
        other_title=task.other_passage.heading if task.other_passage else "",
        other_passage=task.other_passage.text if task.other_passage else "",
        style=task.seed.style,
        focus=_focus(task),
        language=language,
    )
    return Request(task, tuple(messages), SCHEMA, prompt.id, prompt.sha256)


async def write(task: Task, teacher: Teacher, language: str) -> Outcome:
    """Ask the teacher for a record; a reply that breaks the schema gets one repair round."""
    request = render(task, language)
    answered = await teacher.ask(request)
    draft = _read(answered.reply)
    if not isinstance(draft, ParseError):
        return Outcome(draft, request, (answered,))
    repaired = await teacher.ask(_repair(request, answered.reply, draft))
    second = _read(repaired.reply)
    if isinstance(second, ParseError):
        second = Unusable("schema", f"two replies broke the schema; the last one: {second}")
    return Outcome(second, request, (answered, repaired))


def _read(reply: Reply) -> Draft | Unusable | ParseError:
    ending = check_ending(reply)
    if ending is not None:
        return ending
    try:
        return read_draft(reply.content or "", SCHEMA)
    except ParseError as error:
        return error


def _repair(request: Request, reply: Reply, error: ParseError) -> Request:
    turns = (
        {"role": "assistant", "content": reply.content or ""},
        *load_prompt(REPAIR).render(problems=str(error)),
    )
    return Request(
        request.task,
        (*request.messages, *turns),
        request.schema,
        request.prompt_id,
        request.prompt_sha256,
    )


def _focus(task: Task) -> str:
    """What the record is to be about, for tasks that were planned for one fact."""
    fact = task.fact
    if fact is None:
        return ""
    if task.seed.style == "not_answerable" and task.other_fact is not None:
        return f"{task.other_fact.attribute} of {fact.subject} (the passage does not state it)"
    if fact.kind in ("sentence", "summary"):
        return fact.value
    return f"{fact.attribute} of {fact.subject}"
