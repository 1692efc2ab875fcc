"""When to try again: full jitter between tries, and a budget for all retries together.

Full jitter is drawn evenly between nothing and an exponentially growing cap ("Exponential backoff
and jitter", AWS Architecture Blog, 2015). The budget keeps a server's bad hour from doubling its
load: each request that is sent allows a tenth of a retry.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

_FIRST_S, _LONGEST_S = 1.0, 32.0
_AT_FIRST = 10.0
_PER_SECOND = 0.2
"""So that the last calls of a run, after which no request comes, do not wait for ever."""


def full_jitter(tried: int, draw: Callable[[], float] = random.random) -> float:
    """Seconds to wait after that many tries: evenly between 0 and 1, 2, 4, ... at most 32."""
    return draw() * min(_LONGEST_S, _FIRST_S * 2.0 ** (tried - 1))


@dataclass
class RetryBudget:
    """Retries that may be sent: ``share`` of the requests, and ten to begin with."""

    share: float
    clock: Callable[[], float] = time.monotonic
    level: float = field(default=_AT_FIRST, init=False)
    _at: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        """Begin now."""
        self._at = self.clock()

    def earn(self) -> None:
        """A first try was sent."""
        self.level += self.share

    async def take(self, check: Callable[[], None]) -> None:
        """Wait until a retry is allowed, and use it. Those that wait behind many others call
        ``check``, which raises where waiting makes no sense any more.
        """
        while True:
            now = self.clock()
            self.level += (now - self._at) * _PER_SECOND
            self._at = now
            if self.level >= 1:
                self.level -= 1
                return
            check()
            await asyncio.sleep(0.1)
