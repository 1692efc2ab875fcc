"""How many claims a second the verifier decides, in one process."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.verify_sets import Pair, judge
from store.corpus import Corpus
from verifiers.reading import read
from verifiers.retrieval import EvidenceIndex

PASSAGES = 100_000
_QUERIES = 300


def deterministic_per_s(pairs: Sequence[Pair]) -> float:
    """Claims a second with given evidence that is already read, all checks, one pass."""
    judge(pairs)
    read.cache_clear()  # claims come once, evidence comes again and again
    started = time.perf_counter()
    judge(pairs)
    return len(pairs) / (time.perf_counter() - started)


def retrieval_per_s(corpus: Corpus, queries: Sequence[str], dimensions: int = 384) -> float:
    """Claims a second for which evidence is found among PASSAGES passages, index built before.

    The passages are those of the corpus over and over, each time with other vectors.
    """
    rng = np.random.default_rng(7)
    held = corpus.passages
    times = -(-PASSAGES // len(held))
    passages = [replace(p, id=f"{p.id}~{i}") for i in range(times) for p in held][:PASSAGES]
    vectors = rng.standard_normal((PASSAGES, dimensions), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = EvidenceIndex(Corpus(corpus.documents, tuple(passages)), vectors)
    asked = rng.standard_normal((_QUERIES, dimensions), dtype=np.float32)
    index.search_all(queries[:1], asked[:1], 5)
    chosen = [queries[i % len(queries)] for i in range(_QUERIES)]
    started = time.perf_counter()
    index.search_all(chosen, asked, 5)
    return _QUERIES / (time.perf_counter() - started)
