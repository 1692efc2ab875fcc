"""How a run ends that cannot go on: failed, skipped or cancelled, in words, without a traceback."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Failed

from configs.errors import DatasetBusy, StillhouseError

Outcome = str | State[Any]
"""What a flow returns: words or a path, or the state that its run shall have."""


def plainly(run: Callable[[], Outcome]) -> Outcome:
    """What it returns; an error that a user can act on ends the run with its own words, as
    `Skipped` where another process works on the dataset, and whoever stops it has it `Cancelled`.
    The error is the state's data, for a caller in the same process.
    """
    try:
        return run()
    except KeyboardInterrupt as stop:
        said = "stopped; what was answered is kept, and a new run of the same recipe goes on"
        return Cancelled(message=said, data=stop)
    except DatasetBusy as error:
        return Cancelled(name="Skipped", message=str(error), data=error)
    except StillhouseError as error:
        logging.getLogger("stillhouse").error("%s", error)
        return Failed(message=str(error), data=error)
