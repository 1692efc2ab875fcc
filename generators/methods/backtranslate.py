"""The method ``backtranslate``: a text that people wrote, and the instruction that it answers.

Instruction backtranslation with its self-curation (Li et al. 2023, arXiv 2308.06259): the teacher
writes the instruction only, and grades how well the text answers it; what fits badly is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from configs.model import Model
from generators.catalogue import Entry, Round, each_passage, settings_of
from generators.examples import example
from generators.prompts import load_prompt
from generators.replies import TEXT, Draft, form, read_form
from generators.seeds import Option
from generators.teacher import Request, Task
from generators.writing import REPAIR, about_passage
from store.replies import Unusable

PROMPT = load_prompt("backtranslate/instruction@1.0.0")
SCHEMA = form(instruction=TEXT, fit={"type": "integer", "enum": [1, 2, 3, 4, 5]})


class Settings(Model):
    """Which texts are worth an instruction."""

    min_chars: int = Field(120, ge=1, description="Characters a passage must have at least.")
    min_fit: int = Field(4, ge=1, le=5, description="Grade from which on a pair is kept.")


def offer(round_: Round) -> Iterable[Option]:
    """Passages that are long enough to answer something, every round anew."""
    least = settings_of(round_.method, Settings).min_chars
    for option in each_passage(round_):
        if len(round_.library.corpus.passage[option.passage_id].text) >= least:
            yield option


def render(task: Task) -> Request:
    """The text whose instruction is wanted."""
    return about_passage(task, PROMPT, SCHEMA)


def read(text: str, task: Task) -> Draft | Unusable:
    """The instruction with the text as its answer, unless it fits badly.

    Raises:
        ParseError: the reply breaks the schema; the message is fit to send back.
    """
    assert isinstance(task.settings, Settings)
    found, rung = read_form(text, SCHEMA)
    if found["fit"] < task.settings.min_fit:
        return Unusable("bad_fit", f"graded {found['fit']} of 5: {found['instruction']}")
    answer = task.passage.text.strip()
    return Draft(found["instruction"], answer, (answer,), rung, notes={"fit": found["fit"]})


ENTRY = Entry(
    summary="A text that people wrote as the answer, with the instruction that it answers.",
    paper="instruction backtranslation, arXiv 2308.06259",
    inputs="passages",
    outputs="question, answer (verbatim), metadata.fit",
    styles={"instruction": 1.0},
    prompts=(PROMPT, REPAIR),
    offer=offer,
    render=render,
    read=read,
    settings=Settings,
    example=example("backtranslate"),
)
