"""What several methods begin with: a question about a passage, with its answer and quotes."""

from __future__ import annotations

from generators.methods.grounded_qa import PROMPT, SCHEMA
from generators.prompts import load_prompt
from generators.replies import Draft, read_draft
from generators.teacher import Request, Task
from generators.writing import about_passage

QUESTION = load_prompt(PROMPT)


def pose(task: Task) -> Request:
    """The request for a question about the passage, as ``grounded_qa`` asks it."""
    nothing = {"beside": (), "other_title": "", "other_passage": "", "focus": ""}
    return about_passage(task, QUESTION, SCHEMA, style="question_answer", **nothing)


def read_posed(text: str, task: Task) -> Draft:
    """Question, answer and quotes.

    Raises:
        ParseError: the reply breaks the schema; the message is fit to send back.
    """
    return read_draft(text, SCHEMA)
