"""An answer to a given question, with quotes of the passage: what several methods end with."""

from __future__ import annotations

from generators.prompts import load_prompt
from generators.replies import QUOTES, TEXT, Draft, form, read_form
from generators.teacher import Request, Task
from generators.writing import about_passage
from store.replies import Unusable

ANSWER = load_prompt("answering/answer@1.0.0")
SCHEMA = form(quotes={**QUOTES, "minItems": 0}, answer=TEXT)


def to_answer(task: Task, question: str) -> Request:
    """The request for an answer to this question about the task's passage."""
    return about_passage(task, ANSWER, SCHEMA, question=question)


def read_answer(text: str, task: Task) -> Draft | Unusable:
    """The answer with its quotes; without any, the passage does not hold it.

    Raises:
        ParseError: the reply breaks the schema; the message is fit to send back.
    """
    said, rung = read_form(text, SCHEMA)
    if not said["quotes"]:
        return Unusable("unanswered_by_passage", f"nothing was quoted for: {said['answer']}")
    return Draft("", said["answer"], said["quotes"], rung)
