"""Intervals of figures that no formula covers, from random halves of the rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from verifiers.collapse.families import Family

Mask = NDArray[np.bool_]


class Interval(NamedTuple):
    """Ends of a 95 % interval."""

    low: float
    high: float


def intervals(family: Family, version: Mask, halves: int, seed: int) -> Mapping[str, Interval]:
    """An interval of each figure of these rows beside the others.

    The spread over random halves, drawn without replacement, is the standard error of the whole
    (Shao and Wu 1989, the delete-half jackknife). A bootstrap would draw rows twice, which is just
    what these figures look for. What changes with the number of rows moves all halves alike, and so
    not their spread.
    """
    values = family.values(version, ~version)
    if version.sum() < 4:
        return {name: Interval(value, value) for name, value in values.items()}
    rng = np.random.default_rng([seed, 2])
    drawn = [family.values(_half(version, rng), _half(~version, rng)) for _ in range(halves)]
    reach = float(t.ppf(0.975, halves - 1))
    found = {}
    for name, value in values.items():
        error = reach * float(np.std([each[name] for each in drawn], ddof=1))
        found[name] = Interval(value - error, value + error)
    return found


def _half(rows: Mask, rng: np.random.Generator) -> Mask:
    at = np.flatnonzero(rows)
    found = np.zeros(len(rows), bool)
    found[rng.choice(at, len(at) // 2, replace=False)] = True
    return found
