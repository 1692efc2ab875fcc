"""The method ``preference``: a good answer beside worse ones, as pairs to train on.

``scored``: k answers to one question, each scored by a rubric; the best is chosen, the worst
rejected, and the margin is kept (UltraFeedback, arXiv 2310.01377). ``corrupted``: the answer beside
copies of it with one fact changed in a known way; that these are false is certain, since no line of
the corpus may say them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from pydantic import Field

from configs.model import Model
from generators.catalogue import Entry
from generators.corruptions.plant import KINDS, corrupt
from generators.examples import example
from generators.methods.answering import ANSWER, read_answer, to_answer
from generators.methods.posing import QUESTION, pose, read_posed
from generators.methods.scoring import SCORE, read_scores, to_score
from generators.replies import Draft, Loser
from generators.teacher import Ask, Request, Task
from generators.writing import REPAIR, Outcome, Read, at_once, calls_of, samples, write
from store.replies import Unusable


class Settings(Model):
    """How many answers are compared, and how far apart they must be."""

    samples: int = Field(4, ge=2, le=16, description="Answers that are scored, in `scored`.")
    min_margin: float = Field(
        0.15, ge=0, le=1, description="Least distance of best and worst mean score, 0 to 1."
    )
    negatives: int = Field(2, ge=1, le=8, description="False copies at most, in `corrupted`.")


async def compose(request: Request, read: Read, ask: Ask) -> Outcome:
    """Pose a question, then find worse answers to it in the way of the style."""
    task = request.task
    assert task is not None and isinstance(task.settings, Settings)
    posed = await write(request, read, ask)
    if not isinstance(posed.draft, Draft):
        return posed
    if task.seed.style == "corrupted":
        return Outcome(_beside_false(posed.draft, task, task.settings), request, posed.answers)
    asked = to_answer(task, posed.draft.question)
    answered = await samples(asked, task.settings.samples, read_answer, ask)
    answers = {a.draft.answer: a.draft for a in answered if isinstance(a.draft, Draft)}
    each = [to_score(task, posed.draft.question, answer) for answer in answers]
    scored = await at_once([write(one, read_scores, ask) for one in each])
    graded = list(zip(answers.values(), [one.draft for one in scored], strict=True))
    draft = best_and_worst(posed.draft.question, graded, task.settings)
    return Outcome(draft, request, calls_of([*scored, posed, *answered]))


def best_and_worst(
    question: str, graded: Sequence[tuple[Draft, Draft | Unusable]], settings: Settings
) -> Draft | Unusable:
    """The best of several answers with the worst as its loser."""
    read = [(answer, score) for answer, score in graded if isinstance(score, Draft)]
    by_mean = sorted(
        ((score.notes["mean"], answer, score) for answer, score in read), key=lambda each: -each[0]
    )
    if len(by_mean) < 2:
        return Unusable("no_pair", f"{len(by_mean)} answers differ and could be scored")
    (high, best, praise), (low, worst, blame) = by_mean[0], by_mean[-1]
    if high - low < settings.min_margin:
        return Unusable("no_margin", f"best and worst are {high - low:.2f} apart")
    loser = Loser(worst.answer, blame.notes["reason"], round(high - low, 4))
    notes = {"scores": praise.notes["scores"], "rejected_scores": blame.notes["scores"]}
    return replace(best, question=question, losers=(loser,), notes=notes)


def _beside_false(posed: Draft, task: Task, settings: Settings) -> Draft | Unusable:
    losers = [*islice(_false(posed, task), settings.negatives)]
    if not losers:
        return Unusable("no_pair", "nothing in the answer can be changed with certainty")
    return replace(posed, losers=tuple(losers))


def _false(posed: Draft, task: Task) -> Iterator[Loser]:
    """False copies of an answer, one per kind of change, in an order drawn for the seed."""
    assert task.library is not None
    rng = random.Random(f"false:{task.seed.id}")
    for kind in rng.sample(KINDS, len(KINDS)):
        text = corrupt(kind, posed.answer, task.document.id, rng, task.library.material)
        if text is not None and text != posed.answer:
            yield Loser(text, f"false by design: another {kind}")


ENTRY = Entry(
    summary="A good answer beside worse ones: scored by a rubric, or made false in a known way.",
    paper="UltraFeedback, arXiv 2310.01377",
    inputs="passages; `scoring` for the style `scored`",
    outputs="question, answer, quotes, losers",
    styles={"corrupted": 1.0, "scored": 0.0},
    prompts=(QUESTION, ANSWER, SCORE, REPAIR),
    render=pose,
    read=read_posed,
    compose=compose,
    settings=Settings,
    calls=lambda settings: 1 + settings.samples,
    scored=("scored",),
    example=example("preference"),
)
