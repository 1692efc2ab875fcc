"""Meaning: spread of embeddings, and how two sets of them cover each other.

Rows are normalised, so similarity (their product) orders pairs as distance does. All pairs are
looked at in blocks: n rows need n times a block, never n times n.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from store.stages import Vectors

Values = NDArray[np.float32]
_BLOCK = 1024
SPARSE = 0.05
"""Share of a reference's rows, those farthest from their neighbours, that mark what is sparse."""


class Cover(NamedTuple):
    """How a version and a reference cover each other, see :func:`cover`."""

    precision: float
    recall: float
    density: float
    coverage: float
    far_share: float


def apart(vectors: Vectors) -> Values:
    """Rows at random distances of about 0.001, less than rounding through float16 may move them.

    Rows that are equal are all as near to each other, and so no random parting of them would say
    what the true one does: of hundreds of them only some are listed as neighbours.
    """
    noise = np.random.default_rng(0).standard_normal(vectors.shape, np.float32)
    rows = vectors.astype(np.float32) + noise * np.float32(0.001 / vectors.shape[1] ** 0.5)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(length, np.float32(1e-12)), np.float32)


def vendi(vectors: Vectors) -> float:
    """Vendi score of order 1 (Friedman and Dieng 2022, arXiv 2210.02410): ``exp(-sum l log l)`` of
    the eigenvalues of ``X X' / n``, the effective number of different rows, from 1 to the number of
    rows or dimensions, whichever is less.
    """
    if not len(vectors):
        return 0.0
    wide = vectors.astype(np.float64)
    # The Gram matrix and the covariance have the same eigenvalues but for zeros.
    small = wide @ wide.T if len(wide) < wide.shape[1] else wide.T @ wide
    values = np.clip(_eigenvalues(small / len(wide)), 0, None)
    values = values[values > 1e-12] / values.sum()
    return float(np.exp(-(values * np.log(values)).sum()))


def vendi_influence(vectors: Vectors) -> NDArray[np.float64]:
    """What each row adds to the logarithm of the Vendi score, to first order: ``-x' log(C) x`` with
    ``C = X' X / n``. A difference of means of it is a difference of scores, which makes a
    permutation cost one product of matrices.
    """
    wide = vectors.astype(np.float64)
    values, axes = _eigen(wide.T @ wide / max(1, len(wide)))
    some = values > 1e-9
    along = (wide @ axes[:, some]) ** 2
    return -along @ np.log(values[some])


def centroid_similarity(vectors: Vectors) -> float:
    """Mean similarity of all pairs of rows, themselves included: the squared length of their mean,
    from 1 / n for rows at right angles to 1 for equal ones.
    """
    mean = vectors.astype(np.float64).mean(axis=0)
    return float(mean @ mean)


def nearest(mine: Vectors, theirs: Vectors, count: int, itself: bool) -> Values:
    """Similarity to the ``count`` nearest rows of ``theirs``, the nearest first; with ``itself``
    both are the same rows and each leaves itself out. Filled with -1 where there are fewer.
    """
    found = np.full((len(mine), count), -1, np.float32)
    for start, similar in _blocks(mine, theirs):
        if itself:
            within = np.arange(len(similar))
            similar[within, start + within] = -np.inf
        some = min(count, len(theirs) - itself)
        if some > 0:
            best = -np.partition(-similar, some - 1, axis=1)[:, :some]
            found[start : start + len(similar), :some] = -np.sort(-best, axis=1)
    return found


def cover(version: Vectors, reference: Vectors, k: int) -> Cover:
    """Precision and recall by nearest neighbours (Kynkaanniemi et al. 2019, arXiv 1904.06991),
    density and coverage (Naeem et al. 2020, arXiv 2002.09797), and the far share.

    A row's ball reaches to its k-th neighbour among its own. Precision is the share of the
    version's rows in a ball of the reference, recall the reverse; density counts how many balls of
    the reference hold a row of the version, over k; coverage is the share of the reference's balls
    that hold one. The far share is that of the version's rows which have no row of the reference as
    near as 95 % of the reference's own rows have one: 0.05 where both come from the same place,
    less where the sparse regions are gone, more where it left the reference's ground.
    """
    own = nearest(reference, reference, k, itself=True)
    theirs_reach, my_reach = own[:, -1], nearest(version, version, k, itself=True)[:, -1]
    limit = np.quantile(own[:, 0], SPARSE)
    inside = far = held = 0
    recalled = np.zeros(len(reference), bool)
    covered = np.zeros(len(reference), bool)
    for start, similar in _blocks(version, reference):
        in_balls = similar >= theirs_reach
        inside += int(in_balls.any(axis=1).sum())
        held += int(in_balls.sum())
        covered |= in_balls.any(axis=0)
        far += int((similar.max(axis=1) < limit).sum())
        recalled |= (similar >= my_reach[start : start + len(similar), None]).any(axis=0)
    count = len(version)
    return Cover(
        inside / count,
        float(recalled.mean()),
        held / (k * count),
        float(covered.mean()),
        far / count,
    )


