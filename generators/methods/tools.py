"""The method ``tools``: a question, the call of a function that answers it, and what it returned.

Function calling from documented Python, checked as APIGen does (arXiv 2406.18518): the call has the
function's form, it is really made, shut in, and the answer says what it returned. The turns are in
the form of Hermes function calling, which many chat templates know.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace

import orjson
from pydantic import Field

from configs.errors import ParseError
from configs.model import Model
from generators.catalogue import Entry, Round, each_passage
from generators.examples import example
from generators.functions import arguments_of, fits_question, program, tool_of
from generators.prompts import load_prompt
from generators.replies import TEXT, Draft, form, read_form, read_text
from generators.seeds import Option
from generators.teacher import Ask, Request, Task
from generators.writing import REPAIR, Outcome, Read, about_passage, calls_of, write
from store.replies import Unusable
from store.sandbox import run_python
from store.tool_calls import call_text

CALL, ANSWER = load_prompt("tools/call@1.0.0"), load_prompt("tools/answer@1.0.0")
CALLED, ANSWERED = form(question=TEXT, arguments=TEXT), form(answer=TEXT)
_LONGEST = 400
"""Characters of a result that an answer can repeat."""


class Settings(Model):
    """What a call may take."""

    timeout_s: float = Field(5.0, gt=0, le=60, description="Seconds a call may run.")
    memory_mb: int = Field(512, ge=64, le=16_384, description="Memory it may take, in MB.")


def offer(round_: Round) -> Iterable[Option]:
    """Documents of functions, by the passage they begin with."""
    if tool_of(round_.document) is not None:
        yield from [*each_passage(round_)][:1]


def render(task: Task) -> Request:
    """The function and its documentation."""
    return about_passage(task, CALL, CALLED, function=_tool(task))


def _tool(task: Task) -> str:
    return orjson.dumps(tool_of(task.document)).decode()


def read(text: str, task: Task) -> Draft:
    """The question, with the arguments of the call among the notes.

    Raises:
        ParseError: the call has not the function's form; the message is fit to send back.
    """
    said, rung = read_form(text, CALLED)
    arguments = arguments_of(said["arguments"], task.document)
    if not fits_question(said["question"], arguments):
        raise ParseError("- arguments: the question names numbers that the call does not take")
    return Draft(said["question"], "", (), rung, notes={"arguments": arguments})


async def compose(request: Request, read: Read, ask: Ask) -> Outcome:
    """Ask for a call, make it, and ask for the answer that its result gives."""
    task = request.task
    assert task is not None and isinstance(task.settings, Settings)
    called = await write(request, read, ask)
    if not isinstance(called.draft, Draft):
        return called
    code = program(task.document, called.draft.notes["arguments"])
    result = await asyncio.to_thread(_returned, code, task.settings)
    if isinstance(result, Unusable):
        return replace(called, draft=result)
    answered = await write(_to_answer(task, called.draft, result), _read_answer(result), ask)
    draft = answered.draft
    if isinstance(draft, Draft):
        draft = _conversation(task, called.draft, result, draft)
    return Outcome(draft, request, calls_of([called, answered]))


def _returned(code: str, limits: Settings) -> str | Unusable:
    """What a program prints, both times that it is run, or why that is no fact."""
    ran = run_python(code, limits.timeout_s, limits.memory_mb)
    result = ran.printed.strip()
    if not ran.shut_in or not ran.ok or not 0 < len(result) <= _LONGEST:
        reason = "failed_execution" if ran.shut_in else "not_executed"
        return Unusable(reason, ran.why or f"it printed {len(result)} chars")
    if run_python(code, limits.timeout_s, limits.memory_mb).printed != ran.printed:
        return Unusable("not_repeatable", "two calls returned different things: neither is a fact")
    return result


def _to_answer(task: Task, called: Draft, result: str) -> Request:
    told = {"question": called.question, "call": _call(task, called), "result": result}
    return about_passage(task, ANSWER, ANSWERED, **told)


def _call(task: Task, called: Draft) -> str:
    name = orjson.loads(task.document.api)["name"]
    return call_text(name, called.notes["arguments"])


def _read_answer(result: str) -> Read:
    def read(text: str, task: Task) -> Draft:
        said, rung = read_text(text, ANSWERED, "answer")
        if result not in said:
            raise ParseError(f"- answer: it must repeat the result letter by letter: {result}")
        return Draft("", said, (), rung)

    return read


def _conversation(task: Task, called: Draft, result: str, answered: Draft) -> Draft:
    turns = (
        ("user", called.question),
        ("assistant", _call(task, called)),
        ("tool", result),
        ("assistant", answered.answer),
    )
    said = tuple({"role": role, "content": content} for role, content in turns)
    return replace(
        answered,
        question=called.question,
        conversation=said,
        tools=f"[{_tool(task)}]",
        notes={"arguments": called.notes["arguments"], "result": result},
    )


ENTRY = Entry(
    summary="A question, the function call that answers it, its real result, and the answer.",
    paper="APIGen, arXiv 2406.18518",
    inputs="documents of kind `python-api`",
    outputs="messages with the call and its result, tools, answer",
    styles={"call": 1.0},
    prompts=(CALL, ANSWER, REPAIR),
    offer=offer,
    render=render,
    read=read,
    compose=compose,
    settings=Settings,
    calls=lambda settings: 2,
    example=example("tools"),
)
