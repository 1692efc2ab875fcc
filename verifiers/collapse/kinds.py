"""Kinds of rows and how many there are of each: how even they are, what is unseen, what is lost.

Counts have kinds on their last axis; figures are taken over it, so that a table of counts, a row
for each parting, gives a figure for each.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import xlogy

Counts = NDArray[np.int64]
Figure = NDArray[np.float64]
_LEAST, _LEFT = 4, 4
"""A kind of at least so many rows of which at most one in so many is left has been emptied."""


def places(labels: NDArray[np.int64], kinds: int) -> csr_array:
    """Which row is of which kind: a row each, a column for each kind."""
    rows = np.arange(len(labels))
    return csr_array((np.ones(len(labels), np.int64), (rows, labels)), (len(labels), kinds))


def counts_by_kind(placed: csr_array, masks: NDArray[np.bool_]) -> Counts:
    """Rows of each kind under each mask, one row of ``masks`` each."""
    return np.asarray(masks.astype(np.int64) @ placed)


def hill(counts: Counts, order: int) -> Figure:
    """Hill number (Hill 1973): the effective number of kinds, ``(sum p^q)^(1 / (1 - q))``; for
    order 1 its limit, ``exp(-sum p log p)``. Order 0 counts kinds, 2 is the inverse Simpson index.
    No rows are no kinds.
    """
    total = counts.sum(axis=-1, keepdims=True)
    if order == 0:
        return np.asarray((counts > 0).sum(axis=-1), np.float64)
    share = counts / np.maximum(1, total)
    if order == 1:
        value = np.exp(-xlogy(share, share).sum(axis=-1))
    else:
        value = np.maximum((share**order).sum(axis=-1), 1e-300) ** (1 / (1 - order))
    return np.where(total[..., 0] > 0, value, 0.0)


def unseen_mass(counts: Counts) -> Figure:
    """Good-Turing estimate of the probability that the next row is of a kind not seen yet
    (Good 1953): kinds seen once over all rows, ``f1 / n``.
    """
    return np.asarray((counts == 1).sum(axis=-1) / np.maximum(1, counts.sum(axis=-1)))


def rare_coverage(mine: Counts, theirs: Counts, share: float) -> Figure:
    """Of the rarest kinds of a reference, those that together hold ``share`` of its rows, the share
    that has a row here; 1 where it has no rare kinds.
    """
    order = np.argsort(theirs, axis=-1, kind="stable")
    sizes = np.take_along_axis(theirs, order, -1)
    here = np.take_along_axis(mine, order, -1) > 0
    rare = (sizes > 0) & (sizes.cumsum(axis=-1) <= share * sizes.sum(axis=-1, keepdims=True))
    many = rare.sum(axis=-1)
    return np.where(many > 0, (rare & here).sum(axis=-1) / np.maximum(1, many), 1.0)


def emptied(mine: Counts, theirs: Counts) -> Figure:
    """Share of a reference's rows of kinds of which a quarter or less is left here; kinds of fewer
    than four rows do not count.
    """
    lost = np.where(_are_lost(mine, theirs), theirs, 0).sum(axis=-1)
    return np.asarray(lost / np.maximum(1, theirs.sum(axis=-1)))


def emptying(mine: Counts, theirs: Counts) -> Figure:
    """How unlikely it is that kinds were emptied, less the same for those that were filled, since a
    version that breaks new ground has fewer rows of all others: half of each kind's deviance from
    an even parting (Wilks 1938) above what chance gives, so that a few that are gone weigh more
    than many that are nearly so.
    """
    return _lost(mine, theirs) - _lost(theirs, mine)


def _lost(mine: Counts, theirs: Counts) -> Figure:
    half = np.maximum((mine + theirs) / 2, 1e-12)
    deviance = xlogy(mine, mine / half) + xlogy(theirs, theirs / half)
    excess = np.where(_are_lost(mine, theirs), np.maximum(0, deviance - 1), 0.0)
    return np.asarray((excess**1.5).sum(axis=-1))


def _are_lost(mine: Counts, theirs: Counts) -> NDArray[np.bool_]:
    return (theirs >= _LEAST) & (_LEFT * mine <= theirs)