def frechet(mine: Vectors, theirs: Vectors) -> float:
    """Frechet distance of two Gaussians fitted to the rows (Heusel et al. 2017, arXiv 1706.08500):
    ``|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2))``. Equal sizes only: it falls with their number.
    """
    one, two = mine.astype(np.float64), theirs.astype(np.float64)
    first, second = one - one.mean(axis=0), two - two.mean(axis=0)
    step = one.mean(axis=0) - two.mean(axis=0)
    spread = (first**2).sum() / len(one) + (second**2).sum() / len(two)
    # With C1 = A'A / n and C2 = B'B / m, the trace of (C1 C2)^(1/2) is the sum of the singular
    # values of AB' / (nm)^(1/2), which is as small as the rows are few.
    if max(len(one), len(two)) < one.shape[1]:
        both = np.linalg.svd(first @ second.T, compute_uv=False).sum()
        return float(max(0.0, step @ step + spread - 2 * both / np.sqrt(len(one) * len(two))))
    values, axes = _eigen(first.T @ first / len(one))
    root = (axes * np.sqrt(np.clip(values, 0, None))) @ axes.T
    # (C1 C2) has the eigenvalues of the symmetric C1^(1/2) C2 C1^(1/2).
    squares = _eigenvalues(root @ (second.T @ second / len(two)) @ root)
    return float(max(0.0, step @ step + spread - 2 * np.sqrt(np.clip(squares, 0, None)).sum()))


def bandwidth(vectors: Vectors) -> float:
    """Median squared distance of pairs of rows (of 1,000 of them at most, evenly spaced)."""
    some = vectors[:: max(1, len(vectors) // 1000)]
    upper = np.triu_indices(len(some), 1)
    distances = 2 - 2 * (some @ some.T)[upper]
    return float(max(np.median(distances), 1e-9)) if len(distances) else 1.0


def kernel_blocks(vectors: Vectors, width: float) -> Iterator[tuple[int, Values]]:
    """The Gaussian kernel ``exp(-d^2 / width)`` of all rows, some rows of it at a time."""
    for start, similar in _blocks(vectors, vectors):
        similar -= 1
        similar *= 2 / width
        yield start, np.exp(similar, out=similar)


def mmd(mine: Vectors, theirs: Vectors, width: float | None = None) -> float:
    """Squared maximum mean discrepancy, unbiased (Gretton et al. 2012), under a Gaussian kernel
    with the median heuristic: near 0, and as often below it, where both come from the same place.
    """
    both = np.concatenate([mine, theirs])
    is_mine = np.arange(len(both)) < len(mine)
    return float(mmd_of_labels(both, is_mine[None], width or bandwidth(both))[0][0])


def mmd_of_labels(
    vectors: Vectors, labels: NDArray[np.bool_], width: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The same for many ways to part the rows (one row of ``labels`` each), and by how much the one
    part is more alike in itself than the other.
    """
    masks = labels.astype(np.float32)
    mine = np.zeros(len(labels))
    row_sums = np.zeros(len(vectors))
    for start, kernel in kernel_blocks(vectors, width):
        part = slice(start, start + len(kernel))
        mine += np.einsum("bi,bi->b", masks[:, part], masks @ kernel.T, dtype=np.float64)
        row_sums[part] = kernel.sum(axis=1, dtype=np.float64)
    m = labels.sum(axis=1).astype(np.float64)
    n = len(vectors) - m
    across = labels @ row_sums - mine
    theirs = row_sums.sum() - mine - 2 * across
    one = (mine - m) / np.maximum(m * (m - 1), 1)
    two = (theirs - n) / np.maximum(n * (n - 1), 1)
    return one + two - 2 * across / np.maximum(m * n, 1), one - two


def _blocks(mine: Vectors, theirs: Vectors) -> Iterator[tuple[int, Values]]:
    """Similarities of the rows of ``mine`` to all of ``theirs``, some rows at a time."""
    wide = theirs.astype(np.float32, copy=False).T
    for start in range(0, len(mine), _BLOCK):
        yield start, mine[start : start + _BLOCK].astype(np.float32, copy=False) @ wide


def _eigen(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Eigenvalues and axes of a symmetric matrix."""
    # On busy cores the threads of BLAS wait for each other: 1 s instead of 15 ms for 384 columns.
    with _blas().limit(limits=1, user_api="blas"):
        values, axes = np.linalg.eigh(matrix)
    return values, axes


def _eigenvalues(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    with _blas().limit(limits=1, user_api="blas"):
        return np.linalg.eigvalsh(matrix).astype(np.float64)


@lru_cache(maxsize=1)
def _blas() -> ThreadpoolController:
    """What NumPy has loaded. To look for it anew takes as long as a small matrix."""
    return ThreadpoolController()
