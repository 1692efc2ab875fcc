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
from filters.rarity import Buckets, Rows, by_document, labels_of, over, trained
from store.corpus import Corpus
from store.stages import Vectors

_LEAST, _SIGMA, _SHOWN = 20, 2.0, 3
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
) -> tuple[Buckets, Buckets, Buckets | None]:
    """Buckets of the candidates themselves, of the corpus, and of the anchor."""
    column = records["embedding"]
    whole = np.flatnonzero(standing) if standing.any() else np.arange(len(records))
    clusters = [trained(column, whole, seed)]
    if anchor is not None and len(anchor):
        theirs = anchor["embedding"]
        clusters.append(trained(theirs, np.arange(len(theirs)), seed))
    few = len(corpus.documents) < _FEW
    if not few:
        passages = pl.Series(passage_vectors)
        clusters.append(trained(passages, np.arange(len(passages)), seed))
    labels = labels_of(column, clusters)
    sizes = np.bincount(labels[0][whole], minlength=len(clusters[0].centres))
    own = Buckets(labels[0], clusters[0].rare(sizes, rare_share))
    if few:
        of_corpus = by_document(records, corpus, rare_share)
    else:
        of_corpus = over(labels[-1], passages, clusters[-1], rare_share)
    if anchor is None or not len(anchor):
        return own, of_corpus, None
    return own, of_corpus, over(labels[1], theirs, clusters[1], rare_share)


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
