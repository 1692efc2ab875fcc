"""The method ``columns``: structured records with attributes that are drawn, not left to a model.

Attributes come from declared distributions, some given the value of another one; the teacher only
fills the fields. So the mix of a dataset is what was declared (sampled attributes as in AttrPrompt,
arXiv 2306.15895).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import orjson

from generators.attributes import Settings, draw
from generators.catalogue import Entry, Round, each_passage, settings_of
from generators.examples import example
from generators.prompts import load_prompt
from generators.replies import QUOTES, TEXT, Draft, form, read_form
from generators.seeds import Option
from generators.teacher import Request, Task
from generators.writing import REPAIR, about_passage

PROMPT, ASKED = load_prompt("columns/record@1.0.0"), load_prompt("columns/task@1.0.0")


def offer(round_: Round) -> Iterable[Option]:
    """Each passage with attributes drawn for it, every round anew."""
    settings = settings_of(round_.method, Settings)
    for option in each_passage(round_):
        drawn = draw(settings, (round_.recipe.seed, option.passage_id, round_.sample))
        yield replace(option, asked=orjson.dumps(drawn).decode())


def render(task: Task) -> Request:
    """The passage, the attributes that were drawn, and the fields that are wanted."""
    assert isinstance(task.settings, Settings)
    told = {"attributes": orjson.loads(task.seed.asked), "fields": task.settings.fields}
    return about_passage(task, PROMPT, _schema(task.settings), **told)


def _schema(settings: Settings) -> dict[str, object]:
    return form(quotes=QUOTES, **dict.fromkeys(settings.fields, TEXT))


def read(text: str, task: Task) -> Draft:
    """The record as JSON, its attributes first and as they were drawn.

    Raises:
        ParseError: the reply breaks the schema; the message is fit to send back.
    """
    assert isinstance(task.settings, Settings)
    said, rung = read_form(text, _schema(task.settings))
    attributes = orjson.loads(task.seed.asked)
    (asked,) = ASKED.render(
        attributes=attributes, fields=task.settings.fields, title=task.passage.heading
    )
    written = {name: said[name] for name in task.settings.fields}
    answer = orjson.dumps({**attributes, **written}, option=orjson.OPT_INDENT_2).decode()
    notes = {"attributes": attributes, "fields": written}
    return Draft(asked["content"], answer, said["quotes"], rung, notes=notes)


ENTRY = Entry(
    summary="Structured records: attributes drawn by declared weights, fields by the teacher.",
    paper="AttrPrompt, arXiv 2306.15895",
    inputs="passages; `settings.attributes` and `settings.fields`",
    outputs="question, answer (JSON), quotes, metadata.attributes",
    styles={"record": 1.0},
    prompts=(PROMPT, ASKED, REPAIR),
    offer=offer,
    render=render,
    read=read,
    settings=Settings,
    example=example("columns"),
)
