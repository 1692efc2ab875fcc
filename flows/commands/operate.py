"""Commands for those who operate Stillhouse with a Prefect server."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer


def automations(
    webhook: Annotated[
        str, typer.Option(help="Name of the Prefect Webhook block to be called.")
    ] = "stillhouse",
) -> None:
    """Print the shipped automations, for: prefect automation create --from-file FILE."""
    from configs.errors import ConfigError
    from flows.doctor import check_prefect

    url = os.environ.get("PREFECT_API_URL")
    if not url:
        raise ConfigError("automations live on a Prefect server: export PREFECT_API_URL")
    check_prefect(url)
    from flows.runs.automations import automations_for

    sys.stdout.write(automations_for(webhook))
