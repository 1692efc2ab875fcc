"""How stages ask a teacher: through the pool of the build, its journal and its budget."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from configs.errors import StillhouseError, TeacherUnavailable
from configs.recipe import Recipe
from flows.progress import report
from flows.teachers import asking, pool_of
from store.asking import Answered, AskAll, Question, Unanswered
from store.event_loop import run_async
from store.text import digest

_AHEAD = 2
"""Questions per call in flight: some wait for the journal, or for another try."""
_POISON_FEW = 3
"""Questions without an answer are poison while they are few; more are the teacher's fault."""


def asker(recipe: Recipe, teacher: str, what: str) -> AskAll:
    """The callable that asks this teacher of a recipe; ``what`` is shown as its progress."""

    def ask(questions: Sequence[Question]) -> Sequence[Answered | Unanswered]:
        with asking(recipe, [teacher]):
            return run_async(_ask_all(recipe, teacher, questions, what))

    return ask


async def _ask_all(
    recipe: Recipe, teacher: str, questions: Sequence[Question], what: str
) -> list[Answered | Unanswered]:
    """What became of each question; equal ones are asked once. Once the teacher is down or the
    budget used up no new call starts, but those in flight are awaited, since they are paid for.
    """
    pool = pool_of(recipe)
    keys = [digest([q.prompt_sha256, q.messages, q.seed, q.sample]) for q in questions]
    # Of a batch's calls any number may be in flight; see `unhurried`.
    gate = asyncio.Semaphore(_AHEAD * pool.endpoints[teacher].settings.concurrency)
    found: dict[str, Answered | Unanswered] = {}
    failures: list[StillhouseError] = []

    async def one(key: str, question: Question) -> None:
        async with gate:
            if failures:
                return
            try:
                found[key] = await pool.ask(question, teacher)
            except Unanswered as failure:
                found[key] = failure
            except StillhouseError as error:
                failures.append(error)
        report(what, len(found), len(once))

    once = dict(zip(keys, questions, strict=True))
    async with pool:
        await asyncio.gather(*(one(key, question) for key, question in once.items()))
    if failures:
        raise failures[0]
    _check_silence(teacher, [*found.values()])
    return [found[key] for key in keys]


def _check_silence(teacher: str, found: Sequence[Answered | Unanswered]) -> None:
    """A teacher that leaves many questions unanswered is down, whatever else it answers.

    Raises:
        TeacherUnavailable: it is.
    """
    silent = [f for f in found if isinstance(f, Unanswered) and f.reason == "unanswered"]
    if silent and (len(silent) > _POISON_FEW or len(silent) == len(found)):
        raise TeacherUnavailable(
            f"teacher {teacher!r} left {len(silent)} of {len(found)} questions unanswered "
            f"({silent[-1]}). What it answered is kept; run the same command again when it is well"
        )
