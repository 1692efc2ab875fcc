"""The method ``evolve``: a question made harder in rounds; what did not get harder is eliminated.

Evol-Instruct (WizardLM, arXiv 2304.12244): one operation per style, applied in each round to the
question of the round before. Eliminated are new questions that are worded like the old one, speak
of the task instead of the subject, or that the passage cannot answer.
"""

from __future__ import annotations

import re

from pydantic import Field

from configs.model import Model
from generators.catalogue import Entry
from generators.examples import example
from generators.methods.answering import ANSWER, read_answer, to_answer
from generators.methods.posing import QUESTION, pose, read_posed
from generators.novelty import rouge_l
from generators.prompts import load_prompt
from generators.replies import TEXT, Draft, form, read_text
from generators.teacher import Ask, Request, Task
from generators.writing import REPAIR, Outcome, Read, about_passage, calls_of, write
from store.replies import Unusable

PROMPT = load_prompt("evolve/question@1.0.0")
SCHEMA = form(question=TEXT)
_OF_THE_TASK = re.compile(
    r"\b(?:(?:old|new|given|rewritten|original|evolved) (?:question|prompt)|the passage)\b", re.I
)


class Settings(Model):
    """How far questions are evolved, and when a new one counts as the old one."""

    rounds: int = Field(2, ge=1, le=8, description="Times a question is made harder.")
    max_likeness: float = Field(
        0.85, gt=0, le=1, description="ROUGE-L with the old question from which on nothing is new."
    )


def read_question(text: str, task: Task) -> Draft:
    """The new question.

    Raises:
        ParseError: the reply breaks the schema; the message is fit to send back.
    """
    asked, rung = read_text(text, SCHEMA, "question")
    return Draft(asked, "", (), rung)


async def compose(request: Request, read: Read, ask: Ask) -> Outcome:
    """Pose a question, evolve it as long as it changes, and answer the last one that survived."""
    task = request.task
    assert task is not None and isinstance(task.settings, Settings)
    outcomes = [await write(request, read, ask)]
    first = outcomes[0].draft
    if not isinstance(first, Draft):
        return outcomes[0]
    questions, why = [first.question], ""
    for _ in range(task.settings.rounds):
        told = {"style": task.seed.style, "question": questions[-1]}
        harder = about_passage(task, PROMPT, SCHEMA, **told)
        outcomes.append(await write(harder, read_question, ask))
        new = outcomes[-1].draft
        if isinstance(new, Unusable):
            why = new.detail
        else:
            each = (why_eliminated(new.question, old, task.settings) for old in questions)
            why = next(filter(None, each), "")
        if why or isinstance(new, Unusable):
            break
        questions.append(new.question)
    if len(questions) == 1:
        draft: Draft | Unusable = Unusable("not_evolved", f"no harder question came of it: {why}")
        return Outcome(draft, request, calls_of(outcomes))
    outcomes.append(await write(to_answer(task, questions[-1]), read_answer, ask))
    draft = outcomes[-1].draft
    if isinstance(draft, Draft):
        notes = {"evolved_from": questions[:-1]}
        draft = Draft(questions[-1], draft.answer, draft.quotes, draft.rung, notes=notes)
    return Outcome(draft, request, calls_of(outcomes))


def why_eliminated(new: str, old: str, settings: Settings) -> str:
    """Why a new question is none, or nothing."""
    if rouge_l(new, old) >= settings.max_likeness:
        return "it was worded like the one before"
    return "it speaks of the task" if _OF_THE_TASK.search(new) else ""


ENTRY = Entry(
    summary="A question made harder in rounds, with what did not get harder eliminated.",
    paper="WizardLM, arXiv 2304.12244",
    inputs="passages",
    outputs="question, answer, quotes, metadata.evolved_from",
    styles=dict.fromkeys(("constraints", "deepen", "concretise", "steps", "breadth"), 1.0),
    prompts=(QUESTION, PROMPT, ANSWER, REPAIR),
    render=pose,
    read=read_posed,
    compose=compose,
    settings=Settings,
    calls=lambda settings: 2 + settings.rounds,
    example=example("evolve"),
)
