"""The Prefect flow ``build-dataset``: the pipeline with one task per stage and shard."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

# Before Prefect is imported: nothing is sent to anyone but the teacher and the server named.
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
# Our notices belong into the log of a run.
os.environ.setdefault("PREFECT_LOGGING_EXTRA_LOGGERS", "stillhouse")

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Failed

from configs.recipe import Recipe
from flows.pipeline import build
from flows.terminal import funnel_markdown
from store.publish import QUARANTINED, held_back


@flow(name="build-dataset", flow_run_name="{recipe.name}", retries=0, validate_parameters=True)
def build_dataset(recipe: Recipe, reason: str = "", past_canary: str = "") -> str | State[None]:
    """Build and publish a dataset. A version that its gate holds back ends the run as failed, in
    the state `Quarantined`, which an automation can look for.

    Args:
        recipe: What to make: corpus, teachers, methods, filters, verifiers, target and budget.
        reason: Why the version may have fewer real rows than its parent.
        past_canary: Why to go on though the first candidates are worse than the parent's.
    """
    built = build(recipe, as_task, reason, past_canary)
    create_markdown_artifact(
        funnel_markdown(built.version), key=f"funnel-{artifact_key(recipe.name)}"
    )
    manifest = built.version.manifest
    if held_back(built.version):
        return Failed(name=QUARANTINED.title(), message=f"{built.version.path}: {manifest['note']}")
    return str(built.version.path)


def as_task(function: Callable[..., Any], *args: Any, label: str) -> Any:
    """Run a step as a Prefect task. Shards are the memory of a run, so nothing is cached here, and
    the teacher's client is the one layer that retries.
    """
    run = task(
        name=function.__name__.replace("_", "-"),
        task_run_name=label,
        retries=0,
        cache_policy=NO_CACHE,
        persist_result=False,
    )(function)
    return run(*args)


def artifact_key(name: str) -> str:
    """A dataset's name as Prefect allows it in a key: lower case, digits and dashes."""
    return name.replace("_", "-").replace(".", "-")
