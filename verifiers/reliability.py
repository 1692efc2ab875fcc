"""How far scores can be trusted: figures over scores from 0 to 1 and labels, 1 for supported.

Order plays no part in any of them: rows of equal score are taken together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from store.pages import fill

Floats = NDArray[np.float64]

_EDGE = 1e-6
"""Probabilities are kept this far from 0 and 1 in logarithms."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 48.0, 288.0, 32.0, 272.0
_DOT, _MOST = 2.5, 5.0


class Bin(NamedTuple):
    """Rows of neighbouring scores: the lowest and highest, how many, their mean score, and the
    share of them that is supported.
    """

    lowest: float
    highest: float
    rows: int
    mean: float
    supported: float


def reliability_table(scores: ArrayLike, labels: ArrayLike, bins: int = 10) -> list[Bin]:
    """Bins of equally many rows by rising score, fewer where there are fewer rows."""
    score, label = _sorted(scores, labels)
    found = []
    for part in np.array_split(np.arange(len(score)), min(bins, len(score)) or 1):
        if len(part):
            own = score[part]
            mean, supported = float(own.mean()), float(label[part].mean())
            found.append(Bin(float(own[0]), float(own[-1]), len(part), mean, supported))
    return found


def calibration_error(scores: ArrayLike, labels: ArrayLike, bins: int = 10) -> float:
    """Expected calibration error over bins of equal mass (Naeini et al. 2015; Guo et al.,
    arXiv 1706.04599): the mean distance between score and share of supported rows.
    """
    table = reliability_table(scores, labels, bins)
    total = sum(row.rows for row in table)
    return sum(row.rows * abs(row.mean - row.supported) for row in table) / max(1, total)


def brier(scores: ArrayLike, labels: ArrayLike) -> float:
    """Mean squared distance between scores and labels (Brier 1950)."""
    return float(np.mean((np.asarray(scores, float) - np.asarray(labels, float)) ** 2))


def log_loss(scores: ArrayLike, labels: ArrayLike) -> float:
    """Mean surprise in nats at the labels; a score of 0 or 1 that is wrong costs about 14."""
    score = np.clip(np.asarray(scores, float), _EDGE, 1 - _EDGE)
    label = np.asarray(labels, float)
    return float(-np.mean(label * np.log(score) + (1 - label) * np.log(1 - score)))


def auc(scores: ArrayLike, labels: ArrayLike) -> float:
    """Chance that a supported row scores above an unsupported one, a tie being half a chance; NaN
    without rows of both kinds.
    """
    from scipy.stats import rankdata

    label = np.asarray(labels, bool)
    yes, no = int(label.sum()), int((~label).sum())
    if not yes or not no:
        return math.nan
    ranks = rankdata(np.asarray(scores, float))
    return float((ranks[label].sum() - yes * (yes + 1) / 2) / (yes * no))


def balanced_accuracy(supported: ArrayLike, labels: ArrayLike) -> float:
    """Mean of the shares that are called right among supported and among other rows; NaN without
    rows of both kinds.
    """
    said, label = np.asarray(supported, bool), np.asarray(labels, bool)
    if label.all() or not label.any():
        return math.nan
    return float((said[label].mean() + (~said[~label]).mean()) / 2)


def false_alarm_rate(supported: ArrayLike, labels: ArrayLike) -> float:
    """Share of the supported rows that are called unsupported; NaN where there are none."""
    said, label = np.asarray(supported, bool), np.asarray(labels, bool)
    return float((~said[label]).mean()) if label.any() else math.nan


def threshold_for(scores: ArrayLike, labels: ArrayLike, rate: float) -> float:
    """The highest threshold at which at most this share of the supported rows scores lower; 0 where
    there are none. Scores from the threshold on count as supported.
    """
    own = np.sort(np.asarray(scores, float)[np.asarray(labels, bool)])
    if not len(own):
        return 0.0
    return float(own[min(len(own) - 1, math.floor(rate * len(own) + 1e-9))])


@dataclass(frozen=True, slots=True)
class Dot:
    """One bin in the plot, and what it says."""

    x: float
    y: float
    radius: float
    says: str


def reliability_svg(tables: Sequence[tuple[str, Sequence[Bin]]], title: str) -> str:
    """A plot of shares of supported rows over scores, as SVG to stand in a page, for light and dark
    ones. ``tables`` are up to two by their names, such as before and after calibration; a dot is
    larger the more rows it stands for, and has its figures as its title.
    """
    most = max((row.rows for _, table in tables for row in table), default=1)
    lines = [(name, [_dot(row, most) for row in table]) for name, table in tables]
    return fill(
        Path(__file__).with_name("reliability.svg.j2"),
        title=title,
        lines=lines,
        marks=[(_x(share), _y(share), f"{share:.0%}") for share in (0, 0.25, 0.5, 0.75, 1)],
        box={"left": _LEFT, "right": _RIGHT, "top": _TOP, "bottom": _BOTTOM},
    )


def _dot(row: Bin, most: int) -> Dot:
    radius = _DOT + (_MOST - _DOT) * math.sqrt(row.rows / most)
    says = f"{row.rows:,} with scores around {row.mean:.2f}: {row.supported:.0%} supported"
    return Dot(_x(row.mean), _y(row.supported), radius, says)


def _x(share: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * share


def _y(share: float) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * share


def _sorted(scores: ArrayLike, labels: ArrayLike) -> tuple[Floats, Floats]:
    """Both by rising score; rows of equal score have their mean label, so that no order among them
    decides which bin gets which label.
    """
    score, label = np.asarray(scores, float), np.asarray(labels, float)
    order = np.argsort(score, kind="stable")
    score, label = score[order], label[order]
    if not len(score):
        return score, label
    _, group, count = np.unique(score, return_inverse=True, return_counts=True)
    return score, (np.bincount(group, label) / count)[group]
