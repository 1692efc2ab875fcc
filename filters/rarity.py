"""Which clusters are rare, of candidates, of a corpus or of real rows, in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from store.corpus import Corpus
from store.kmeans import KMeans, cluster, training_rows
from store.stages import Vectors

Rows = NDArray[np.int64]
_STEP, _MOST = 65_536, 1000


@dataclass(frozen=True)
class Buckets:
    """The bucket of each candidate (-1 for none) and which buckets are rare."""

    label: Rows
    rare: NDArray[np.bool_]

    def tail(self, standing: NDArray[np.bool_]) -> float:
        """Share of the rare buckets with at least one row that stands."""
        have = np.zeros(len(self.rare), bool)
        have[self.label[standing & (self.label >= 0)]] = True
        return float(have[self.rare].mean())


@dataclass(frozen=True)
class Clusters:
    """Clusters of some rows, with the direction of each one's centre and how near to it its own
    rows are on average.
    """

    assign: KMeans
    centres: Vectors
    near: float

    def label(self, rows: Vectors, strictly: bool) -> Rows:
        """The nearest cluster of each row; strictly, -1 for those that are near to none: nearer
        to where a centre is to others than to where its own rows are.
        """
        found = self.assign(rows)
        if strictly:
            count, sums = len(self.centres), self.centres.sum(axis=0)
            # The mean over pairs of centres, from the length of their sum.
            others = float(sums @ sums - count) / max(1, count * (count - 1))
            near = (rows * self.centres[found]).sum(axis=1)
            found = np.where(near < (self.near + others) / 2, -1, found)
        return found

    def rare(self, sizes: Rows, share: float) -> NDArray[np.bool_]:
        """Which of them are rare: those with the fewest rows in them and near them.

        Size alone would not do: a frequent topic falls into many clusters, some of them small.
        """
        near = np.maximum(self.centres @ self.centres.T, 0) ** 8
        return smallest(near @ sizes, sizes, share)


def trained(column: pl.Series, rows: Rows, seed: int) -> Clusters:
    """Clusters of some rows of an embedding column, twice the root of their number."""
    count = max(1, min(len(rows), _MOST, round(2 * len(rows) ** 0.5)))
    chosen = _matrix(column.gather(rows[training_rows(len(rows), count, seed)]))
    assign = cluster(chosen, count, seed)
    label, sums = assign(chosen), np.zeros((count, chosen.shape[1]), np.float32)
    np.add.at(sums, label, chosen)
    centres = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    return Clusters(assign, centres, float((chosen * centres[label]).sum(axis=1).mean()))


def over(label: Rows, reference: pl.Series, clusters: Clusters, rare_share: float) -> Buckets:
    """Candidates in the clusters of a reference, of which those least found there are rare."""
    own = labels_of(reference, [clusters])[0]
    sizes = np.bincount(own, minlength=len(clusters.centres))
    return Buckets(label, clusters.rare(sizes, rare_share))


def by_document(records: pl.DataFrame, corpus: Corpus, rare_share: float) -> Buckets:
    """Candidates by their first source's document; documents of few passages are rare."""
    number = {document.id: i for i, document in enumerate(corpus.documents)}
    sources = (records["sources"].list.first().struct.field("document_id")).to_list()
    label = np.array([number.get(source, -1) for source in sources], dtype=np.int64)
    sizes = np.array([len(corpus.passages_of(document)) for document in number])
    return Buckets(label, smallest(sizes, sizes, rare_share))


def smallest(weight: NDArray[Any], sizes: Rows, share: float) -> NDArray[np.bool_]:
    """The lightest buckets that together hold at most that share of the rows, at least one; empty
    ones are none.
    """
    order = np.argsort(weight, kind="stable")
    order = order[sizes[order] > 0]
    inside = np.cumsum(sizes[order]) <= share * sizes.sum()
    rare = np.zeros(len(sizes), bool)
    rare[order[: max(1, int(inside.sum()))]] = True
    return rare


def labels_of(column: pl.Series, clusters: Sequence[Clusters]) -> list[Rows]:
    """The cluster of each row, block by block; strictly in all but the first of the clusters."""
    parts = [
        [each.label(block, strictly=i > 0) for i, each in enumerate(clusters)]
        for start in range(0, len(column), _STEP)
        for block in [_matrix(column.slice(start, _STEP))]
    ]
    return [np.concatenate(labels) for labels in zip(*parts, strict=True)]


def _matrix(column: pl.Series) -> Vectors:
    """Rows that are not finite become zeros."""
    rows = np.array(column.to_numpy(), dtype=np.float32, order="C")
    rows[~np.isfinite(rows).all(axis=1)] = 0.0
    return rows
