"""How likely a claim is supported, after what the checks and the wording said of it.

A logistic curve whose few weights were fitted on labelled pairs (see ``benchmarks/verify_fit.py``),
each set and each label with equal weight. It is a starting point: labels of one's own corpus make
it better, see :mod:`verifiers.calibration`.
"""

from __future__ import annotations

import math
from typing import NamedTuple


class Weights(NamedTuple):
    """Log odds: of any claim, of its being called supported or contradicted, of each share of its
    wording that was found (for supported claims, and for those not found), and of a part missing.
    """

    base: float
    supported: float
    contradicted: float
    held: float
    seen: float
    lacking: float


FITTED = Weights(-1.15, -0.56, -3.04, 3.48, 1.12, -0.80)
VERBATIM = 0.95
"""Of a claim that stands in a passage word for word: what follows there may still restrict it."""


def likelihood(verdict: str, wording: float, lacking: bool, weights: Weights = FITTED) -> float:
    """Probability, from 0 to 1, that a claim with this verdict is supported in truth; ``wording``
    is the share of its wording that was found, ``lacking`` says that a part of it was not.
    """
    odds = weights.base
    if verdict == "supported":
        odds += weights.supported + weights.held * wording
    elif verdict == "contradicted":
        odds += weights.contradicted
    else:
        odds += weights.seen * wording + weights.lacking * lacking
    return 1 / (1 + math.exp(-odds))
