"""The method ``magpie``: the model writes the user's turn itself, and then answers it.

Magpie (arXiv 2406.08464): an aligned model that is shown nothing but the opening of the user's turn
says what users say. Here a passage stands in the system turn, so that what it asks can be checked.
It needs a raw completions endpoint: a teacher of kind ``completions``.
"""

from __future__ import annotations

from dataclasses import replace

from generators.catalogue import Entry
from generators.examples import example
from generators.methods.answering import ANSWER, read_answer, to_answer
from generators.prompts import load_prompt
from generators.replies import Draft
from generators.teacher import Ask, Request, Task
from generators.writing import REPAIR, Outcome, Read, about_passage, calls_of, write
from store.replies import Unusable

PROMPT = load_prompt("magpie/user@1.0.0")
_SHORT, _LONG = 8, 2000


def render(task: Task) -> Request:
    """The passage, and a user's turn that is open. Conditions would stand in that turn as if the
    user had said them, so they are left out.
    """
    request = about_passage(task, PROMPT, {})
    system, user = request.messages
    return replace(request, messages=(system, {**user, "content": ""}))


def read(text: str, task: Task) -> Draft | Unusable:
    """What the user asks, plain text; one of no fit length is none."""
    asked = " ".join(text.split())
    if not _SHORT <= len(asked) <= _LONG:
        return Unusable(
            "no_instruction", f"the model wrote a user's turn of {len(asked)} characters"
        )
    return Draft(asked, "", ())


async def compose(request: Request, read: Read, ask: Ask) -> Outcome:
    """Let the model write the user's turn, then answer it from the passage."""
    task = request.task
    assert task is not None
    asked = await write(request, read, ask)
    if not isinstance(asked.draft, Draft):
        return asked
    answered = await write(to_answer(task, asked.draft.question), read_answer, ask)
    draft = answered.draft
    if isinstance(draft, Draft):
        draft = replace(draft, question=asked.draft.question)
    return Outcome(draft, request, calls_of([asked, answered]))


ENTRY = Entry(
    summary="The model writes what a user would ask about a passage, and answers it.",
    paper="Magpie, arXiv 2406.08464",
    inputs="passages; a teacher of kind `completions`",
    outputs="question, answer, quotes",
    styles={"open_turn": 1.0},
    prompts=(PROMPT, ANSWER, REPAIR),
    render=render,
    read=read,
    compose=compose,
    calls=lambda settings: 2,
    teachers=("completions",),
    example=example("magpie"),
)
