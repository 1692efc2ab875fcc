"""The method ``reasoning``: a problem, k traces that solve it, and the one that is right.

A teacher sets a problem with its checked answer from a passage, and then solves it k times without
seeing that answer. Traces that reach it are right (STaR, arXiv 2203.14465); with too few of them
the record is dropped, since samples that disagree are a sign of error (self-consistency, arXiv
2203.11171). The shortest right trace is the answer, the wrong ones are what it is preferred to.
Small sets of checked traces are enough to train on (s1, arXiv 2501.19393).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import Field

from configs.model import Model
from generators.catalogue import Entry
from generators.examples import example
from generators.prompts import load_prompt
from generators.replies import QUOTES, TEXT, Draft, Loser, form, read_form
from generators.teacher import Ask, Request, Task
from generators.writing import REPAIR, Outcome, Read, about_passage, calls_of, samples, write
from store.replies import Unusable
from store.text import normalise

POSE, SOLVE = load_prompt("reasoning/pose@1.0.0"), load_prompt("reasoning/solve@1.0.0")
POSED = form(quotes=QUOTES, question=TEXT, answer=TEXT, final=TEXT)
SOLVED = form(reasoning=TEXT, answer=TEXT, final=TEXT)
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
_EMPTY = frozenset(("", "the", "a", "an", "about", "approximately", "in", "into", "of"))
_CHANGING = frozenset(
    "not no never percent % hundred thousand million billion trillion dozen half".split()
)
"""Words that make another number of one, or deny it."""


class Settings(Model):
    """How often a problem is solved, and how many must agree."""

    samples: int = Field(4, ge=2, le=32, description="Traces of each problem.")
    agreement: float = Field(
        0.5, gt=0, le=1, description="Share of the traces that must reach the checked answer."
    )


def render(task: Task) -> Request:
    """The request for a problem."""
    return about_passage(task, POSE, POSED)


def read(text: str, task: Task) -> Draft:
    """The problem, its answer as a sentence, and its end among the notes.

    Raises:
        ParseError: the reply breaks the schema; the message is fit to send back.
    """
    said, rung = read_form(text, POSED)
    notes = {"final": said["final"]}
    return Draft(said["question"], said["answer"], said["quotes"], rung, notes=notes)


def read_trace(text: str, task: Task) -> Draft:
    """One trace: the steps with the answer after them, and its end among the notes.

    Raises:
        ParseError: the reply breaks the schema; the message is fit to send back.
    """
    said, rung = read_form(text, SOLVED)
    whole = f"{said['reasoning']}\n\n{said['answer']}"
    notes = {"final": said["final"]}
    return Draft("", whole, (), rung, reasoning=said["reasoning"], notes=notes)


async def compose(request: Request, read: Read, ask: Ask) -> Outcome:
    """Set the problem, solve it k times, and keep the shortest of the right traces."""
    task = request.task
    assert task is not None and isinstance(task.settings, Settings)
    posed = await write(request, read, ask)
    if not isinstance(posed.draft, Draft):
        return posed
    asked = about_passage(task, SOLVE, SOLVED, question=posed.draft.question)
    solved = await samples(asked, task.settings.samples, read_trace, ask)
    draft = judge(posed.draft, [one.draft for one in solved], task.settings)
    return Outcome(draft, request, calls_of([posed, *solved]))


def judge(posed: Draft, found: Sequence[Draft | Unusable], settings: Settings) -> Draft | Unusable:
    """The record that k traces of a problem come to; those that cannot be read count as wrong."""
    checked = posed.notes["final"]
    traces = [trace for trace in found if isinstance(trace, Draft)]
    right = [trace for trace in traces if same(trace.notes["final"], checked)]
    agreed = f"{len(right)} of {len(found)} traces end with the checked answer {checked!r}"
    if len(right) < settings.agreement * len(found) or not right:
        return Unusable("disagreement", agreed)
    best = min(right, key=lambda trace: len(trace.reasoning))
    wrong = {
        trace.notes["final"]: trace
        for trace in traces
        if differ(trace.notes["final"], checked) and trace.answer != best.answer
    }
    losers = [Loser(t.answer, f"ends with {end!r}, not {checked!r}") for end, t in wrong.items()]
    notes = {"final": checked, "samples": len(found), "agreed": len(right)}
    made = (posed.question, best.answer, posed.quotes, best.rung)
    return Draft(*made, reasoning=best.reasoning, losers=tuple(losers), notes=notes)


def same(one: str, other: str) -> bool:
    """Whether two short answers say the same: equal numbers and words, where one of them may leave
    its unit out; whatever changes a number or denies it may not be left out.
    """
    (numbers, words), (others, more) = _parts(one), _parts(other)
    if numbers != others:
        return False
    bare = bool(numbers) and not (words and more) and not (words | more) & _CHANGING
    return words == more or bare


def differ(one: str, other: str) -> bool:
    """Whether two short answers surely say different things: other numbers in the same words, or
    words of which none is the same. Between the two lies what nobody can tell by form.
    """
    (numbers, words), (others, more) = _parts(one), _parts(other)
    if numbers or others:
        return bool(numbers and others) and numbers != others and words == more
    return bool(words and more) and not words & more


def _parts(text: str) -> tuple[list[float], set[str]]:
    """The numbers of a text in their order, and its other words but those that say nothing."""
    numbers = [float(number.replace(",", "")) for number in _NUMBER.findall(text)]
    words = {word.strip(".,;:") for word in normalise(_NUMBER.sub(" ", text)).split()}
    return numbers, words - _EMPTY


ENTRY = Entry(
    summary="A problem with a reasoning trace that was checked against k samples.",
    paper="STaR, arXiv 2203.14465; s1, arXiv 2501.19393",
    inputs="passages",
    outputs="question, answer with reasoning, quotes, losers",
    styles={"trace": 1.0},
    prompts=(POSE, SOLVE, REPAIR),
    render=render,
    read=read,
    compose=compose,
    settings=Settings,
    calls=lambda settings: 1 + settings.samples,
    example=example("reasoning"),
)
