"""The method ``grounded_qa``: question, answer and the verbatim quotes that support it.

The quotes come before the answer in the reply, so that a model states its evidence first
(RAFT, arXiv 2403.10131, has the model quote before it answers).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from generators.catalogue import Entry, Round
from generators.examples import example
from generators.methods.distractors import AMONG_OTHERS, SHOWN, among_others
from generators.methods.options import fact_options, passage_options
from generators.prompts import load_prompt
from generators.repair import CORRECT, held_to_question, turns
from generators.replies import Draft, read_draft
from generators.seeds import Option
from generators.teacher import Request, Task
from generators.window import Packed, Window, pack, tokens_of
from generators.writing import REPAIR, request_for

PROMPT = "grounded_qa/question@1.1.0"

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


def render(task: Task) -> Request:
    """The request for a task, with as many passages beside the one asked about as fit; where it
    failed before, with what was found.
    """
    prompt, back = load_prompt(PROMPT), _sent_back(task)
    packed = _evidence(task, [*prompt.render(**_values(task, "", ())), *back])
    passage, *beside = packed.shown
    messages = [*prompt.render(**_values(task, passage, beside)), *back]
    prompt = load_prompt(CORRECT) if back else prompt
    left_out = tuple(p.id for _, p in task.beside if p.text in packed.left_out)
    return request_for(task, prompt, SCHEMA, messages, left_out)


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


def _values(task: Task, passage: str, beside: Sequence[str]) -> dict[str, object]:
    other = task.other_passage
    return {
        "title": task.passage.heading,
        "passage": passage,
        "beside": beside,
        "other_title": other.heading if other else "",
        "other_passage": other.text if other else "",
        "style": "question_answer" if task.seed.style in AMONG_OTHERS else task.seed.style,
        "focus": _focus(task),
        "language": task.language,
    }


def read(text: str, task: Task) -> Draft:
    """The draft in a reply; a correction must keep its question.

    Raises:
        ParseError: it breaks the schema; the message is fit to send back.
    """
    draft = read_draft(text, SCHEMA)
    if task.correction is not None:
        draft = held_to_question(draft, task.correction)
    return among_others(draft, task) if task.seed.style in AMONG_OTHERS else draft


def offer(round_: Round) -> list[Option]:
    """Facts of the document once, rarest first; then its passages, in each round anew, for
    teachers that read.
    """
    facts = fact_options(round_) if round_.sample == 0 else []
    reads = any(teacher.is_model for teacher in round_.recipe.writers)
    passages = passage_options(round_) if reads else []
    return [*facts, *passages]


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


ENTRY = Entry(
    summary="Question, answer and the verbatim quotes that support it.",
    paper="RAFT, arXiv 2403.10131 (quotes before the answer)",
    inputs="passages",
    outputs="question, answer, quotes",
    styles={
        "question_answer": 1.0,
        "cloze": 0.0,
        "true_false": 0.0,
        "signature": 0.0,
        "comparison": 0.0,
        "not_answerable": 0.0,
        "distractor": 0.0,
        "unanswerable": 0.0,
    },
    prompts=(load_prompt(PROMPT), REPAIR, SHOWN),
    offer=offer,
    render=render,
    read=read,
    corrects=True,
    example=example("grounded_qa"),
)
