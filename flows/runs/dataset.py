"""What a flow does that makes a version: run its steps as tasks, show them, say what came of it."""

from __future__ import annotations

from collections.abc import Callable

from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Failed

from configs.recipe import Recipe
from flows.pipeline import Built
from flows.production import Step
from flows.runs.tasks import as_task
from flows.terminal import funnel_markdown
from store.publish import QUARANTINED, held_back

Make = Callable[[Recipe, Step], Built]
"""Makes a version of a recipe, running each step by the one that is given."""


def run_dataset(recipe: Recipe, make: Make) -> str | State[None]:
    """Make a version within a flow, and return its path. One that its gate holds back ends the run
    as failed, in the state `Quarantined`, which an automation can look for.
    """
    built = make(recipe, as_task)
    create_markdown_artifact(
        funnel_markdown(built.version), key=f"funnel-{artifact_key(recipe.name)}"
    )
    manifest = built.version.manifest
    if held_back(built.version):
        return Failed(name=QUARANTINED.title(), message=f"{built.version.path}: {manifest['note']}")
    return str(built.version.path)


def artifact_key(name: str) -> str:
    """A dataset's name as Prefect allows it in a key: lower case, digits and dashes."""
    return name.replace("_", "-").replace(".", "-")
