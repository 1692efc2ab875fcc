"""What is still covered after each stage of the funnel: which filter narrowed what.

Each row may look fine while the set narrows. So the rows a stage takes are counted by clusters of
meaning, and what it takes from the rarest clusters is put beside what it takes overall.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from configs.stages import TailProbe
from store.corpus import Corpus
from store.kmeans import Assign, cluster, training_rows
from store.stages import Vectors

Rows = NDArray[np.int64]
_STEP, _MOST, _LEAST, _SIGMA, _SHOWN = 65_536, 1000, 20, 2.0, 3
_FEW = 50
"""With fewer documents than this, documents are the buckets of the corpus."""


@dataclass(frozen=True)
class Coverage:
    """What stands after a stage. ``rare_before`` counts the rows of the rarest clusters that
    came to it; ``vanished`` the clusters of which nothing is left since, ``examples`` questions of
    some. Shares are of the whole corpus or anchor; the tails are those of their rarest buckets.
    """

    stage: str
    before: int
    lost: int
    rare_before: int
    rare_lost: int
    clusters: int
    vanished: int
    examples: Sequence[str]
    styles: int
    documents: float
    corpus_tail: float
    anchor_tail: float | None

    @property
    def lost_share(self) -> float:
        """Share of the rows that came to the stage which it took."""
        return self.lost / max(1, self.before)

    @property
    def rare_lost_share(self) -> float:
        """The same of the rows in the rarest clusters."""
        return self.rare_lost / max(1, self.rare_before)


@dataclass(frozen=True)
class _Buckets:
    """The bucket of each candidate (-1 for none) and which buckets are rare."""

    label: Rows
    rare: NDArray[np.bool_]

    def tail(self, standing: NDArray[np.bool_]) -> float:
        """Share of the rare buckets with at least one row that stands."""
        have = np.zeros(len(self.rare), bool)
        have[self.label[standing & (self.label >= 0)]] = True
        return float(have[self.rare].mean())


def measure(
    records: pl.DataFrame,
    stages: Sequence[str],
    corpus: Corpus,
    passage_vectors: Vectors,
    settings: TailProbe,
    seed: int,
    anchor: pl.DataFrame | None = None,
) -> list[Coverage]:
    """Coverage after each of the stages, in their order; the first is where candidates come from.

    ``records`` are all candidates, with ``embedding`` and ``dropped_by``: the stage that dropped
    the record, or null. ``anchor`` holds real rows with ``embedding``, where there are any.
    """
    if not len(records) or not stages:
        return []
    dropped_by = records["dropped_by"]
    standing = (dropped_by.is_null() | (dropped_by != stages[0])).fill_null(True).to_numpy()
    own, corpus_buckets, anchor_buckets = _all_buckets(
        records, standing, corpus, passage_vectors, settings.rare_share, seed, anchor
    )
    plain = records.select("id", "question", "style", "sources")
    found = []
    before = np.ones(len(records), bool)
    for stage in stages:
        lost = before & (dropped_by == stage).fill_null(False).to_numpy()
        after = before & ~lost
        rows = plain.filter(pl.Series(after))
        gone = np.setdiff1d(own.label[before], own.label[after])
        is_rare = own.rare[own.label]
        found.append(
            Coverage(
                stage=stage,
                before=int(before.sum()),
                lost=int(lost.sum()),
                rare_before=int((before & is_rare).sum()),
                rare_lost=int((lost & is_rare).sum()),
                clusters=len(np.unique(own.label[after])),
                vanished=len(gone),
                examples=_examples(plain, own.label, lost, gone),
                styles=rows["style"].n_unique(),
                documents=_documents(rows) / max(1, len(corpus.documents)),
                corpus_tail=corpus_buckets.tail(after),
                anchor_tail=anchor_buckets.tail(after) if anchor_buckets else None,
            )
        )
        before = after
    return found


def as_row(found: Coverage) -> dict[str, Any]:
    """The figures as a version's manifest keeps them."""
    shares = {"lost_share": found.lost_share, "rare_lost_share": found.rare_lost_share}
    return {**asdict(found), **shares}


def alarms(found: Sequence[Coverage], settings: TailProbe) -> list[str]:
    """Stages that took more than ``max_loss`` of the rows in the rarest clusters, and more of
    them than overall by two standard errors.
    """
    said = []
    for row in found:
        others = row.before - row.rare_before
        rest = (row.lost - row.rare_lost) / max(1, others)
        share = row.lost_share
        sides = 1 / max(1, row.rare_before) + 1 / max(1, others)
        error = math.sqrt(share * (1 - share) * sides)
        above = row.rare_lost_share - rest > _SIGMA * error
        if row.rare_before >= _LEAST and row.rare_lost_share > settings.max_loss and above:
            what = f"{row.stage} took {row.rare_lost_share:.0%} of the rows in the rarest clusters"
            said.append(f"{what}, {share:.0%} overall")
    return said


