"""Token buckets on requests and tokens, corrected by what the server's headers say."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from generators.teachers.adapter import Limit, Limits

_LONGEST_SLEEP_S = 1.0
"""Sleepers look again after this long, since headers may have moved the bucket."""


@dataclass
class Bucket:
    """What may be used at once, and how it fills again. No limit is known at first, unless the
    recipe gives one per minute.
    """

    per_minute: float | None = None
    clock: Callable[[], float] = time.monotonic
    level: float = field(default=0.0, init=False)
    _most: float = field(default=0.0, init=False)
    _per_second: float = field(default=0.0, init=False)
    _at: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        """Begin full."""
        self._at = self.clock()
        if self.per_minute is not None:
            self.level = self._most = self.per_minute
            self._per_second = self.per_minute / 60

    @property
    def known(self) -> bool:
        """Whether there is a limit."""
        return self._most > 0

    def wait_s(self, amount: float) -> float:
        """Seconds until that amount is there; more than fits is there once the bucket is full."""
        if not self.known:
            return 0.0
        self._fill()
        missing = min(amount, self._most) - self.level
        return max(0.0, missing / self._per_second)

    def take(self, amount: float) -> None:
        """Use it. The level may fall under zero where a call needs more than fits."""
        if self.known:
            self.level -= amount

    def give_back(self, amount: float) -> None:
        """What was taken and not used; a negative amount is used on top."""
        if self.known:
            self.level = min(self._most, self.level + amount)

    def learn(self, limit: Limit) -> None:
        """Follow the server, unless the recipe's own limit is the stricter one."""
        if limit.most is None or limit.most <= 0:
            return
        self._fill()
        rate = limit.most / 60
        if limit.left is not None and limit.full_s and limit.most > limit.left:
            # The time until it is full again tells the true rate: a limit may be one per day.
            rate = (limit.most - limit.left) / max(limit.full_s, 0.001)
        most = limit.most
        if self.per_minute is not None:
            most, rate = min(most, self.per_minute), min(rate, self.per_minute / 60)
        if not self.known:
            self.level = most
        self._most, self._per_second = most, max(rate, 1e-6)
        self.level = min(self.level, most if limit.left is None else limit.left)

    def _fill(self) -> None:
        now = self.clock()
        self.level = min(self._most, self.level + (now - self._at) * self._per_second)
        self._at = now


class Rates:
    """Both buckets of an endpoint; all shards of a run share them."""

    def __init__(self, requests_per_minute: int | None, tokens_per_minute: int | None) -> None:
        """Begin with the recipe's limits, if it has any."""
        self.requests = Bucket(requests_per_minute)
        self.tokens = Bucket(tokens_per_minute)

    async def take(self, tokens: float, check: Callable[[], None]) -> None:
        """Wait until a request with that many tokens fits, and use them. What ``check`` raises
        ends the waiting.
        """
        while (wait := max(self.requests.wait_s(1), self.tokens.wait_s(tokens))) > 0:
            check()
            await asyncio.sleep(min(wait, _LONGEST_SLEEP_S))
        self.requests.take(1)
        self.tokens.take(tokens)

    def settle(self, taken: float, used: float) -> None:
        """Correct the guess of a call's tokens once they are known."""
        self.tokens.give_back(taken - used)

    def learn(self, limits: Limits) -> None:
        """Follow the headers of a reply."""
        self.requests.learn(limits.requests)
        self.tokens.learn(limits.tokens)
