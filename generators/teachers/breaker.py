"""The circuit breaker of an endpoint: a server in trouble is left alone, then asked carefully."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from configs.errors import TeacherUnavailable

_WINDOW_S, _SHARE, _LEAST = 60.0, 0.2, 20
"""Opens at more than a fifth of failures in a minute, and not before twenty calls."""
_FIRST_REST_S, _LONGEST_REST_S = 2.0, 30.0
_BUCKET_S = 5.0


@dataclass
class Breaker:
    """Closed: calls pass. Open: they wait. Half open: one probe passes, and decides."""

    patience_s: float
    clock: Callable[[], float] = time.monotonic
    down_since: float | None = field(default=None, init=False)
    _counts: deque[list[float]] = field(default_factory=deque, init=False)
    _probe_at: float = field(default=0.0, init=False)
    _rest_s: float = field(default=_FIRST_REST_S, init=False)
    _probing: bool = field(default=False, init=False)

    @property
    def blocked(self) -> bool:
        """Whether a call must wait: it is open, and no probe is wanted now."""
        probe = self.clock() >= self._probe_at and not self._probing
        return self.down_since is not None and not probe

    def check(self) -> None:
        """Whether there is hope yet.

        Raises:
            TeacherUnavailable: the endpoint has been down for longer than ``patience_s``.
        """
        if self.down_since is not None and self.clock() - self.down_since > self.patience_s:
            raise TeacherUnavailable(
                f"more than {_SHARE:.0%} of its calls failed, and no probe has succeeded for "
                f"{self.patience_s:g} s (patience_s)"
            )

    async def enter(self) -> bool:
        """Wait while the breaker is open. True where this call is the probe.

        Raises:
            TeacherUnavailable: the endpoint has been down for longer than ``patience_s``.
        """
        while self.down_since is not None:
            self.check()
            now = self.clock()
            if now >= self._probe_at and not self._probing:
                self._probing = True
                return True
            await asyncio.sleep(min(1.0, max(0.02, self._probe_at - now)))
        return False

    def note(self, well: bool, probe: bool) -> None:
        """Count a call that ended; calls from before the breaker opened decide nothing."""
        now = self.clock()
        if self.down_since is not None:
            if probe:
                self._probing = False
                self._after_probe(well, now)
            return
        counts = self._counts
        if not counts or now - counts[-1][0] >= _BUCKET_S:
            counts.append([now, 0, 0])
        counts[-1][1] += 1
        counts[-1][2] += not well
        while now - counts[0][0] > _WINDOW_S:
            counts.popleft()
        calls, failed = sum(c[1] for c in counts), sum(c[2] for c in counts)
        if not well and calls >= _LEAST and failed > _SHARE * calls:
            self.down_since = now
            self._probe_at = now + self._rest_s

    def abandon(self, probe: bool) -> None:
        """A call that ended without saying anything of the endpoint; the next may be the probe."""
        if probe:
            self._probing = False

    def _after_probe(self, well: bool, now: float) -> None:
        if well:
            self.down_since, self._rest_s = None, _FIRST_REST_S
            self._counts.clear()
        else:
            self._rest_s = min(_LONGEST_REST_S, 2 * self._rest_s)
            self._probe_at = now + self._rest_s
