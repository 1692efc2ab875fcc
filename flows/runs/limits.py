"""Servers that several runs share: slots of Prefect's global concurrency limits, held while a shard
asks.

A run holds as many slots as it may have calls in flight, from the first question of a shard to its
last, so a run that embeds, judges by rule or waits for an approval holds none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.responses import GlobalConcurrencyLimitResponse
from prefect.concurrency.sync import concurrency
from prefect.exceptions import ObjectNotFound

from configs.errors import ConfigError
from configs.recipe import Recipe
from configs.teachers import Teacher
from flows.progress import notice
from flows.teachers import HOLD, who_may_answer

_LEASE_S = 120.0
"""How long slots stay taken after a run was killed; a run that lives renews its lease."""


def keeping_limits(function: Callable[..., Any], args: Collection[Any]) -> Callable[..., Any]:
    """A step that keeps to the limits its recipe names; the step itself where it names none."""
    recipes = (arg for arg in args if isinstance(arg, Recipe))
    if not any(slots_of(recipe.teachers) for recipe in recipes):
        return function

    @wraps(function)
    def within(*given: Any) -> Any:
        before = HOLD.set(_holding)
        try:
            return function(*given)
        finally:
            HOLD.reset(before)

    return within


def slots_of(teachers: Iterable[Teacher]) -> dict[str, int]:
    """Calls that these teachers may have in flight together, by the limit they count against, in
    the order of names. A provider's batches wait on its side and count against none.
    """
    slots = Counter[str]()
    for teacher in teachers:
        if teacher.concurrency_limit and teacher.is_model and teacher.mode == "direct":
            slots[teacher.concurrency_limit] += teacher.concurrency
    return dict(sorted(slots.items()))


def check_limits(recipe: Recipe) -> None:
    """Look whether the limits of a recipe are there, and hold what a shard of it needs.

    Raises:
        ConfigError: one is not there, or has fewer slots than are asked with at once.
    """
    for teachers in _asked_together(recipe):
        for name, slots in slots_of(teachers).items():
            _look(name, slots)


def _asked_together(recipe: Recipe) -> Iterator[tuple[Teacher, ...]]:
    """The teachers that may be asked at once, by kinds of shards."""
    scoring = {method.scoring.teacher for method in recipe.methods if method.scoring}
    tiers = {teacher.tier for teacher in recipe.writers}
    for chosen in [{tier} for tier in sorted(tiers)] if recipe.routing.enabled else [tiers]:
        named = {teacher.name for teacher in recipe.writers if teacher.tier in chosen}
        yield who_may_answer(recipe, named | scoring)
    for judging in recipe.judges.values():
        yield (recipe.named(judging.teacher),)


@contextmanager
def _holding(teachers: Collection[Teacher]) -> Iterator[None]:
    """Hold the slots of these teachers. Limits are taken in the order of their names, so that no
    two runs wait for each other.
    """
    with ExitStack() as held:
        for name, slots in slots_of(teachers).items():
            found = _look(name, slots)
            if found.active and found.active_slots + slots > found.limit:
                notice(
                    f"waiting for {slots} of the {found.limit} slots of the concurrency limit "
                    f"{name!r}; other runs hold {found.active_slots}"
                )
            # What is in flight is paid for, so a lease that cannot be renewed stops nothing.
            taken = concurrency(
                name,
                occupy=slots,
                lease_duration=_LEASE_S,
                strict=True,
                raise_on_lease_renewal_failure=False,
            )
            held.enter_context(taken)
        yield


def _look(name: str, slots: int) -> GlobalConcurrencyLimitResponse:
    """A limit that is there and holds that many slots."""
    with get_client(sync_client=True) as client:
        try:
            found = client.read_global_concurrency_limit_by_name(name)
        except ObjectNotFound:
            raise ConfigError(
                f"there is no Prefect concurrency limit {name!r}, which a teacher names as "
                f"concurrency_limit; make it: prefect gcl create {name} --limit {slots}"
            ) from None
    if found.active and found.limit < slots:
        raise ConfigError(
            f"the Prefect concurrency limit {name!r} has {found.limit} slots, and {slots} calls "
            "may be in flight at once; lower `concurrency` of the teachers that name it, or raise "
            f"it: prefect gcl update {name} --limit {slots}"
        )
    return found
