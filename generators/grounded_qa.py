"""The method ``grounded_qa``: question, answer and the verbatim quotes that support it.

The quotes come before the answer in the reply, so that a model states its evidence first
(RAFT, arXiv 2403.10131, has the model quote before it answers).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from configs.errors import ParseError
from generators.prompts import load_prompt
from generators.repair import CORRECT, held_to_question, turns
from generators.replies import Draft, read_draft
from generators.teacher import Ask, Request, Task
from generators.window import Packed, Window, pack, tokens_of
from store.asking import Answered, Unanswered, repaired
from store.journal import Reply
from store.replies import Unusable, check_ending

PROMPT = "grounded_qa/question@1.1.0"
REPAIR = "grounded_qa/repair@1.0.0"

_SENT_BACK = 0.3
"""Share of a window that findings with whole passages may take."""

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
        """The last reply; one without text where there is none."""
        return self.answers[-1].reply if self.answers else Reply(None, "unanswered", "")


def render(task: Task, language: str) -> Request:
    """The request for a task, with as many passages beside the one asked about as fit; where it
    failed before, with what was found.
    """
    prompt, back = load_prompt(PROMPT), _sent_back(task)
    packed = _evidence(task, [*prompt.render(**_values(task, language, "", ())), *back])
    passage, *beside = packed.shown
    messages = [*prompt.render(**_values(task, language, passage, beside)), *back]
    prompt = load_prompt(CORRECT) if back else prompt
    seed = int(task.seed.id[:7], 16)
    left_out = tuple(p.id for _, p in task.beside if p.text in packed.left_out)
    sent = (tuple(messages), SCHEMA, prompt.id, prompt.sha256, seed, task.seed.sample, task)
    return Request(*sent, left_out)


def _evidence(task: Task, frame: Sequence[Mapping[str, str]]) -> Packed[str]:
    """Texts of passages that fit beside a frame of instructions, the one asked about first. A
    second document's passage belongs to the frame: it is sent whatever else is.
    """
    system, *turns = (tokens_of(message["content"]) for message in frame)
    window = Window(task.window, system + sum(turns), 0, task.reserve)
    scored = [(2.0, task.passage.text), *((score, p.text) for score, p in task.beside)]
    return pack(scored, tokens_of, max(window.evidence, tokens_of(task.passage.text)))


def _sent_back(task: Task) -> list[dict[str, str]]:
    """Turns on what failed before, none for a task that is new. Where whole passages would take too
    much of the window, only what decided is shown of them.
    """
    if task.correction is None:
        return []
    shown = [p.id for p in (task.passage, task.other_passage) if p is not None]
    back = turns(task.correction, shown)
    size = sum(tokens_of(turn["content"]) for turn in back)
    if task.window is None or size <= _SENT_BACK * task.window:
        return back
    return turns(task.correction, [item.passage_id for item in task.correction.failed])


def _values(task: Task, language: str, passage: str, beside: Sequence[str]) -> dict[str, object]:
    other = task.other_passage
    return {
        "title": task.passage.heading,
        "passage": passage,
        "beside": beside,
        "other_title": other.heading if other else "",
        "other_passage": other.text if other else "",
        "style": task.seed.style,
        "focus": _focus(task),
        "language": language,
    }


async def write(task: Task, ask: Ask, language: str) -> Outcome:
    """Ask for a record; a reply that breaks the schema gets one repair round. A request that
    nobody answers gives an outcome without answers.

    Raises:
        TeacherUnavailable, BudgetExceeded: see the pool.
    """
    request = render(task, language)
    answers: list[Answered] = []
    needed = sum(tokens_of(m["content"]) for m in request.messages) + task.reserve
    if task.window is not None and needed > task.window:
        why = f"the request may need {needed} tokens, and the window has {task.window}"
        return Outcome(Unusable("too_long", f"{why}; lower chunking.max_chars"), request, ())
    try:
        answers.append(await ask(request))
        draft = _read(answers[0].reply, task)
        if isinstance(draft, ParseError):
            answers.append(await ask(repair(request, answers[0].reply, draft)))
            draft = _second(_read(answers[1].reply, task))
    except Unanswered as failure:
        draft = Unusable(failure.reason, str(failure))
    return Outcome(draft, request, tuple(answers))


def _second(draft: Draft | Unusable | ParseError) -> Draft | Unusable:
    """What a reply to a repair call comes to."""
    if isinstance(draft, ParseError):
        return Unusable("schema", f"two replies broke the schema; the last one: {draft}")
    return replace(draft, rung="repaired") if isinstance(draft, Draft) else draft


def _read(reply: Reply, task: Task) -> Draft | Unusable | ParseError:
    ending = check_ending(reply)
    if ending is not None:
        return ending
    try:
        draft = read_draft(reply.content or "", SCHEMA)
        return draft if task.correction is None else held_to_question(draft, task.correction)
    except ParseError as error:
        return error


def repair(request: Request, reply: Reply, error: ParseError) -> Request:
    """The same request with the reply that broke the schema, and what was wrong with it."""
    return repaired(request, reply, error, load_prompt(REPAIR))


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
