"""Which run this is, what others call it, and which other runs work on the same dataset."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.context import FlowRunContext
from prefect.states import Crashed

from configs.recipe import Recipe
from flows.workspace import workspace
from store.versions import Version

_PLACE, _LEFT = "stillhouse.place", "stillhouse.left"
"""Labels of a run: the working folder it locks, and when it gave the lock away (Unix time)."""
_ENDS_WITHIN_S = 60
"""So long a run goes on without its lock, after making a version or after a pause."""
_AT_WORK = [StateType.RUNNING, StateType.CANCELLING]


def run_id() -> UUID:
    """The id of the flow run that this is."""
    context = FlowRunContext.get()
    assert context is not None and context.flow_run is not None, "call it within a flow"
    return context.flow_run.id


def introduce(recipe: Recipe) -> None:
    """Give the run its dataset as name and tag."""
    with get_client(sync_client=True) as client:
        _tag(client, recipe.name, f"dataset:{recipe.name}")


def enter(recipe: Recipe) -> None:
    """Say of this run where it works, once it holds the dataset's lock."""
    with get_client(sync_client=True) as client:
        client.update_flow_run_labels(run_id(), {_PLACE: _place(recipe), _LEFT: 0.0})


def name_version(version: Version) -> None:
    """Give the run its version as name and tag."""
    with get_client(sync_client=True) as client:
        _tag(client, version.name, f"version:{version.number}")


def leave() -> None:
    """Say of this run that it gives the dataset's lock away now."""
    with get_client(sync_client=True) as client:
        client.update_flow_run_labels(run_id(), {_LEFT: time.time()})


@contextmanager
def waiting() -> Iterator[None]:
    """Say of this run that it holds nothing meanwhile, nor for a moment after it."""
    leave()
    yield
    leave()


def others(client: SyncPrefectClient, recipe: Recipe) -> list[FlowRun]:
    """Other runs that say they work on this dataset in this folder."""
    wanted = FlowRunFilter(
        tags=FlowRunFilterTags(all_=[f"dataset:{recipe.name}"]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=_AT_WORK)),
    )
    found, place = client.read_flow_runs(flow_run_filter=wanted), _place(recipe)
    return [run for run in found if run.id != run_id() and run.labels.get(_PLACE) == place]


def end_stale(recipe: Recipe) -> int:
    """Mark other runs of the dataset as crashed. We hold its lock, so their process is gone."""
    count = 0
    with get_client(sync_client=True) as client:
        for run in others(client, recipe):
            if _goes_on(run):
                continue
            why = "its process is gone: another run has taken the dataset's lock since"
            client.set_flow_run_state(run.id, Crashed(message=why), force=True)
            count += 1
    return count


def _goes_on(run: FlowRun) -> bool:
    """Whether a run has given the lock away and can be alive all the same."""
    left = float(str(run.labels.get(_LEFT) or 0))
    resumed = run.state.timestamp.timestamp() if run.state else 0.0
    return bool(left) and time.time() - max(left, resumed) < _ENDS_WITHIN_S


def who_works(recipe: Recipe) -> str:
    """Names of the runs that work on the dataset, in words; empty where none is known."""
    with get_client(sync_client=True) as client:
        names = [f"{run.name} ({run.id})" for run in others(client, recipe)]
    return f"; the run {', '.join(names)} does" if names else ""


def _tag(client: SyncPrefectClient, name: str, tag: str) -> None:
    tags = client.read_flow_run(run_id()).tags
    client.update_flow_run(run_id(), name=name, tags={*tags, tag})


def _place(recipe: Recipe) -> str:
    """What tells apart working folders, also where containers mount them under other names."""
    path = workspace(recipe).root / "place"
    if not path.exists():
        path.write_text(uuid.uuid4().hex)
    return path.read_text()
