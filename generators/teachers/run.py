"""What all endpoints of a run share: its journal, its budget, and the calls in flight."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from configs.errors import BudgetExceeded
from configs.teachers import Budget
from store.journal import Journal

_LOOK_AGAIN_S = 1.0


async def sleep(seconds: float, check: Callable[[], None]) -> None:
    """Sleep for so long, unless ``check`` raises meanwhile."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        check()
        await asyncio.sleep(min(left, _LOOK_AGAIN_S))


class InFlight:
    """Calls of all endpoints that are booked and not settled. Whoever finds the budget reserved
    waits here until one of them gives something back.
    """

    def __init__(self) -> None:
        """None yet."""
        self.count = 0
        self.renew()

    def renew(self) -> None:
        """Serve another event loop."""
        self._settled = asyncio.Event()

    def settle(self) -> None:
        """One has ended."""
        self.count -= 1
        self._settled.set()

    async def wait(self) -> None:
        """Wait until one ends."""
        self._settled.clear()
        await self._settled.wait()


@dataclass(frozen=True, slots=True)
class Run:
    """A run by its id; ``ends_at`` is a time of the monotonic clock."""

    id: str
    journal: Journal
    budget: Budget
    ends_at: float
    in_flight: InFlight = field(default_factory=InFlight, compare=False)

    def check_time(self) -> None:
        """Whether calls may still be made.

        Raises:
            BudgetExceeded: the time is up.
        """
        if time.monotonic() > self.ends_at:
            place = self.budget.place_of("max_wall_s")
            raise BudgetExceeded(
                f"{place} is {self.budget.max_wall_s:g}: the time is up. What was "
                f"answered is kept; raise {place} or just run the same command again, "
                "which pays for nothing twice"
            )
