"""When datasets are refreshed: schedules of the deployment ``refresh-dataset``, one for each."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from configs.errors import ConfigError
from flows.progress import notice

REFRESH = "refresh-dataset/refresh-dataset"


def schedule_refresh(
    dataset: str, cron: str, timezone: str, parameters: dict[str, Any], active: bool
) -> str:
    """Set when a dataset is refreshed, in place of its earlier schedule; returns the new one's id.

    Raises:
        ConfigError: the cron line or the zone cannot be read, or the deployment is not there.
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import DeploymentScheduleCreate
    from prefect.client.schemas.schedules import CronSchedule
    from prefect.exceptions import ObjectNotFound

    try:
        when = CronSchedule(cron=cron, timezone=timezone)
    except ValidationError as error:
        said = "; ".join(problem["msg"] for problem in error.errors(include_url=False))
        raise ConfigError(f"--cron {cron!r} --timezone {timezone!r}: {said}") from None
    with get_client(sync_client=True) as client:
        try:
            found = client.read_deployment_by_name(REFRESH)
        except ObjectNotFound:
            raise ConfigError(
                f"the Prefect server has no deployment {REFRESH}; run `stillhouse serve`, or "
                "`prefect deploy --all`"
            ) from None
        for earlier in found.schedules:
            if earlier.slug == dataset:
                notice(f"in place of its earlier schedule, with {earlier.parameters}")
                client.delete_deployment_schedule(found.id, earlier.id)
        given = {"dataset": dataset, **parameters}
        (made,) = client.create_deployment_schedules(
            found.id,
            [
                DeploymentScheduleCreate(
                    schedule=when, active=active, parameters=given, slug=dataset
                )
            ],
        )
    return str(made.id)
