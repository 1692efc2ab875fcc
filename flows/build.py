"""The Prefect flows ``build-dataset`` and ``refresh-dataset`` as the command line runs them: with a
whole recipe.
"""

from __future__ import annotations

import os
from typing import Any

# Before Prefect is imported: nothing is sent to anyone but the teacher and the server named.
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
# Our notices belong into the log of a run.
os.environ.setdefault("PREFECT_LOGGING_EXTRA_LOGGERS", "stillhouse")

from prefect import flow
from prefect.client.schemas.objects import State

from configs.recipe import Recipe
from flows.pipeline import build
from flows.refresh import ledger_of, refresh
from flows.runs.dataset import run_dataset


@flow(name="build-dataset", flow_run_name="{recipe.name}", retries=0, validate_parameters=True)
def build_dataset(recipe: Recipe, reason: str = "", past_canary: str = "") -> str | State[Any]:
    """Build and publish a dataset.

    Args:
        recipe: What to make: corpus, teachers, methods, filters, verifiers, target and budget.
        reason: Why the version may have fewer real rows than its parent.
        past_canary: Why to go on though the first candidates are worse than the parent's.
    """
    return run_dataset(recipe, lambda recipe, step: build(recipe, step, reason, past_canary))


@flow(name="refresh-dataset", flow_run_name="{recipe.name}", retries=0, validate_parameters=True)
def refresh_dataset(recipe: Recipe, reason: str = "", past_canary: str = "") -> str | State[Any]:
    """Bring the latest version of a dataset up to its corpus.

    Args:
        recipe: What it is made by.
        reason: Why the version may have fewer real rows than its parent.
        past_canary: Why to go on though the first candidates are worse than the parent's.
    """
    why = (reason, past_canary)
    return run_dataset(recipe, lambda recipe, step: refresh(recipe, step, *why), ledger_of)
