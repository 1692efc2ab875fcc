"""The method ``persona``: who would ask about a passage, and what that person would ask.

After Persona Hub (arXiv 2406.20094): ``reader`` infers a persona from the text, ``related`` one
that is close to such a reader. Personas of one's own are conditions of the recipe instead.
"""

from __future__ import annotations

from generators.catalogue import Entry
from generators.examples import example
from generators.prompts import load_prompt
from generators.replies import QUOTES, TEXT, Draft, form, read_form
from generators.teacher import Request, Task
from generators.writing import REPAIR, about_passage

PROMPT = load_prompt("persona/question@1.0.0")
SCHEMA = form(persona=TEXT, quotes=QUOTES, question=TEXT, answer=TEXT)


def render(task: Task) -> Request:
    """The passage, and how near to it the persona is."""
    return about_passage(task, PROMPT, SCHEMA, style=task.seed.style)


def read(text: str, task: Task) -> Draft:
    """The draft in a reply, the persona among its notes.

    Raises:
        ParseError: it breaks the schema; the message is fit to send back.
    """
    said, rung = read_form(text, SCHEMA)
    notes = {"persona": said["persona"]}
    return Draft(said["question"], said["answer"], said["quotes"], rung, notes=notes)


ENTRY = Entry(
    summary="A question as a certain person would ask it, with answer and verbatim quotes.",
    paper="Persona Hub, arXiv 2406.20094",
    inputs="passages",
    outputs="question, answer, quotes, metadata.persona",
    styles={"reader": 1.0, "related": 1.0},
    prompts=(PROMPT, REPAIR),
    render=render,
    read=read,
    example=example("persona"),
)
