"""All deployments served by one process: known to a Prefect server, and run when it says so."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from configs.errors import ConfigError
from configs.locations import Location
from flows.deployments.forms import where
from flows.deployments.offers import OFFERS, Offer
from flows.runs.reports import serving_reports

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment

# Before Prefect is imported, here and in the processes of the runs: nothing is sent to anyone but
# the teacher and the server named, and our notices belong into the log of a run.
ENVIRONMENT = {"DO_NOT_TRACK": "1", "PREFECT_LOGGING_EXTRA_LOGGERS": "stillhouse"}
for name, value in ENVIRONMENT.items():
    os.environ.setdefault(name, value)

START = "prefect server start\n  export PREFECT_API_URL=http://127.0.0.1:4200/api"


def server() -> str:
    """The address of the Prefect server, from the environment or Prefect's profile.

    Raises:
        ConfigError: none is named, or it does not answer.
    """
    from prefect.settings import PREFECT_API_URL

    from flows.doctor import check_prefect

    url = PREFECT_API_URL.value()
    if not url:
        raise ConfigError(
            "there is no Prefect server to serve: PREFECT_API_URL is not set. Start one in another "
            f"terminal and say where it is:\n  {START}"
        )
    check_prefect(url)
    return str(url)


def ui() -> str:
    """Where people look."""
    from prefect.settings import PREFECT_API_URL, PREFECT_UI_URL

    from flows.diff.recipes import without_secrets

    found = PREFECT_UI_URL.value() or str(PREFECT_API_URL.value()).removesuffix("/api")
    return str(without_secrets(str(found)))


def chosen(only: Sequence[str]) -> list[Offer]:
    """The deployments of these names, all where there are none.

    Raises:
        ConfigError: there is none of a name.
    """
    known = {offer.name: offer for offer in OFFERS}
    strange = [name for name in only if name not in known]
    if strange:
        raise ConfigError(f"no deployment {', '.join(strange)}; there are: {', '.join(known)}")
    return [known[name] for name in only or known]


def check_free(offers: Sequence[Offer]) -> None:
    """See that no work pool has the deployments: its workers would make the same runs.

    Raises:
        ConfigError: one has, with the command that frees them.
    """
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound

    with get_client(sync_client=True) as client:
        for offer in offers:
            full = f"{offer.name}/{offer.name}"
            try:
                pool = client.read_deployment_by_name(full).work_pool_name
            except ObjectNotFound:
                continue
            if pool:
                raise ConfigError(
                    f"{full} belongs to the work pool {pool!r}, whose workers make its runs: "
                    f"prefect worker start --pool {pool}. To serve it from here instead, delete it "
                    f"and its schedules first: prefect deployment delete {full}"
                )


def deployment(offer: Offer, parameters: dict[str, Any]) -> RunnerDeployment:
    """A deployment as a process serves it, its form filled in with these parameters."""
    from prefect.types.entrypoint import EntrypointType

    flow = offer.flow()
    fields = flow.parameters.properties
    made: RunnerDeployment = flow.to_deployment(
        offer.name,
        description=offer.description,
        tags=list(offer.tags),
        parameters={name: value for name, value in parameters.items() if name in fields},
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    return made


def serve(
    offers: Sequence[Offer], parameters: dict[str, Any], limit: int, reports: int | None
) -> None:
    """Register deployments and run what the server asks for, until somebody stops it. Schedules
    stay as people set them, also while nobody serves. Reports are served at the port ``reports``.

    Raises:
        ConfigError: that port is taken.
    """
    from prefect import serve as run

    made = [deployment(offer, parameters) for offer in offers]
    with _reports(where(parameters.get("output", "")), reports):
        run(*made, pause_on_shutdown=False, print_starting_message=False, limit=limit)


@contextmanager
def _reports(folder: Location, port: int | None) -> Iterator[None]:
    """Reports of a local folder at a port, if one is wanted."""
    if port is None or not isinstance(folder, Path):
        yield
        return
    with ExitStack() as stack:
        try:
            stack.enter_context(serving_reports(folder, port))
        except OSError as error:
            raise ConfigError(
                f"cannot serve reports at port {port}: {error.strerror}; choose another with "
                "--reports, or -1 for none"
            ) from None
        yield