def _all_buckets(
    records: pl.DataFrame,
    standing: NDArray[np.bool_],
    corpus: Corpus,
    passage_vectors: Vectors,
    rare_share: float,
    seed: int,
    anchor: pl.DataFrame | None,
) -> tuple[_Buckets, _Buckets, _Buckets | None]:
    """Buckets of the candidates themselves, of the corpus, and of the anchor."""
    column = records["embedding"]
    whole = np.flatnonzero(standing) if standing.any() else np.arange(len(records))
    clusters = [_trained(column, whole, seed)]
    if anchor is not None and len(anchor):
        theirs = anchor["embedding"]
        clusters.append(_trained(theirs, np.arange(len(theirs)), seed))
    by_document = len(corpus.documents) < _FEW
    if not by_document:
        passages = pl.Series(passage_vectors)
        clusters.append(_trained(passages, np.arange(len(passages)), seed))
    labels = _labels(column, clusters)
    sizes = np.bincount(labels[0][whole], minlength=len(clusters[0].centres))
    own = _Buckets(labels[0], clusters[0].rare(sizes, rare_share))
    if by_document:
        of_corpus = _by_document(records, corpus, rare_share)
    else:
        of_corpus = _over(labels[-1], passages, clusters[-1], rare_share)
    if anchor is None or not len(anchor):
        return own, of_corpus, None
    return own, of_corpus, _over(labels[1], theirs, clusters[1], rare_share)


@dataclass(frozen=True)
class _Clusters:
    """Clusters of some rows, with the direction of each one's centre and how near to it its own
    rows are on average.
    """

    assign: Assign
    centres: Vectors
    near: float

    def label(self, rows: Vectors, strictly: bool) -> Rows:
        """The nearest cluster of each row; strictly, -1 for those that are near to none: nearer
        to where a centre is to others than to where its own rows are.
        """
        found = self.assign(rows)
        if strictly:
            others = float((self.centres @ self.centres.T).mean())
            near = (rows * self.centres[found]).sum(axis=1)
            found = np.where(near < (self.near + others) / 2, -1, found)
        return found

    def rare(self, sizes: Rows, share: float) -> NDArray[np.bool_]:
        """Which of them are rare: those with the fewest rows in them and near them.

        Size alone would not do: a frequent topic falls into many clusters, some of them small.
        """
        near = np.maximum(self.centres @ self.centres.T, 0) ** 8
        return _smallest(near @ sizes, sizes, share)


def _trained(column: pl.Series, rows: Rows, seed: int) -> _Clusters:
    """Clusters of some rows of an embedding column, twice the root of their number."""
    count = max(1, min(len(rows), _MOST, round(2 * len(rows) ** 0.5)))
    chosen = _matrix(column.gather(rows[training_rows(len(rows), count, seed)]))
    assign = cluster(chosen, count, seed)
    label, sums = assign(chosen), np.zeros((count, chosen.shape[1]), np.float32)
    np.add.at(sums, label, chosen)
    centres = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    return _Clusters(assign, centres, float((chosen * centres[label]).sum(axis=1).mean()))


def _over(label: Rows, reference: pl.Series, clusters: _Clusters, rare_share: float) -> _Buckets:
    """Candidates in the clusters of a reference, of which those least found there are rare."""
    own = _labels(reference, [clusters])[0]
    sizes = np.bincount(own, minlength=len(clusters.centres))
    return _Buckets(label, clusters.rare(sizes, rare_share))


def _by_document(records: pl.DataFrame, corpus: Corpus, rare_share: float) -> _Buckets:
    """Candidates by their first source's document; documents of few passages are rare."""
    number = {document.id: i for i, document in enumerate(corpus.documents)}
    sources = (records["sources"].list.first().struct.field("document_id")).to_list()
    label = np.array([number.get(source, -1) for source in sources], dtype=np.int64)
    sizes = np.array([len(corpus.passages_of(document)) for document in number])
    return _Buckets(label, _smallest(sizes, sizes, rare_share))


def _smallest(weight: NDArray[Any], sizes: Rows, share: float) -> NDArray[np.bool_]:
    """The lightest buckets that together hold at most that share of the rows, at least one; empty
    ones are none.
    """
    order = np.argsort(weight, kind="stable")
    order = order[sizes[order] > 0]
    inside = np.cumsum(sizes[order]) <= share * sizes.sum()
    rare = np.zeros(len(sizes), bool)
    rare[order[: max(1, int(inside.sum()))]] = True
    return rare


def _labels(column: pl.Series, clusters: Sequence[_Clusters]) -> list[Rows]:
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


def _documents(rows: pl.DataFrame) -> int:
    """How many documents are a source of these rows."""
    return int(rows["sources"].explode().struct.field("document_id").drop_nulls().n_unique())


def _examples(records: pl.DataFrame, label: Rows, lost: NDArray[np.bool_], gone: Rows) -> list[str]:
    """A question of each of some vanished clusters, the largest first."""
    rows = records.with_columns(label=pl.Series(label)).filter(pl.Series(lost))
    groups = (
        rows.filter(pl.col("label").is_in(gone.tolist()))
        .sort("id")
        .group_by("label")
        .agg(pl.len().alias("size"), pl.col("id").first(), pl.col("question").first())
        .sort(["size", "id"], descending=[True, False])
    )
    return [" ".join(text.split())[:160] for text in groups["question"].head(_SHOWN)]
