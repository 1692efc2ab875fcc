"""The figures of :func:`verifiers.collapse.semantic.cover` for many ways to part the same rows.

Who is near whom is found once, for the pooled rows. Parted anew, a row's neighbours among its own
are the first of its list that fell to its side, so that a permutation takes milliseconds and all
distances need never be in memory.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from store.stages import Vectors
from verifiers.collapse.semantic import SPARSE, Cover

Mask = NDArray[np.bool_]
_BLOCK = 1024
_LISTED = 24
"""Neighbours listed of each side. Random halves leave fewer than 5 of 48 on a row's own side less
than once in 10^9."""


@dataclass(frozen=True)
class Neighbours:
    """Rows near each row, the nearest first, with their similarity; itself left out."""

    row: NDArray[np.int32]
    similarity: NDArray[np.float32]

    @staticmethod
    def among(vectors: Vectors, halves: Mask, listed: int = _LISTED) -> Neighbours:
        """The nearest of each of the two halves, so that a half that lies close together hides
        no row of the other.
        """
        parts = [np.flatnonzero(halves), np.flatnonzero(~halves)]
        wides = [vectors[part].astype(np.float32, copy=False).T for part in parts]
        rows, values = [], []
        for start in range(0, len(vectors), _BLOCK):
            block = vectors[start : start + _BLOCK].astype(np.float32, copy=False)
            own = np.arange(start, start + len(block))
            best = [
                _best(block @ wide, part, own, listed)
                for part, wide in zip(parts, wides, strict=True)
            ]
            row = np.concatenate([found[0] for found in best], axis=1)
            value = np.concatenate([found[1] for found in best], axis=1)
            order = np.argsort(-value, axis=1, kind="stable")
            rows.append(np.take_along_axis(row, order, 1))
            values.append(np.take_along_axis(value, order, 1))
        return Neighbours(np.concatenate(rows), np.concatenate(values))

    def cover(self, version: Mask, k: int) -> Cover:
        """How the rows of the mask and the others cover each other."""
        same = version[self.row] == version[:, None]
        nth = np.cumsum(same, axis=1, dtype=np.int16)
        # A row's ball ends at its k-th neighbour of its own side; what is of the other and before
        # that (or as near) lies in it.
        within = nth < k
        at = np.minimum(within.sum(axis=1), self.row.shape[1] - 1)
        reach = np.take_along_axis(self.similarity, at[:, None], 1)
        held = (self.similarity >= reach) & ~same
        mine, theirs = held & version[:, None], held & ~version[:, None]
        in_ball = np.bincount(self.row[theirs], minlength=len(version))
        recalled = np.zeros(len(version), bool)
        recalled[self.row[mine]] = True
        first_own = self._first(same)
        limit = np.quantile(first_own[~version], SPARSE)
        count = int(version.sum())
        return Cover(
            float((in_ball[version] > 0).mean()),
            float(recalled[~version].mean()),
            float(in_ball[version].sum() / (k * count)),
            float(theirs.any(axis=1)[~version].mean()),
            float((self._first(~same)[version] < limit).mean()),
        )

    def nearest_own(self, version: Mask) -> NDArray[np.float32]:
        """Similarity of each row to the nearest on its own side."""
        return self._first(version[self.row] == version[:, None])

    def _first(self, wanted: Mask) -> NDArray[np.float32]:
        at = wanted.argmax(axis=1)
        found: NDArray[np.float32] = np.take_along_axis(self.similarity, at[:, None], 1)[:, 0]
        return found


def _best(
    similar: NDArray[np.float32], part: NDArray[np.int64], own: NDArray[np.int64], listed: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The rows of a part that are most similar to each row of a block, itself left out."""
    at = np.searchsorted(part, own)
    here = np.flatnonzero((at < len(part)) & (part[np.minimum(at, len(part) - 1)] == own))
    similar[here, at[here]] = -np.inf
    some = min(listed, len(part) - 1)
    chosen = np.argpartition(similar, len(part) - some, axis=1)[:, -some:]
    return part[chosen].astype(np.int32), np.take_along_axis(similar, chosen, 1)
