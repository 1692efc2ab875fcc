"""Steps of a build as Prefect tasks, one per stage and shard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.context import FlowRunContext

from flows.runs.limits import keeping_limits

_ARROWS = 64
"""Results whose states are kept."""


def as_task(function: Callable[..., Any], *args: Any, label: str) -> Any:
    """Run a step as a Prefect task. Shards are the memory of a run, so nothing is cached here, and
    the teacher's client is the one layer that retries. What it asks, it asks within the limits that
    its teachers share with other runs.
    """
    run = task(
        name=function.__name__.replace("_", "-"),
        task_run_name=label,
        retries=0,
        cache_policy=NO_CACHE,
        persist_result=False,
    )(keeping_limits(function, args))
    result = run(*args)
    _forget()
    return result


def _forget() -> None:
    """Prefect keeps the state of every result for as long as a flow runs, for the arrows of its
    graph; of thousands of shards only the latest are kept.
    """
    context = FlowRunContext.get()
    kept = context.run_results if context is not None else {}
    for old in [*kept][:-_ARROWS]:
        kept.pop(old, None)
