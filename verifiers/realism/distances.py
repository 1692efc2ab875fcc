"""How far two samples of messages are from each other, feature by feature, and what chance gives.

Jensen-Shannon distance with logarithms of base 2 (Lin 1991; Endres and Schindelin 2003): the square
root of the divergence, 0 for equal shares and 1 where no category is in both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from store.user_inputs import InputProfile

LIMIT = 0.15
"""The distance that is too far, unless told otherwise."""
_SPLITS = 400
_LEVEL = 0.95
Shares = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Distance:
    """The distance of two samples in one feature, their shares, and ``chance``: what 95 of 100
    random splits of all their messages into two such samples do not exceed.
    """

    feature: str
    real: Shares
    other: Shares
    value: float
    chance: float

    def is_over(self, limit: float) -> bool:
        """Whether it is over a limit, and more than chance."""
        return self.value > limit and self.value > self.chance


def distances(real: InputProfile, other: InputProfile) -> dict[str, float]:
    """The distance in each feature; empty where a sample is."""
    if not (real.traits and other.traits):
        return {}
    return {name: distance(real.shares[name], other.shares[name]) for name in real.shares}


def compared(real: InputProfile, other: InputProfile, seed: int = 0) -> list[Distance]:
    """The distance in each feature with what chance gives; the same for the same seed."""
    rng = np.random.default_rng(seed)
    return [
        Distance(
            feature,
            real.shares[feature],
            other.shares[feature],
            value,
            _by_chance(real, other, feature, rng),
        )
        for feature, value in distances(real, other).items()
    ]


def distance(one: Shares, two: Shares) -> float:
    """The Jensen-Shannon distance of two distributions over categories."""
    from scipy.spatial.distance import jensenshannon

    names = sorted({*one, *two})
    pair = ([shares.get(name, 0.0) for name in names] for shares in (one, two))
    found = float(jensenshannon(*pair, base=2))
    # Equal shares may come out a hair below zero before the root is taken.
    return 0.0 if np.isnan(found) else found


def _by_chance(
    real: InputProfile, other: InputProfile, feature: str, rng: np.random.Generator
) -> float:
    named = [one.categories[feature] for profile in (real, other) for one in profile.traits]
    counts = np.unique(named, return_counts=True)[1]
    size = len(real.traits)
    ones = rng.multivariate_hypergeometric(counts, size, size=_SPLITS)
    values = _rows(ones / size, (counts - ones) / (len(named) - size))
    return float(np.quantile(values, _LEVEL))


def _rows(ones: NDArray[np.float64], twos: NDArray[np.float64]) -> NDArray[np.float64]:
    """The distance of each row of shares from that of the other table."""
    from scipy.spatial.distance import jensenshannon

    found: NDArray[np.float64] = jensenshannon(ones, twos, base=2, axis=1)
    return np.nan_to_num(found)
