"""The teachers of a build: one pool for all of its shards, with keys from where the recipe says,
and whom a runner of steps may wait for before they are asked.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar

from configs.errors import TeacherUnavailable
from configs.recipe import Recipe
from configs.teachers import Structured, Teacher
from flows.secrets import secret_of, secrets_of
from flows.workspace import run_of, workspace
from generators.teachers.pool import Pool
from generators.teachers.preflight import check_endpoint
from generators.teachers.prices import price_of
from generators.teachers.probe import Finding, probe
from generators.teachers.run import Run

_pools: dict[str, Pool] = {}

Hold = Callable[[Collection[Teacher]], AbstractContextManager[object]]
"""Keeps room at the servers of some teachers for as long as its block asks them."""


def _nobody_else(_teachers: Collection[Teacher]) -> AbstractContextManager[object]:
    return nullcontext()


HOLD: ContextVar[Hold] = ContextVar("hold", default=_nobody_else)
"""What is done before a shard asks; a runner that knows of other runs sets it."""


def asking(recipe: Recipe, named: Collection[str]) -> AbstractContextManager[object]:
    """The block in which a shard asks the teachers of these names, and those that may stand in."""
    return HOLD.get()(who_may_answer(recipe, named))


def who_may_answer(recipe: Recipe, named: Collection[str]) -> tuple[Teacher, ...]:
    """The teachers of these names and, with failover, the writers of the tiers of those that write.
    Nobody stands in for a judge.
    """
    writers = {teacher.name for teacher in recipe.writers if teacher.is_model}
    tiers = {t.tier for t in recipe.teachers if t.name in writers & {*named}}
    return tuple(
        teacher
        for teacher in recipe.teachers
        if teacher.name in named
        or (recipe.failover and teacher.name in writers and teacher.tier in tiers)
    )


def open_pool(recipe: Recipe) -> Pool:
    """A new pool for a build that starts: nothing is known yet of how its teachers are.

    Raises:
        ConfigError: a key is missing, or a price that a budget in money needs.
    """
    _pools.clear()
    run = run_of(recipe)
    _pools[run] = Pool(recipe, run, workspace(recipe).journal, secrets_of(recipe))
    return _pools[run]


def pool_of(recipe: Recipe) -> Pool:
    """The pool of the build that is running, or a new one where a worker has just started."""
    return _pools.get(run_of(recipe)) or open_pool(recipe)


def check_teachers(recipe: Recipe) -> None:
    """Ask every teacher's server whether it is there and takes the key, which costs nothing.

    Raises:
        TeacherUnavailable: one is not, and no other of its tier can stand in.
    """
    well: set[int] = set()
    down: dict[int, TeacherUnavailable] = {}
    for teacher in (teacher for teacher in recipe.teachers if teacher.is_model):
        try:
            check_endpoint(teacher, secret_of(teacher))
            if teacher in recipe.writers:
                well.add(teacher.tier)
        except TeacherUnavailable as error:
            down[teacher.tier] = error
            if not recipe.failover or teacher not in recipe.writers:
                raise
    for tier, why in down.items():
        if tier not in well:
            raise why


def probe_teacher(recipe: Recipe, teacher: Teacher) -> dict[Structured, Finding]:
    """Find out, for a few small calls, how a teacher of a recipe binds replies to a schema. They
    count as calls of the recipe's run.

    Raises:
        BudgetExceeded: the recipe's budget has no room for them.
    """
    space = workspace(recipe)
    ends_at = time.monotonic() + (recipe.ceilings.max_wall_s or float("inf"))
    run = Run(run_of(recipe), space.journal, recipe.ceilings, ends_at)
    return asyncio.run(probe(teacher, run, secret_of(teacher), price_of(teacher, recipe.ceilings)))
