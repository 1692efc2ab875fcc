"""The pool: every teacher of a recipe behind one ``ask``, with failover inside a tier."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

from configs.errors import TeacherUnavailable
from configs.recipe import Recipe
from generators.teachers.endpoint import Endpoint, key_of
from generators.teachers.prices import price_of
from generators.teachers.run import Run
from store.asking import Answered, Question, Unanswered
from store.journal import Journal


class Pool:
    """The model teachers of a recipe. Use as an async context manager, once per shard."""

    def __init__(
        self, recipe: Recipe, run: str, journal: Journal, secrets: Mapping[str, str]
    ) -> None:
        """Nothing is opened or sent yet; ``secrets`` holds keys by teacher.

        Raises:
            ConfigError: there is a budget in money, and a teacher's price is unknown.
        """
        ends_at = time.monotonic() + (recipe.ceilings.max_wall_s or float("inf"))
        self._run = shared = Run(run, journal, recipe.ceilings, ends_at)
        self.failover = recipe.failover
        self._writers = frozenset(teacher.name for teacher in recipe.writers)
        self.endpoints = {
            teacher.name: Endpoint(
                teacher,
                shared,
                secrets.get(teacher.name, ""),
                price_of(teacher, recipe.ceilings),
            )
            for teacher in recipe.teachers
            if teacher.is_model
        }
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Pool:
        """Open the connection pools."""
        self._run.in_flight.renew()
        for endpoint in self.endpoints.values():
            await self._stack.enter_async_context(endpoint)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connection pools."""
        await self._stack.aclose()

    async def ask(self, request: Question, teacher: str) -> Answered:
        """The reply to a request, by that teacher or, if it fails, by one of the same tier.

        Raises:
            Unanswered: every teacher that may answer fails on this very request.
            TeacherUnavailable: none of them answers anything any more.
            BudgetExceeded: the call could pass a ceiling, so it was not made.
        """
        able = self._able(teacher)
        keys = {e.settings.name: key_of(request, e.settings) for e in able}
        failures: list[Unanswered | TeacherUnavailable] = []
        for endpoint in able:
            name = endpoint.settings.name
            try:
                last = endpoint is able[-1]
                reply = await endpoint.answer(request, keys[name], tuple(keys.values()), last)
            except (Unanswered, TeacherUnavailable) as failure:
                failures.append(failure)
                continue
            # A reply out of the journal may be that of another teacher of the tier.
            who = reply.teacher if reply.teacher in keys else name
            return Answered(reply, keys[who], who)
        # One that is well and fails on this request says more than one that is down.
        raise next((f for f in failures if isinstance(f, Unanswered)), failures[-1])

    def _able(self, teacher: str) -> Sequence[Endpoint]:
        """The planned teacher, then those that may stand in; such as are down come last. Nobody
        stands in for a judge, nor does a judge for anybody.
        """
        planned = self.endpoints[teacher]
        if not self.failover or teacher not in self._writers:
            return [planned]
        others = [
            endpoint
            for name, endpoint in self.endpoints.items()
            if name in self._writers - {teacher} and endpoint.settings.tier == planned.settings.tier
        ]
        able = [planned, *others]
        return sorted(
            able, key=lambda endpoint: endpoint.dead is not None or endpoint.breaker.blocked
        )
