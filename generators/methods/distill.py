"""The method ``distill``: a teacher answers given prompts, and the corpus checks what it says.

Sequence-level distillation (Kim and Rush 2016, arXiv 1606.07947): a student learns from whole
answers of its teacher. In the style ``open`` the teacher answers from what it knows; in
``grounded`` it sees the passage that is nearest to the prompt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from generators.catalogue import Entry, Round, styles_of
from generators.examples import example
from generators.prompts import load_prompt
from generators.replies import Draft, read_text
from generators.seeds import Option
from generators.teacher import Request, Task
from generators.writing import REPAIR, about_passage

PROMPT = load_prompt("distill/answer@1.0.0")
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"answer": {"type": "string", "minLength": 1}},
    "required": ["answer"],
    "additionalProperties": False,
}


def offer(round_: Round) -> Iterable[Option]:
    """Each prompt once in each style, at the document that is nearest to it."""
    if round_.sample or round_.method.prompts is None:
        return
    for given in round_.library.given_near(round_.document.id, round_.method.prompts.name):
        for style in styles_of(round_.method):
            yield Option(round_.method.name, style, given.passage_id, asked=given.question)


def render(task: Task) -> Request:
    """The prompt as it was given, in ``grounded`` with its passage."""
    hidden = {} if task.seed.style == "grounded" else {"title": "", "passage": ""}
    return about_passage(task, PROMPT, SCHEMA, prompt=task.seed.asked, **hidden)


def read(text: str, task: Task) -> Draft:
    """The prompt with the teacher's answer.

    Raises:
        ParseError: it breaks the schema; the message is fit to send back.
    """
    said, rung = read_text(text, SCHEMA, "answer")
    return Draft(task.seed.asked, said, (), rung)


ENTRY = Entry(
    summary="A teacher answers prompts of your own; the corpus checks the answers.",
    paper="Kim and Rush, arXiv 1606.07947",
    inputs="`prompts`, a set of rows with a question",
    outputs="question, answer",
    styles={"open": 1.0, "grounded": 0.0},
    prompts=(PROMPT, REPAIR),
    offer=offer,
    render=render,
    read=read,
    given="needed",
    example=example("distill"),
)
