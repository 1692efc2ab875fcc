"""Scores of an answer by four criteria, after UltraFeedback (arXiv 2310.01377)."""

from __future__ import annotations

import statistics
from dataclasses import replace

from generators.prompts import load_prompt
from generators.replies import TEXT, Draft, form, read_form
from generators.teacher import Request, Task
from generators.writing import request_for
from store.text import digest

SCORE = load_prompt("preference/score@1.0.0")
CRITERIA = ("instruction_following", "truthfulness", "honesty", "helpfulness")
SCHEMA = form(
    reason=TEXT, **{name: {"type": "integer", "enum": [1, 2, 3, 4, 5]} for name in CRITERIA}
)


def to_score(task: Task, question: str, answer: str) -> Request:
    """The request for scores of an answer, to the teacher that scores. What is judged stands
    between marks with a code that depends on all of it, so that no text can close its own marks.
    """
    shown = task.passage
    messages = SCORE.render(
        question=question,
        answer=answer,
        title=shown.heading,
        passage=shown.text,
        fence=digest([question, answer, shown.text])[:12],
    )
    request = request_for(task, SCORE, SCHEMA, messages)
    return replace(request, messages=tuple(messages), to=task.scorer)  # told of no conditions


def read_scores(text: str, task: Task) -> Draft:
    """A draft without text whose notes are the scores and their mean from 0 to 1.

    Raises:
        ParseError: the reply breaks the schema; the message is fit to send back.
    """
    said, rung = read_form(text, SCHEMA)
    scores = {name: said[name] for name in CRITERIA}
    mean = (statistics.fmean(scores.values()) - 1) / 4
    return Draft("", "", (), rung, notes={"scores": scores, "mean": mean, "reason": said["reason"]})
