"""The method ``self_instruct``: new tasks in the manner of some that people wrote.

Self-Instruct (arXiv 2212.10560): the teacher sees a few seed tasks and thinks up another; one that
is worded like them (ROUGE-L) is dropped. What rows repeat of each other is left to the filters.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace

import orjson
from pydantic import Field

from configs.model import Model
from generators.catalogue import Entry, Round, each_passage, settings_of
from generators.examples import example
from generators.novelty import rouge_l
from generators.prompts import load_prompt
from generators.replies import QUOTES, TEXT, Draft, form, read_form
from generators.seeds import Option
from generators.teacher import Request, Task
from generators.writing import REPAIR, about_passage
from store.replies import Unusable

PROMPT = load_prompt("self_instruct/task@1.0.0")
SCHEMA = form(instruction=TEXT, quotes=QUOTES, answer=TEXT)


class Settings(Model):
    """How many seed tasks are shown, and how near a new one may come to them."""

    examples: int = Field(6, ge=1, le=20, description="Seed tasks shown at once.")
    max_likeness: float = Field(
        0.7, gt=0, le=1, description="ROUGE-L with a shown task from which on one is not novel."
    )


def offer(round_: Round) -> Iterable[Option]:
    """Each passage with some of the seed tasks, drawn anew every round."""
    assert round_.method.prompts is not None
    own, count = round_.method.prompts.name, settings_of(round_.method, Settings).examples
    tasks = [given.question for given in round_.library.given if given.set == own]
    for option in each_passage(round_):
        rng = random.Random(repr((round_.recipe.seed, option.passage_id, round_.sample)))
        shown = rng.sample(tasks, min(count, len(tasks)))
        yield replace(option, asked=orjson.dumps(shown).decode())


def render(task: Task) -> Request:
    """The passage with the seed tasks that were drawn for it."""
    return about_passage(task, PROMPT, SCHEMA, examples=orjson.loads(task.seed.asked))


def read(text: str, task: Task) -> Draft | Unusable:
    """The new task carried out, unless it is one of those that were shown.

    Raises:
        ParseError: the reply breaks the schema; the message is fit to send back.
    """
    assert isinstance(task.settings, Settings)
    said, rung = read_form(text, SCHEMA)
    asked = said["instruction"]
    likeness, near = max((rouge_l(asked, one), one) for one in orjson.loads(task.seed.asked))
    if likeness >= task.settings.max_likeness:
        return Unusable("not_novel", f"ROUGE-L {likeness:.2f} with the seed task: {near}")
    return Draft(asked, said["answer"], said["quotes"], rung, notes={"likeness": likeness})


ENTRY = Entry(
    summary="New tasks in the manner of seed tasks that people wrote, with a novelty gate.",
    paper="Self-Instruct, arXiv 2212.10560",
    inputs="passages, and `prompts`: seed tasks",
    outputs="question, answer, quotes, metadata.likeness",
    styles={"task": 1.0},
    prompts=(PROMPT, REPAIR),
    offer=offer,
    render=render,
    read=read,
    settings=Settings,
    given="needed",
    example=example("self_instruct"),
)
