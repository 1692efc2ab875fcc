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
        """The powers of ten in between, both ends included where they are some."""
        first, last = math.log10(self.low) - 1e-9, math.log10(self.high) + 1e-9
        return [10.0**power for power in range(math.ceil(first), math.floor(last) + 1)]
