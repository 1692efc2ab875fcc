"""Whether a version differs from a reference by more than chance, and in the direction of damage.

Two samples of equal size are pooled and parted at random many times (Fisher 1935). Where both come
from the same place, the true parting is one of those: its rank is an exact p-value, whatever the
statistic. The gated figures of a panel are judged together by the step-down maximum (Westfall and
Young 1993), which is Holm's method with the dependence between the figures known instead of
feared: the probability of any false alarm stays below ``alpha``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Harm = Literal["higher", "lower", "both"]
"""Where a difference is damage. Getting better is then no alarm."""
Statistics = Mapping[str, NDArray[np.float64]]
"""By metric: the statistic of the true parting, then those of the permuted ones."""


@dataclass(frozen=True)
class Finding:
    """A figure beside its permutations: how many of their standard deviations it lies from their
    mean, how likely one is as harmful, and the same given all gated figures.
    """

    effect: float
    p: float
    p_adjusted: float | None


def partings(count: int, permutations: int, seed: int) -> NDArray[np.bool_]:
    """Ways to part twice ``count`` rows into halves, one per row; the first is the true one: the
    first half is the version's.
    """
    rng = np.random.default_rng(seed)
    true = np.arange(2 * count) < count
    return np.stack([true, *(rng.permutation(true) for _ in range(permutations))])


def judge(
    statistics: Statistics, harm: Mapping[str, Harm], gated: Collection[str]
) -> dict[str, Finding]:
    """Effect and p-values of each statistic; those that are gated are adjusted together."""
    effects, scores = {}, {}
    for name, values in statistics.items():
        spread = values.std()
        effect = (values - values.mean()) / spread if spread > 1e-12 else np.zeros(len(values))
        effects[name] = float(effect[0])
        scores[name] = _harmful(effect, harm[name])
    judged = [name for name in statistics if name in gated]
    adjusted = _step_down([scores[name] for name in judged])
    by_name = dict(zip(judged, adjusted, strict=True))
    return {
        name: Finding(effects[name], _p(scores[name]), by_name.get(name)) for name in statistics
    }


def _harmful(effect: NDArray[np.float64], harm: Harm) -> NDArray[np.float64]:
    if harm == "both":
        return np.abs(effect)
    return effect if harm == "higher" else -effect


def _p(scores: NDArray[np.float64]) -> float:
    """Share of the partings, the true one among them, that are as harmful as the true one."""
    return float((scores >= scores[0] - 1e-9).mean())


def _step_down(scores: Sequence[NDArray[np.float64]]) -> list[float]:
    """Adjusted p-values by the maximum over this and all less harmful figures."""
    order = sorted(range(len(scores)), key=lambda at: -scores[at][0])
    adjusted, running = [0.0] * len(scores), 0.0
    for rank, at in enumerate(order):
        highest = np.max([scores[other] for other in order[rank:]], axis=0)
        # As harmful as this one, not as the maximum of the true parting.
        running = max(running, float(np.mean(np.append(highest[1:] >= scores[at][0] - 1e-9, True))))
        adjusted[at] = running
    return adjusted
