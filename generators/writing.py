"""How a method asks for a record: the request, its reply, one repair of what breaks the schema."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from configs.errors import ParseError
from generators.conditions import stated
from generators.prompts import load_prompt
from generators.replies import Draft
from generators.teacher import Ask, Request, Task
from generators.window import tokens_of
from store.asking import Answered, Unanswered, repaired
from store.journal import Reply
from store.prompts import Prompt
from store.replies import Unusable, check_ending

REPAIR = load_prompt("grounded_qa/repair@1.0.0")

Read = Callable[[str, Task], Draft | Unusable]
"""The draft in the text of a reply, or why a reply that is well formed gives none. Raises
ParseError, whose message is fit to be sent back."""
Compose = Callable[["Request", Read, Ask], Awaitable["Outcome"]]
"""How a method comes from its request to what became of it; :func:`write` asks once."""
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a task: a draft or the reason there is none, and all calls it took."""

    draft: Draft | Unusable
    request: Request
    answers: tuple[Answered, ...]

    @property
    def reply(self) -> Reply:
        """The last reply; one without text where there is none."""
        return self.answers[-1].reply if self.answers else Reply(None, "unanswered", "")


def request_for(
    task: Task,
    prompt: Prompt,
    schema: Mapping[str, Any],
    messages: Sequence[Mapping[str, str]],
    left_out: tuple[str, ...] = (),
) -> Request:
    """The request of a task: the rendered messages of a prompt with the conditions that the plan
    drew for it, and the schema of the reply.
    """
    seed = int(task.seed.id[:7], 16)
    told = stated(messages, task.seed.conditions)
    sent = (told, schema, prompt.id, prompt.sha256, seed, task.seed.sample, task)
    return Request(*sent, left_out)


def about_passage(
    task: Task, prompt: Prompt, schema: Mapping[str, Any], /, **more: object
) -> Request:
    """The request of a prompt about the task's passage: it is given ``title``, ``passage`` and
    ``language``, and what else it takes.
    """
    shown = task.passage
    usual = {"title": shown.heading, "passage": shown.text, "language": task.language}
    return request_for(task, prompt, schema, prompt.render(**usual | more))


async def write(request: Request, read: Read, ask: Ask) -> Outcome:
    """Ask for a record; a reply that breaks the schema gets one repair round. A request that
    nobody answers gives an outcome without answers.

    Raises:
        TeacherUnavailable, BudgetExceeded: see the pool.
    """
    task = request.task
    assert task is not None
    answers: list[Answered] = []
    needed = sum(tokens_of(m["content"]) for m in request.messages) + task.reserve
    if task.window is not None and needed > task.window:
        why = f"the request may need {needed} tokens, and the window has {task.window}"
        return Outcome(Unusable("too_long", f"{why}; lower chunking.max_chars"), request, ())
    try:
        answers.append(await ask(request))
        draft = _read(answers[0].reply, task, read)
        if isinstance(draft, ParseError):
            answers.append(await ask(repair(request, answers[0].reply, draft)))
            draft = _second(_read(answers[1].reply, task, read))
    except Unanswered as failure:
        draft = Unusable(failure.reason, str(failure))
    return Outcome(draft, request, tuple(answers))


async def at_once(asked: Sequence[Awaitable[_Result]]) -> list[_Result]:
    """The results of several calls in their order. Where one fails, the others are awaited before
    its error is raised, since they are paid for.
    """
    results = await asyncio.gather(*asked, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if not isinstance(result, BaseException)]


async def samples(request: Request, count: int, read: Read, ask: Ask) -> list[Outcome]:
    """That many outcomes of one request, which differ as the teacher's sampling lets them."""
    # A server that takes the seed gives equal replies for equal seeds.
    each = [
        replace(request, sample=request.sample * count + number, seed=request.seed + number)
        for number in range(count)
    ]
    return await at_once([write(one, read, ask) for one in each])


def calls_of(outcomes: Sequence[Outcome]) -> tuple[Answered, ...]:
    """All calls behind several outcomes."""
    return tuple(answered for outcome in outcomes for answered in outcome.answers)


def repair(request: Request, reply: Reply, error: ParseError) -> Request:
    """The same request with the reply that broke the schema, and what was wrong with it."""
    return repaired(request, reply, error, REPAIR)


def _second(draft: Draft | Unusable | ParseError) -> Draft | Unusable:
    """What a reply to a repair call comes to."""
    if isinstance(draft, ParseError):
        return Unusable("schema", f"two replies broke the schema; the last one: {draft}")
    return replace(draft, rung="repaired") if isinstance(draft, Draft) else draft


def _read(reply: Reply, task: Task, read: Read) -> Draft | Unusable | ParseError:
    ending = check_ending(reply)
    if ending is not None:
        return ending
    try:
        return read(reply.content or "", task)
    except ParseError as error:
        return error
