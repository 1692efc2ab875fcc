"""A method from outside: a headline for a passage. All that a package of one's own needs."""

from __future__ import annotations

from pathlib import Path

from generators.catalogue import Entry
from generators.replies import Draft, read_draft
from generators.teacher import Request, Task
from generators.writing import about_passage
from store.prompts import load_prompt

PROMPT = load_prompt(Path(__file__).parent / "prompts", "headline/write@1.0.0")
SCHEMA = {
    "type": "object",
    "properties": {
        "quotes": {"type": "array", "items": {"type": "string"}},
        "question": {"type": "string"},
        "answer": {"type": "string", "minLength": 1},
    },
    "required": ["quotes", "question", "answer"],
}


def render(task: Task) -> Request:
    """The passage and what to do with it."""
    return about_passage(task, PROMPT, SCHEMA)


def read(text: str, task: Task) -> Draft:
    """The draft in a reply."""
    return read_draft(text, SCHEMA)


ENTRY = Entry(
    summary="A headline for a passage.",
    paper="none",
    inputs="passages",
    outputs="question, answer, quotes",
    styles={"headline": 1.0},
    prompts=(PROMPT,),
    render=render,
    read=read,
)
