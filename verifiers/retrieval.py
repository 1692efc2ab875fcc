"""Evidence from the whole corpus: BM25 and embeddings, fused by rank.

Wrong claims are harder to find evidence for than right ones, so both rankings are used
(reciprocal rank fusion, Cormack et al. 2009) and the record's own passages are only candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

import numpy as np

from store.corpus import Corpus
from store.stages import Vectors
from verifiers.ranking import Lexical, nearest
from verifiers.stems import known_stems, read_stems
from verifiers.wording import content

_RRF = 5
"""Small, so that what one ranking has first is found though the other lacks it. With the usual 60,
it falls behind what is in the middle of both."""
POOL = 50
"""Passages of each ranking that are fused."""


@dataclass(frozen=True)
class EvidenceIndex:
    """A corpus made searchable. ``vectors`` has one normalised row per passage; ``kept_stems`` is
    the folder where the stems of passages that were read once are kept.
    """

    corpus: Corpus
    vectors: Vectors
    kept_stems: Path | None = None

    @cached_property
    def lexical(self) -> Lexical:
        """BM25 over the stems of each passage with its heading in front."""
        texts = [f"{p.heading}\n{p.text}" for p in self.corpus.passages]
        kept = self.kept_stems
        return Lexical.of(known_stems(texts, kept) if kept else read_stems(texts))

    @cached_property
    def weight(self) -> dict[str, float]:
        """Inverse document frequency of each stem; the entry "" is that of an unknown one."""
        size = self.lexical.size
        rarity = np.log(1 + size / np.diff(self.lexical.starts))
        weight = dict(zip(self.lexical.place, rarity.tolist(), strict=True))
        weight[""] = float(np.log(1 + size))
        return weight

    @cached_property
    def place(self) -> dict[str, int]:
        """Row of each passage by its id."""
        return {passage.id: i for i, passage in enumerate(self.corpus.passages)}

    def search_all(self, queries: Sequence[str], vectors: Vectors, count: int) -> list[list[int]]:
        """Rows of the ``count`` best passages for each query and its embedding, best first."""
        return self.fused(queries, self.near(vectors), count)

    def near(self, vectors: Vectors) -> list[list[int]]:
        """Rows of the passages nearest to each embedding, nearest first; many embeddings at once
        are found ten times as fast as one by one.
        """
        return list(nearest(self.vectors, np.asarray(vectors, np.float32), POOL))

    def fused(
        self, queries: Sequence[str], near: Sequence[Sequence[int]], count: int
    ) -> list[list[int]]:
        """Rows of the ``count`` best passages for each query and what is near to its embedding."""
        return [
            _fuse(self.lexical.best(content(query), POOL), rows)[:count]
            for query, rows in zip(queries, near, strict=True)
        ]


def _fuse(*rankings: Sequence[int]) -> list[int]:
    score: dict[int, float] = {}
    for rank, row in chain.from_iterable(map(enumerate, rankings)):
        score[row] = score.get(row, 0.0) + 1 / (_RRF + rank)
    return sorted(score, key=lambda row: (-score[row], row))
