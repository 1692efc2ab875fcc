"""Asking one teacher through the whole layer: pool, endpoint, journal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from configs.corpus import CorpusSource
from configs.errors import BudgetExceeded, TeacherUnavailable
from configs.recipe import Recipe
from configs.teachers import Budget, Teacher
from generators.methods.grounded_qa import SCHEMA
from generators.teacher import Request
from generators.teachers.pool import Pool
from store.asking import Answered, Unanswered
from store.journal import Journal
from store.ledger import Spent

Result = Answered | Unanswered | TeacherUnavailable | BudgetExceeded


@dataclass(frozen=True)
class Asked:
    """What became of each request, and what the journal says of all calls."""

    results: list[Result]
    attempts: list[dict[str, Any]]
    spent: Spent

    @property
    def answers(self) -> list[Answered]:
        return [result for result in self.results if isinstance(result, Answered)]

    @property
    def outcomes(self) -> list[str]:
        return [attempt["outcome"] for attempt in self.attempts]


def prompt(number: int, text: str = "", schema: Mapping[str, Any] = SCHEMA) -> Request:
    """A request that differs from the others by its number."""
    passage = f"The Alder River is {number + 100} km long and flows into the Grey Lake in the end."
    user = text or f'Passage from "Alder River":\n<passage>\n{passage}\n</passage>\n'
    messages = (
        {"role": "system", "content": "Answer with one JSON object."},
        {"role": "user", "content": user},
    )
    return Request(messages, schema, "test@1", "0" * 64, seed=number)


def ask(
    url: str,
    journal: Path,
    requests: Sequence[Request],
    secret: str = "",
    after: Callable[[], None] | None = None,
    budget: Budget | None = None,
    **settings: Any,
) -> Asked:
    """Ask for all of them at once; ``after`` is called as soon as the first has its reply."""
    given = {"name": "t", "model": "tiny", "max_tokens": 400, "concurrency": 8, **settings}
    recipe = Recipe(
        name="asked",
        corpus=(CorpusSource(path="x"),),
        teachers=(Teacher(base_url=url, **given),),
        budget=budget or Budget(),
    )

    async def all_of_them(store: Journal) -> list[Result]:
        async with Pool(recipe, "run", store, {"t": secret}) as pool:
            calls = [asyncio.ensure_future(_one(pool, request)) for request in requests]
            if after is not None:
                await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
                after()
            return list(await asyncio.gather(*calls))

    with closing(Journal(journal)) as store:
        results = asyncio.run(all_of_them(store))
        return Asked(results, store.attempts("run"), store.spent("run"))


async def _one(pool: Pool, request: Request) -> Result:
    try:
        return await pool.ask(request, "t")
    except (Unanswered, TeacherUnavailable, BudgetExceeded) as failure:
        return failure
