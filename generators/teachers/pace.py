"""How many calls are in flight: the limit adapts to what the server can take.

The limit begins at the recipe's ``concurrency``. It falls by a third when more than a tenth of a
window's calls meet 429, so that scattered ones cost nothing. Where latency shows a queue, fewer
calls are tried for a window; if as much comes back, the queue was all they were, and the trial
goes on downwards to the knee. A limit under the recipe's is tried upwards the same way. Trials
that bring nothing are repeated ever more rarely.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

_LIMITED_SHARE = 0.1
_CUT, _LESS, _MORE = 0.7, 0.8, 1.25
_SAME = 0.05
"""Throughputs that differ by less are the same."""
_QUEUE = 2.0
"""Median latency over the fastest tenth's from which a queue is suspected."""
_REST, _LONGEST_REST = 4, 64


@dataclass
class _Window:
    """Calls that ended since ``since``."""

    since: float
    good: int = 0
    limited: int = 0
    latencies: list[float] = field(default_factory=list)


@dataclass
class Pace:
    """A semaphore with a limit that moves. Use as ``async with pace``."""

    most: int
    clock: Callable[[], float] = time.monotonic
    limit: float = field(init=False)
    in_flight: int = field(default=0, init=False)
    _waiting: deque[asyncio.Future[None]] = field(default_factory=deque, init=False)
    _window: _Window | None = field(default=None, init=False)
    _fastest: float = field(default=float("inf"), init=False)
    _trial: tuple[float, float] | None = field(default=None, init=False)
    _rest: int = field(default=_REST, init=False)
    _next_rest: int = field(default=_REST, init=False)

    def __post_init__(self) -> None:
        """Begin at the recipe's limit."""
        self.limit = float(self.most)

    async def __aenter__(self) -> Pace:
        """Wait for a place."""
        if self.in_flight < int(self.limit) and not self._waiting:
            self.in_flight += 1
            return self
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._leave()
            elif place in self._waiting:  # Whoever left may have passed over it by now.
                self._waiting.remove(place)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Give the place to whoever waits."""
        self._leave()

    def _leave(self) -> None:
        self.in_flight -= 1
        while self._waiting and self.in_flight < int(self.limit):
            place = self._waiting.popleft()
            if not place.done():
                self.in_flight += 1
                place.set_result(None)

    def note(self, latency_s: float, limited: bool) -> None:
        """Count a call that ended; at the end of a window the limit may move."""
        now = self.clock()
        window = self._window
        if window is None:
            window = self._window = _Window(now)
        window.limited += limited
        if not limited:
            window.good += 1
            window.latencies.append(latency_s)
        if window.good + window.limited >= max(32, 2 * int(self.limit)):
            self._adapt(window, max(now - window.since, 1e-6))
            self._window = _Window(now)

    def _adapt(self, window: _Window, seconds: float) -> None:
        if window.limited > _LIMITED_SHARE * (window.good + window.limited):
            self._trial, self._rest = None, _REST
            self._move(self.limit * _CUT)
            return
        rate = window.good / seconds
        ordered = sorted(window.latencies)
        self._fastest = min(self._fastest, ordered[len(ordered) // 10])
        if not self._waiting:
            self._trial = None  # Too little work to learn anything from.
        elif self._trial is not None:
            self._judge(self._trial, rate)
        else:
            self._rest -= 1
            if self._rest <= 0:
                self._try(ordered[len(ordered) // 2], rate)

    def _try(self, median: float, rate: float) -> None:
        """Begin a trial, downwards where there is a queue, else upwards where there is room."""
        self._rest = self._next_rest
        if median > _QUEUE * self._fastest:
            self._trial = (self.limit, rate)
            self._move(self.limit * _LESS)
        elif self.limit < self.most:
            self._trial = (self.limit, rate)
            self._move(self.limit * _MORE)

    def _judge(self, trial: tuple[float, float], rate: float) -> None:
        """Keep what a trial gained and go on, or go back and rest longer."""
        before, rate_before = trial
        down = self.limit < before
        gained = rate >= rate_before * (1 - _SAME if down else 1 + _SAME)
        if not gained:
            self._trial = None
            self._next_rest = min(_LONGEST_REST, 2 * self._next_rest)
            self._rest = self._next_rest
            self._move(before)
            return
        self._trial = (self.limit, max(rate, rate_before) if down else rate)
        self._next_rest = _REST
        self._move(self.limit * (_LESS if down else _MORE))
        if self.limit == self._trial[0]:
            self._trial = None

    def _move(self, limit: float) -> None:
        self.limit = min(float(self.most), max(1.0, limit))
