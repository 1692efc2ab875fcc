"""Curves from scores to probabilities, learnt from labelled claims.

Platt's logistic curve (Platt 1999) or isotonic regression (Zadrozny and Elkan 2002), whichever
surprises less on rows it has not seen; too few labels change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verifiers.calibration import Calibration, log_odds, share_of
from verifiers.reliability import log_loss

Floats = NDArray[np.float64]
Learn = Callable[[Floats, Floats], Calibration]

LEAST = 100
"""Labels below which a curve would be drawn through chance."""
_FOLDS = 5
_STEPS = 100


def fit(scores: ArrayLike, labels: ArrayLike, scorer: str = "") -> Calibration:
    """The calibration of scores from 0 to 1 by labels, 1 for supported, in any order.

    Which curve is chosen by the log loss over five folds. Below 100 labels, or with labels of one
    kind, it is the identity.
    """
    score, label = np.asarray(scores, np.float64), np.asarray(labels, np.float64)
    if len(score) < LEAST or len(np.unique(label)) < 2:
        return Calibration(labelled=len(score), scorer=scorer)
    return replace(best_curve(score, label), scorer=scorer)


def best_curve(score: Floats, label: Floats) -> Calibration:
    """The curve that surprises less on unseen folds, however few the labels are."""
    # By score within each label, so that each fold has scores of all heights.
    order = np.lexsort((score, label))
    score, label = score[order], label[order]
    curves: tuple[Learn, ...] = (platt, isotonic)
    best = min(curves, key=lambda learn: _unseen_loss(learn, score, label))
    return best(score, label)


def folds(scores: Floats, labels: Floats) -> NDArray[np.int64]:
    """The fold of each row, from 0 to 4: each has scores of all heights of either label."""
    found = np.empty(len(scores), np.int64)
    found[np.lexsort((scores, labels))] = np.arange(len(found)) % _FOLDS
    return found


def _unseen_loss(learn: Learn, scores: Floats, labels: Floats) -> float:
    """Log loss of rows by curves that were learnt without them."""
    fold = folds(scores, labels)
    said = np.empty_like(scores)
    for number in range(_FOLDS):
        held = fold == number
        said[held] = learn(scores[~held], labels[~held])(scores[held])
    return log_loss(said, labels)


def platt(scores: Floats, labels: Floats) -> Calibration:
    """The logistic curve of least log loss, by Newton's method; labels are drawn in a little, as
    Platt has it, so that rows that are told apart without fault give no infinite slope. Scores that
    point the wrong way get a flat curve.
    """
    x = np.stack([log_odds(scores), np.ones(len(scores))], axis=1)
    yes = float(labels.sum())
    no = len(labels) - yes
    target = np.where(labels > 0, (yes + 1) / (yes + 2), 1 / (no + 2))
    flat = np.array([0.0, np.log((yes + 1) / (no + 1))])
    weight = flat
    for _ in range(_STEPS):
        found = share_of(x @ weight)
        curve = x.T @ (x * (found * (1 - found))[:, None]) + 1e-9 * np.eye(2)
        step = np.linalg.solve(curve, x.T @ (target - found))
        before = _loss(x @ weight, target)
        # From far off, a whole step may overshoot.
        while _loss(x @ (weight + step), target) > before and np.abs(step).max() > 1e-12:
            step = step / 2
        weight = weight + step
        if np.abs(step).max() < 1e-10:
            break
    slope, offset = weight if weight[0] >= 0 else flat
    return Calibration("platt", len(scores), slope=float(slope), offset=float(offset))


def _loss(odds: Floats, target: Floats) -> float:
    return float(np.mean(np.logaddexp(0, odds) - target * odds))


def isotonic(scores: Floats, labels: Floats) -> Calibration:
    """The rising steps of least squared error (pool adjacent violators), one point per step at its
    mean score; the outermost are no surer than their number of rows allows (Laplace).
    """
    distinct, group, counts = np.unique(scores, return_inverse=True, return_counts=True)
    positive = np.bincount(group, labels)
    blocks: list[tuple[float, float, int]] = []
    for score, yes, count in zip(distinct, positive, counts, strict=True):
        block = (float(score * count), float(yes), int(count))
        while blocks and blocks[-1][1] * block[2] >= block[1] * blocks[-1][2]:
            before = blocks.pop()
            block = (before[0] + block[0], before[1] + block[1], before[2] + block[2])
        blocks.append(block)
    points = tuple(total / count for total, _, count in blocks)
    shares = _no_surer([(yes, count) for _, yes, count in blocks])
    return Calibration("isotonic", len(scores), scores=points, probabilities=tuple(shares))


def _no_surer(blocks: Sequence[tuple[float, int]]) -> list[float]:
    """Shares of supported rows; those of 0 and 1 are drawn in, but not past their neighbours."""
    shares = [yes / count for yes, count in blocks]
    inner = [share for share in shares if 0 < share < 1]
    low = [1 / (count + 2) for yes, count in blocks if yes == 0]
    high = [1 - 1 / (count + 2) for yes, count in blocks if yes == count]
    floor, ceiling = min([*low, *inner, 0.5]), max([*high, *inner, 0.5])
    return [min(max(share, floor), ceiling) for share in shares]
