"""What a load comes to: percentiles of its calls, throughput, and the knee of a sweep. All pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Place = tuple[str, str]
"""A passage, as document id and passage id."""

_NEARLY_BEST = 0.95
_STEADY = 4.0
"""Most that p99 of the time to the first token may be over its median."""
_SLOW_LOOP_S, _BUSY = 0.05, 0.9


@dataclass(frozen=True, slots=True)
class Call:
    """A call that ended, its times in seconds on one clock; ``gaps_s`` lie between the pieces of
    the answer. ``place`` is the passage of a planned prompt, None for a repair.
    """

    outcome: str
    started: float
    ended: float
    place: Place | None = None
    ttft_s: float | None = None
    gaps_s: tuple[float, ...] = ()
    tokens: int = 0

    @property
    def tpot_s(self) -> float | None:
        """Seconds per output token after the first one."""
        if self.ttft_s is None or self.tokens < 2:
            return None
        return (self.ended - self.started - self.ttft_s) / (self.tokens - 1)


@dataclass(frozen=True, slots=True)
class Client:
    """How this process kept up: what its event loop was late by, and its share of one core."""

    lag_s: float
    cpu: float

    @property
    def is_bottleneck(self) -> bool:
        """Whether the figures say more of this process than of the teacher."""
        return self.lag_s > _SLOW_LOOP_S or self.cpu > _BUSY


@dataclass(frozen=True, slots=True)
class Spread:
    """Percentiles of a time, in seconds."""

    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Level:
    """One concurrency of a sweep. Times are those of calls that were answered, None where there
    were none; ``in_flight`` is the mean that was really reached.
    """

    concurrency: int
    calls: int
    in_flight: float
    ttft: Spread | None
    cold: Spread | None
    warm: Spread | None
    gaps: Spread | None
    tpot: Spread | None
    whole: Spread | None
    tokens_s: float
    accepted: int
    accepted_min: float
    outcomes: Mapping[str, int]
    client: Client

    @property
    def is_steady(self) -> bool:
        """Whether the slowest first tokens are not far behind the usual ones."""
        return self.ttft is not None and self.ttft.p99 <= _STEADY * self.ttft.p50


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest of sorted values that at least this share of them does not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def spread(values: Iterable[float | None]) -> Spread | None:
    """Percentiles of the values that there are, or None."""
    ordered = sorted(value for value in values if value is not None)
    return Spread(*(percentile(ordered, p) for p in (0.5, 0.95, 0.99))) if ordered else None


def is_warm(call: Call, first_read: Mapping[Place, float]) -> bool:
    """Whether the server had begun to answer another prompt with this passage when it was sent."""
    return call.place is not None and first_read.get(call.place, math.inf) <= call.started


def note_read(first_read: dict[Place, float], calls: Iterable[Call]) -> None:
    """Note when the server had first read each passage: when it gave a first token."""
    for call in calls:
        if call.place is not None and call.ttft_s is not None:
            read = call.started + call.ttft_s
            first_read[call.place] = min(read, first_read.get(call.place, math.inf))


def throughput(calls: Sequence[Call]) -> float:
    """Output tokens a second while the load was full: from the first end to the last start, since
    the run-up and the run-out of a short level say nothing of the teacher. A call's tokens are
    taken to come evenly between its first token and its end.
    """
    if not calls:
        return 0.0
    start, stop = min(call.ended for call in calls), max(call.started for call in calls)
    if stop <= start:  # never full: there were no more calls than places
        start, stop = min(call.started for call in calls), max(call.ended for call in calls)
    return sum(call.tokens * _share_within(call, start, stop) for call in calls) / (stop - start)


def _share_within(call: Call, start: float, stop: float) -> float:
    first = call.started + (call.ttft_s or 0.0)
    length = call.ended - first
    if length <= 0:
        return float(start < call.ended <= stop)
    return max(0.0, min(stop, call.ended) - max(start, first)) / length


def level_of(
    concurrency: int,
    calls: Sequence[Call],
    first_read: Mapping[Place, float],
    accepted: int,
    client: Client,
) -> Level:
    """The figures of the calls of one level, of which there is at least one."""
    well = [call for call in calls if call.outcome == "ok"]
    planned = [call for call in well if call.place is not None]
    seconds = max(max(c.ended for c in calls) - min(c.started for c in calls), 1e-9)
    rate, tokens = throughput(well), sum(call.tokens for call in well)
    return Level(
        concurrency=concurrency,
        calls=len(calls),
        in_flight=sum(call.ended - call.started for call in calls) / seconds,
        ttft=spread(call.ttft_s for call in well),
        cold=spread(call.ttft_s for call in planned if not is_warm(call, first_read)),
        warm=spread(call.ttft_s for call in planned if is_warm(call, first_read)),
        gaps=spread(gap for call in well for gap in call.gaps_s),
        tpot=spread(call.tpot_s for call in well),
        whole=spread(call.ended - call.started for call in well),
        tokens_s=rate,
        accepted=accepted,
        accepted_min=60 * accepted * rate / tokens if tokens else 0.0,
        outcomes=dict(Counter(call.outcome for call in calls).most_common()),
        client=client,
    )


def concurrencies(most: int) -> list[int]:
    """1, 2, 4, 8 and so on, and ``most`` itself."""
    return [2**power for power in range(most.bit_length()) if 2**power < most] + [most]


def knee(levels: Sequence[Level]) -> Level | None:
    """The lowest concurrency that is nearly as fast as the best one and has steady first tokens;
    None where no such level is steady.
    """
    return next((level for level in _nearly_best(levels) if level.is_steady), None)


def recommended(levels: Sequence[Level]) -> Level | None:
    """The knee; without one the fastest steady level, else the lowest that is nearly the best;
    None where nothing was answered.
    """
    if not any(level.tokens_s for level in levels):
        return None
    steady = [level for level in levels if level.is_steady]
    fastest = max(steady, key=lambda level: level.tokens_s, default=None)
    return knee(levels) or fastest or _nearly_best(levels)[0]


def _nearly_best(levels: Sequence[Level]) -> list[Level]:
    """Levels within a twentieth of the best throughput, the lowest concurrency first."""
    best = max(level.tokens_s for level in levels)
    ordered = sorted(levels, key=lambda level: level.concurrency)
    return [level for level in ordered if level.tokens_s >= _NEARLY_BEST * best]
