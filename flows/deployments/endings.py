"""How a run ends whose form asked for what cannot be: failed, in words and without a traceback."""

from __future__ import annotations

from collections.abc import Callable

from prefect.client.schemas.objects import State
from prefect.states import Failed

from configs.errors import StillhouseError

Outcome = str | State[None]
"""What a flow returns: words or a path, or the state that its run shall have."""


def plainly(run: Callable[[], Outcome]) -> Outcome:
    """What it returns; an error that a user can act on ends the run with its own words."""
    try:
        return run()
    except StillhouseError as error:
        return Failed(message=str(error))
