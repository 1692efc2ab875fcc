"""A calibration with its threshold, learnt from claims that people labelled, and what it is worth.

Every figure is measured on rows that the curve and the threshold behind it have not seen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from verifiers.calibration import Calibration
from verifiers.curves import best_curve, fit, folds
from verifiers.reliability import (
    Bin,
    balanced_accuracy,
    calibration_error,
    false_alarm_rate,
    reliability_table,
    threshold_for,
)

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_PLACES = 1e6
"""Thresholds are rounded down, so that the claim that set one is not lost by a last digit."""


@dataclass(frozen=True, slots=True)
class Told:
    """Labelled claims, one row each: scores before any calibration, labels (1 is supported), which
    claims the verifier supported without a calibration, and which ones it could support with one.
    """

    scores: Floats
    labels: Floats
    supported: Bools
    open: Bools


@dataclass(frozen=True, slots=True)
class Figures:
    """How right a verifier is on labelled claims: the expected calibration error, the balanced
    accuracy, the share of supported claims that it lost, that of others which it let through; and
    the table behind the first.
    """

    error: float
    accuracy: float
    false_alarms: float
    let_through: float
    table: Sequence[Bin]


@dataclass(frozen=True, slots=True)
class Learnt:
    """A calibration, and the figures without it and with it."""

    calibration: Calibration
    before: Figures
    after: Figures


def learn(told: Told, rate: float, scorer: str) -> Learnt:
    """The calibration that labels lead to, with the highest threshold that loses at most this share
    of the supported claims. It has none where the checks alone lose more than that.
    """
    curve = fit(told.scores, told.labels, scorer)
    calibration = replace(curve, threshold=_threshold(curve, told, rate))
    before = _figures(told, told.scores, told.supported)
    return Learnt(calibration, before, _figures(told, *_unseen(told, rate)))


def supports(calibration: Calibration, scores: Floats, open_: Bools) -> Bools:
    """Which claims a verifier with this calibration supports."""
    found: Bools = open_ & (calibration(scores) >= (calibration.threshold or 0.0))
    return found


def _threshold(curve: Calibration, told: Told, rate: float) -> float | None:
    reachable = np.where(told.open, curve(told.scores), 0.0)
    found = threshold_for(reachable, told.labels, rate)
    return math.floor(found * _PLACES) / _PLACES or None


def _unseen(told: Told, rate: float) -> tuple[Floats, Bools]:
    """Probabilities, and what is supported, by curves and thresholds learnt without these rows."""
    fold = folds(told.scores, told.labels)
    said, supported = np.empty_like(told.scores), np.empty_like(told.open)
    for number in np.unique(fold):
        held = fold == number
        rest = Told(
            *(each[~held] for each in (told.scores, told.labels, told.supported, told.open))
        )
        curve = best_curve(rest.scores, rest.labels)
        curve = replace(curve, threshold=_threshold(curve, rest, rate))
        said[held] = curve(told.scores[held])
        supported[held] = supports(curve, told.scores[held], told.open[held])
    return said, supported


def _figures(told: Told, scores: Floats, supported: Bools) -> Figures:
    return Figures(
        calibration_error(scores, told.labels),
        balanced_accuracy(supported, told.labels),
        false_alarm_rate(supported, told.labels),
        # Letting a claim through that nothing supports is the same error of the other label.
        false_alarm_rate(~supported, 1 - told.labels),
        reliability_table(scores, told.labels),
    )
