"""How a run ends that cannot go on: failed, in words and without a traceback."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from prefect.client.schemas.objects import State
from prefect.states import Failed

from configs.errors import StillhouseError

Outcome = str | State[Any]
"""What a flow returns: words or a path, or the state that its run shall have."""


def plainly(run: Callable[[], Outcome]) -> Outcome:
    """What it returns; an error that a user can act on ends the run with its own words. It is the
    state's data, for a caller in the same process.
    """
    try:
        return run()
    except StillhouseError as error:
        logging.getLogger("stillhouse").error("%s", error)
        return Failed(message=str(error), data=error)
