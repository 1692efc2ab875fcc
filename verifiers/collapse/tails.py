"""Tails: clusters of meaning, how many a sample would show, and which have vanished."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from store.kmeans import KMeans, cluster, training_rows
from store.stages import Vectors

Counts = NDArray[np.int64]
_MOST = 1000
_STEP = 65_536
_ROUNDS = 6
"""Of moving centroids: later ones move few rows, and no figure noticeably."""


def rarefied(counts: Counts, size: int, order: int) -> float:
    """The Hill number of order 0, 1 or 2 expected in ``size`` rows drawn from these without
    replacement (Chao et al. 2014, as in iNEXT): of the expected numbers of kinds seen k times,
    ``f_k(m) = sum_i C(x_i, k) C(n - x_i, m - k) / C(n, m)``.

    Raises:
        ValueError: ``size`` is more than there are, or below 1.
    """
    found, total = counts[counts > 0].astype(np.int64), int(counts.sum())
    if not 1 <= size <= total:
        raise ValueError(f"cannot draw {size} of {total} rows")
    if order == 0:
        lacking = np.exp(_log_choose(total - found, size) - _log_choose(total, size))
        return float(len(found) - lacking.sum())
    if order == 2:
        # sum (k/m)^2 f_k(m), in closed form
        pairs = (found * (found - 1)).sum() / (total * (total - 1)) if total > 1 else 0.0
        return float(1 / (1 / size + (size - 1) / size * pairs))
    sizes, times = np.unique(found, return_counts=True)
    seen = np.arange(1, size + 1)
    term = -(seen / size) * np.log(seen / size)
    value = 0.0
    for each, many in zip(sizes.tolist(), times.tolist(), strict=True):
        k = seen[: min(each, size)]
        log_share = (
            _log_choose(np.full(len(k), each), k)
            + _log_choose(total - each, size - k)
            - _log_choose(total, size)
        )
        value += many * float((term[: len(k)] * np.exp(log_share)).sum())
    return float(np.exp(value))


def _log_choose(
    among: NDArray[np.int64] | int, chosen: NDArray[np.int64] | int
) -> NDArray[np.float64]:
    among, chosen = np.asarray(among, np.float64), np.asarray(chosen, np.float64)
    fits = (chosen >= 0) & (chosen <= among)
    rest = np.where(fits, among - chosen, 0)
    inside = np.where(fits, chosen, 0)
    found = gammaln(among + 1) - gammaln(inside + 1) - gammaln(rest + 1)
    return np.where(fits, found, -np.inf)


def clusters(vectors: Vectors, seed: int, order: Counts | None = None, finer: int = 1) -> KMeans:
    """Clusters of some rows, twice the root of their number or ``finer`` times that; ``order`` is
    the one that rows are drawn in.
    """
    count = max(1, min(len(vectors), _MOST, round(2 * finer * len(vectors) ** 0.5)))
    chosen = training_rows(len(vectors), count, seed)
    rows = vectors[chosen if order is None else order[chosen]]
    return cluster(rows.astype(np.float32, copy=False), count, seed, _ROUNDS)


def counts_of(assign: KMeans, vectors: Vectors) -> Counts:
    """Rows in each cluster."""
    found = np.zeros(len(assign.centroids), np.int64)
    for start in range(0, len(vectors), _STEP):
        found += np.bincount(assign(vectors[start : start + _STEP]), minlength=len(found))
    return found


@dataclass(frozen=True)
class Vanished:
    """A cluster of a reference without a row in the version: its share of the reference, how many
    rows would be expected, questions of it, and the vectors of its rows.
    """

    share: float
    expected: float
    examples: tuple[str, ...]
    rows: Vectors = field(repr=False, compare=False)


def vanished(
    version: Vectors,
    reference: Vectors,
    questions: Sequence[str],
    least: float,
    shown: int,
    seed: int,
) -> list[Vanished]:
    """Clusters of the reference that the whole version has no row in, where at least ``least`` were
    to be expected; the largest first. With 5 expected, chance leaves one of 150 empty.
    """
    assign = clusters(reference, seed)
    label = np.concatenate(
        [assign(reference[at : at + _STEP]) for at in range(0, len(reference), _STEP)]
    )
    theirs = np.bincount(label, minlength=len(assign.centroids))
    expected = theirs / len(reference) * len(version)
    gone = np.flatnonzero((counts_of(assign, version) == 0) & (expected >= least))
    found = []
    for kind in sorted(gone.tolist(), key=lambda kind: (-theirs[kind], kind)):
        rows = np.flatnonzero(label == kind)
        near = reference[rows] @ assign.centroids[kind]
        central = rows[np.argsort(-near, kind="stable")][:shown].tolist()
        examples = tuple(" ".join(questions[row].split())[:160] for row in central)
        share = float(theirs[kind] / len(reference))
        found.append(Vanished(share, float(expected[kind]), examples, reference[rows]))
    return found
