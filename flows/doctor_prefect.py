"""Looking at the Prefect server: its database, the work pool and its workers, the deployments, and
what a recipe names there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from configs.errors import ConfigError
from flows.doctor import Finding

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

    from configs.recipe import Recipe
    from configs.teachers import Teacher

POOL = "stillhouse"
"""The work pool of the shipped deployments."""
_MEMORY = "prefect.server.concurrency.lease_storage.memory"


def examine_prefect(recipe: Recipe | None) -> Iterator[Finding]:
    """Look at the Prefect server that PREFECT_API_URL names and that answers; at what a recipe
    names there, too, if one is given.
    """
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        settings: dict[str, Any] = client.request("GET", "/admin/settings").json()["server"]
        yield _version(client)
        online = _workers_online(client)
        yield _database(settings["database"]["driver"], online or 0)
        yield _pool(online)
        yield _deployments(client)
    if recipe is not None:
        yield from _named_by(recipe, settings["concurrency"]["lease_storage"])


def _version(client: SyncPrefectClient) -> Finding:
    import prefect

    theirs, ours = client.api_version(), prefect.__version__
    well = _numbers(theirs) >= _numbers(ours)
    found = f"server {theirs}, here {ours}"
    return Finding("prefect version", well, found, "upgrade the server first, then its clients")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:3] if part.isdigit())


def _database(driver: str | None, online: int) -> Finding:
    """The server hides its database's address, and with it the kind, unless the driver is named."""
    fix = "several workers need PostgreSQL: PREFECT_SERVER_DATABASE_DRIVER=postgresql+asyncpg"
    if driver is None:
        found = "the server does not say which; SQLite unless an address was set"
        return Finding("prefect database", online < 2, found, fix, optional=True)
    postgres = driver.startswith("postgresql")
    kind = "PostgreSQL" if postgres else f"SQLite, {online} workers online"
    return Finding("prefect database", postgres or online < 2, kind, fix)


def _workers_online(client: SyncPrefectClient) -> int | None:
    """Workers of the pool that were heard of lately; None without a pool."""
    from prefect.exceptions import ObjectNotFound

    try:
        client.read_work_pool(POOL)
    except ObjectNotFound:
        return None
    workers = client.read_workers_for_work_pool(POOL)
    return sum(str(worker.status.value) == "ONLINE" for worker in workers if worker.status)


def _pool(online: int | None) -> Finding:
    name = f"work pool {POOL}"
    if online is None:
        found = "not there; `stillhouse serve` needs none"
        fix = f"for workers: prefect work-pool create {POOL} --type process"
        return Finding(name, False, found, fix, optional=True)
    fix = f"start one: prefect worker start --pool {POOL}"
    return Finding(name, online > 0, f"{online} workers online", fix)


def _deployments(client: SyncPrefectClient) -> Finding:
    found = sorted({deployment.name for deployment in client.read_deployments()})
    there = ", ".join(found) or "none"
    fix = "make them: prefect deploy --all, or stillhouse serve; see docs/production.md"
    return Finding("deployments", bool(found), there, fix, optional=True)


def _named_by(recipe: Recipe, leases: str) -> Iterator[Finding]:
    """The limits, Variables and blocks that runs of a recipe will read."""
    from flows.runs.limits import slots_of

    for teacher in recipe.teachers:
        if teacher.api_key_block:
            block = f"secret block {teacher.api_key_block}"
            yield _tried(block, partial(_key, teacher))
    if slots_of(recipe.teachers):
        yield _tried("concurrency limits", partial(_limits, recipe))
        fix = "on the server, set PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE; see docs/production.md"
        kept = leases != _MEMORY
        found = "outlive a restart" if kept else "in memory: a restart leaves slots taken for good"
        yield Finding("leases of limits", kept, found, fix, optional=True)
    yield _tried("budget", partial(_ceilings, recipe))


def _key(teacher: Teacher) -> str:
    from flows.secrets import secret_of

    secret_of(teacher)
    return "holds a key"


def _limits(recipe: Recipe) -> str:
    from flows.runs.limits import check_limits, slots_of

    check_limits(recipe)
    return ", ".join(slots_of(recipe.teachers))


def _ceilings(recipe: Recipe) -> str:
    from flows.runs.budgets import within_variables

    set_ones = within_variables(recipe).ceilings.model_dump(exclude={"prices"}, exclude_none=True)
    return ", ".join(f"{name} {value:g}" for name, value in set_ones.items()) or "no ceiling"


def _tried(name: str, look: Callable[[], str]) -> Finding:
    """What a look found, or why it failed."""
    try:
        return Finding(name, True, look())
    except ConfigError as error:
        return Finding(name, False, str(error), "correct that and look again")
