"""From figures to places in a drawing."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Puts figures from ``low`` to ``high`` between two places of a drawing, evenly."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a figure."""
        width = self.high - self.low or 1.0
        return round(self.start + (self.end - self.start) * (value - self.low) / width, 1)


@dataclass(frozen=True, slots=True)
class LogScale:
    """The same for figures above 0, evenly by their magnitude."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a figure."""
        low, high = math.log10(self.low), math.log10(self.high)
        return Scale(low, high, self.start, self.end)(math.log10(value))

    def marks(self) -> list[float]:
        """The powers of ten in between, ends included; where they are few, 2 and 5 times them."""
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        powers = [10.0**power for power in range(first, last + 1)]
        finer = [step * power for power in powers for step in (1, 2, 5)]
        inside = [mark for mark in powers if self._holds(mark)]
        return inside if len(inside) > 2 else [mark for mark in finer if self._holds(mark)]

    def _holds(self, mark: float) -> bool:
        return self.low * (1 - 1e-9) <= mark <= self.high * (1 + 1e-9)
