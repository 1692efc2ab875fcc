"""The best of many scores without sorting them all: BM25 over stems, and embeddings by product.

Both are exact, and neither depends on what else is asked: ties go to the passage that stands first
in the corpus.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from store.stages import Vectors
from verifiers.stems import Ints, Places, Stems

Floats = NDArray[np.floating]
_K1, _B = 1.5, 0.75
_GROUPS = 32
_CELLS = 1 << 26
"""Scores in memory at once: 256 MB of them; a product with fewer queries than 64 is slow."""
_ROUNDING = 1e-4
"""More than a product of two unit vectors can be off in single precision, twice."""


def _candidates(scores: Floats, count: int) -> Places:
    """Rows among which the ``count`` best are: those that reach the best but ``count - 1`` of the
    maxima of equally many groups, since as many scores are at least as large.
    """
    width = len(scores) // _GROUPS
    heads = scores[: width * _GROUPS].reshape(_GROUPS, width).max(axis=0)
    heads = scores if width < count else heads
    if len(heads) <= count:
        return np.arange(len(scores))
    least = np.partition(heads, -count)[-count]
    return np.flatnonzero(scores >= least - _ROUNDING)


def _best(scores: Floats, rows: Places, count: int) -> list[int]:
    """Of rows in order, those with the largest scores, best first."""
    order = np.argsort(-scores, kind="stable")[:count]
    found: list[int] = rows[order].tolist()
    return found


def nearest(vectors: Vectors, queries: Vectors, count: int) -> Iterator[list[int]]:
    """Rows of the vectors with the largest products with each query. Both are of unit length.

    Single precision finds the candidates; their order is by double precision, in which products
    are the same whatever else is computed beside them. A query with NaN finds nothing.
    """
    block = max(1, _CELLS // max(1, len(vectors)))
    for start in range(0, len(queries), block):
        some = queries[start : start + block]
        for query, scores in zip(some, some @ vectors.T, strict=True):
            if np.isnan(query).any():
                yield []
                continue
            rows = _candidates(scores, count)
            exact = (vectors[rows].astype(np.float64) * query).sum(axis=1)
            yield _best(exact, rows, count)


@dataclass(frozen=True)
class Lexical:
    """Scores of BM25 (Robertson and Zaragoza 2009, in Lucene's form), word by word: word ``i`` is
    in the passages ``rows[starts[i]:starts[i + 1]]`` and gives each the score beside it.
    """

    place: dict[str, int]
    starts: Places
    rows: Ints
    scores: NDArray[np.float32]
    size: int

    @classmethod
    def of(cls, stems: Stems) -> Lexical:
        """The scores of passages with these stems."""
        from scipy.sparse import csr_array

        words, starts, ids, times = stems
        size = len(starts) - 1
        row = np.repeat(np.arange(size, dtype=np.int32), np.diff(starts))
        length = np.bincount(row, times, size)
        held = np.bincount(ids, minlength=len(words))
        rarity = np.log(1 + (size - held + 0.5) / (held + 0.5)).astype(np.float32)
        mean = length.mean() if length.any() else 1.0
        damping = (_K1 * (1 - _B + _B * length / mean)).astype(np.float32)
        gain = rarity[ids] * (times / (damping[row] + times)).astype(np.float32)
        table = csr_array((gain, ids, starts), shape=(size, len(words))).tocsc()
        place = {word: i for i, word in enumerate(words)}
        return cls(place, table.indptr.astype(np.int64), table.indices, table.data, size)

    def best(self, query: Sequence[str], count: int) -> list[int]:
        """Rows of the passages with the largest scores for the stems of a query; only passages
        that hold any of them.
        """
        known = [self.place[word] for word in dict.fromkeys(query) if word in self.place]
        spans = [slice(self.starts[i], self.starts[i + 1]) for i in known]
        if not spans:
            return []
        scores = np.zeros(self.size, np.float32)
        for span in spans:
            np.add.at(scores, self.rows[span], self.scores[span])
        found = _candidates(scores, count)
        found = found[scores[found] > 0]
        return _best(scores[found], found, count)
