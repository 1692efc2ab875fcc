"""What went into the file of a split: rows, and how many tokens they have."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Tokens:
    """Tokens of the rows of a split; ``over`` is how many rows have more than was allowed, null
    where nothing was.
    """

    total: int
    mean: float
    p50: int
    p95: int
    max: int
    over: int | None


@dataclass
class Tally:
    """Counts of a split while it is written; four bytes a row. ``good`` are those with a true
    label.
    """

    rows: int = 0
    good: int = 0
    lengths: array[int] = field(default_factory=lambda: array("I"))

    def tokens(self, most: int | None) -> Tokens | None:
        """What the lengths come to, None where none were counted."""
        return _summed(self.lengths, most) if self.lengths else None


def as_facts(tally: Tally, most: int | None) -> dict[str, Any]:
    """What is written down of a split, as JSON takes it."""
    tokens = tally.tokens(most)
    return {"rows": tally.rows, **({"tokens": asdict(tokens)} if tokens else {})}


def _summed(lengths: Sequence[int], most: int | None) -> Tokens:
    found = np.asarray(lengths, dtype=np.int64)
    # A real row's length, not a mean of two.
    p50, p95 = np.percentile(found, [50, 95], method="inverted_cdf")
    return Tokens(
        total=int(found.sum()),
        mean=round(float(found.mean()), 1),
        p50=int(p50),
        p95=int(p95),
        max=int(found.max()),
        over=None if most is None else int((found > most).sum()),
    )
