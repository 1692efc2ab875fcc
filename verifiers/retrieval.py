"""Evidence from the whole corpus: BM25 and embeddings, fused by rank.

Wrong claims are harder to find evidence for than right ones, so both rankings are used
(reciprocal rank fusion, Cormack et al. 2009) and the record's own passages are only candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from store.corpus import Corpus
from store.stages import Vectors
from verifiers.wording import content

_RRF = 60
_POOL = 50


@dataclass(frozen=True)
class EvidenceIndex:
    """A corpus made searchable. ``vectors`` has one normalised row per passage."""

    corpus: Corpus
    vectors: Vectors

    @cached_property
    def stems(self) -> list[list[str]]:
        """Content stems of each passage with its heading in front."""
        return [content(f"{p.heading}\n{p.text}") for p in self.corpus.passages]

    @cached_property
    def weight(self) -> dict[str, float]:
        """Inverse document frequency of each stem; the entry "" is that of an unknown one."""
        count: dict[str, int] = {}
        for stems in self.stems:
            for word in set(stems):
                count[word] = count.get(word, 0) + 1
        size = len(self.stems)
        weight = {word: float(np.log(1 + size / found)) for word, found in count.items()}
        weight[""] = float(np.log(1 + size))
        return weight

    @cached_property
    def place(self) -> dict[str, int]:
        """Row of each passage by its id."""
        return {passage.id: i for i, passage in enumerate(self.corpus.passages)}

    def search(self, query: str, vector: Vectors, count: int) -> list[int]:
        """Rows of the ``count`` best passages for a query and its embedding, best first."""
        pool = min(_POOL, len(self.stems))
        lexical = self._bm25(content(query), pool)
        dense = np.argsort(-(self.vectors @ vector), kind="stable")[:pool]
        score: dict[int, float] = {}
        for ranking in (lexical, [int(i) for i in dense]):
            for rank, row in enumerate(ranking):
                score[row] = score.get(row, 0.0) + 1 / (_RRF + rank)
        return sorted(score, key=lambda row: (-score[row], row))[:count]

    def _bm25(self, query: Sequence[str], pool: int) -> list[int]:
        known = [word for word in dict.fromkeys(query) if word in self.weight]
        if not known:
            return []
        scores = self._ranker.get_scores(known)
        order = np.argsort(-scores, kind="stable")[:pool]
        return [int(row) for row in order if scores[row] > 0]

    @cached_property
    def _ranker(self) -> Any:  # bm25s has no types
        import bm25s

        ranker = bm25s.BM25()
        ranker.index(self.stems, show_progress=False)
        return ranker
