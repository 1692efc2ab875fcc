"""When a call counts as hung: far outside of what all the others took."""

from __future__ import annotations

from collections import deque

_LEAST_S, _TIMES = 30.0, 10.0
_AFTER = 50


class HangDetector:
    """Ten times the 99th percentile of recent latencies, at least 30 s and at most ``longest_s``;
    before fifty replies, ``longest_s``.
    """

    def __init__(self, longest_s: float) -> None:
        """Begin knowing nothing."""
        self.deadline_s = self._longest_s = longest_s
        self._latencies: deque[float] = deque(maxlen=200)
        self._seen = 0

    def note(self, latency_s: float) -> None:
        """Learn from a reply; the deadline moves with every fiftieth."""
        self._latencies.append(latency_s)
        self._seen += 1
        if self._seen % _AFTER == 0:
            slow = sorted(self._latencies)[int(0.99 * len(self._latencies))]
            self.deadline_s = min(self._longest_s, max(_LEAST_S, _TIMES * slow))
