"""The diversity panel: how varied a version is, beside its corpus and its parent.

Each figure sees something else and none sees everything: distinct-n and the compression ratio see
repeated wording, the Vendi score the spread of meaning, coverage what has gone missing.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from configs.stages import DiversityProbe
from store.corpus import Corpus
from store.kmeans import cluster
from store.stages import Vectors
from store.text import words

SCHEMA = pl.Schema(
    {
        "metric": pl.String,
        "value": pl.Float64,
        "corpus": pl.Float64,
        "parent": pl.Float64,
        "sample": pl.Int64,
    }
)
EMPTY = pl.DataFrame(schema=SCHEMA)


def measure(
    records: pl.DataFrame,
    vectors: Vectors,
    corpus: Corpus,
    passage_vectors: Vectors,
    settings: DiversityProbe,
    parent: Mapping[str, float],
    seed: int,
) -> pl.DataFrame:
    """The panel as rows of ``metric, value, corpus, parent, sample``.

    ``corpus`` holds the same figure for equally many passages, where it has a meaning there;
    ``parent`` that of the parent version as it was published.
    """
    size = min(settings.sample, len(records), len(corpus.passages))
    mine = _sample(len(records), size, seed)
    theirs = _sample(len(corpus.passages), size, seed)
    # As many words on each side, since every lexical figure falls as a text grows.
    texts = [f"{q} {a}" for q, a in records[mine].select("question", "answer").iter_rows()]
    passages = [corpus.passages[i].text for i in theirs]
    budget = min(_word_count(texts), _word_count(passages))
    values = {**_lexical(texts, budget), "vendi": vendi(vectors[mine])}
    reference = {**_lexical(passages, budget), "vendi": vendi(passage_vectors[theirs])}
    sources = {s["document_id"] for row in records["sources"].to_list() for s in row}
    values["source_coverage"] = len(sources) / len(corpus.documents)
    values["cluster_coverage"] = cluster_coverage(vectors, passage_vectors, seed)
    rows = [
        {
            "metric": name,
            "value": value,
            "corpus": reference.get(name),
            "parent": parent.get(name),
            "sample": size,
        }
        for name, value in values.items()
    ]
    return pl.DataFrame(rows, schema=SCHEMA)


def distinct_n(tokens: Sequence[str], n: int) -> float:
    """Share of different n-grams among all (distinct-n, arXiv 1510.03055); 0 without any."""
    grams = list(zip(*(tokens[i:] for i in range(n)), strict=False))
    return len(set(grams)) / len(grams) if grams else 0.0


def compression_ratio(text: str) -> float:
    """Bytes of a text over bytes of its deflated form; more means more repetition
    (arXiv 2403.00553).
    """
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw, 9)) if raw else 0.0


def vendi(vectors: Vectors) -> float:
    """Vendi score of order 1 (arXiv 2210.02410) of normalised rows: the effective number of
    different ones, from 1 to the number of rows or dimensions, whichever is less.
    """
    if not len(vectors):
        return 0.0
    # The Gram matrix and the covariance have the same eigenvalues but for zeros.
    wide = vectors.astype(np.float64)
    small = wide @ wide.T if len(wide) < wide.shape[1] else wide.T @ wide
    values = np.clip(np.linalg.eigvalsh(small / len(wide)), 0, None)
    values = values[values > 1e-12] / values.sum()
    return float(np.exp(-(values * np.log(values)).sum()))


def cluster_coverage(vectors: Vectors, passage_vectors: Vectors, seed: int) -> float:
    """Share of the corpus's clusters of meaning that are nearest to at least one record."""
    assign = cluster(passage_vectors, max(1, round(len(passage_vectors) ** 0.5)), seed)
    occupied = set(assign(passage_vectors).tolist())
    return len(set(assign(vectors).tolist()) & occupied) / len(occupied)


def _lexical(texts: Sequence[str], budget: int) -> dict[str, float]:
    tokens = [word for text in texts for word in words(text)][:budget]
    figures = {f"distinct_{n}": distinct_n(tokens, n) for n in (1, 2, 3)}
    figures["compression_ratio"] = compression_ratio(" ".join(tokens))
    return figures


def _word_count(texts: Sequence[str]) -> int:
    return sum(len(words(text)) for text in texts)


def _sample(size: int, count: int, seed: int) -> list[int]:
    rng = np.random.default_rng(seed)
    return sorted(rng.choice(size, count, replace=False).tolist())
