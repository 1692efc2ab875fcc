"""What a selection covers of an even reference when its pool is uneven.

``python -m benchmarks.selection [FILE]`` compares ways of selecting on a made mixture, or on lines
of JSON (may be gzipped) with ``text``, ``intent`` and ``role`` (pool or reference). It prints a
table per size and ends with one line of JSON.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

import filters
from configs.filters import Diversity
from configs.stages import Embedding
from filters.facility import meaning, worth
from store.corpus import Corpus
from store.embedding import embedder
from store.stages import STAGES, Context, Vectors
from verifiers.collapse.semantic import vendi

assert filters  # imported for the stage it registers
Rows = NDArray[np.int64]
Select = Callable[[Vectors, int, int], Rows]
_SHARES = (0.1, 0.2, 0.4)


@dataclass(frozen=True)
class Task:
    """An uneven pool and an even reference, each with the topic of every row (-1 for noise)."""

    pool: Vectors
    topics: Rows
    reference: Vectors
    wanted: Rows

    @cached_property
    def _balls(self) -> NDArray[np.float32]:
        return _fifth(self.reference)

    @cached_property
    def _odd(self) -> NDArray[np.bool_]:
        lone = _fifth(self.pool)
        return lone >= np.quantile(lone, 0.95)

    def score(self, chosen: Rows) -> dict[str, float]:
        """Coverage of the reference, by cosine of the nearest chosen row and by k-nearest balls
        (k = 5, arXiv 2002.09797); topics hit; share of outliers; Vendi score.
        """
        near = (self.reference @ self.pool[chosen].T).max(axis=1)
        hit = np.intersect1d(self.topics[chosen], self.wanted)
        return {
            "near_0.6": float((near >= 0.6).mean()),
            "near_0.7": float((near >= 0.7).mean()),
            "mean_near": float(near.mean()),
            "knn_coverage": float((1 - near <= self._balls).mean()),
            "topics": len(hit) / len(np.unique(self.wanted)),
            "odd": float(self._odd[chosen].mean()),
            "vendi": vendi(self.pool[chosen]),
        }


def mixture(seed: int = 1, topics: int = 120, size: int = 2400, dim: int = 64) -> Task:
    """Zipf over topics of different widths with 3 % noise; ten rows of each as the reference."""
    rng = np.random.default_rng(seed)
    centres, width = rng.normal(size=(topics, dim)), rng.uniform(0.45, 1.1, topics)
    share = 1 / np.arange(1, topics + 1)

    def draw(of: Rows) -> Vectors:
        return _unit(centres[of] + rng.normal(size=(len(of), dim)) * width[of][:, None])

    of = rng.choice(topics, size, p=share / share.sum())
    pool, even = draw(of), np.repeat(np.arange(topics), 10)
    noise = rng.random(size) < 0.03
    pool[noise] = _unit(rng.normal(size=(int(noise.sum()), dim)))
    return Task(pool, np.where(noise, -1, of), draw(even), even)


def read(path: Path) -> Task:
    """A pool and a reference from a file, embedded with the bundled model."""
    data = path.read_bytes()
    lines = (gzip.decompress(data) if path.suffix == ".gz" else data).decode().splitlines()
    rows = [json.loads(line) for line in lines]
    vectors = embedder(Embedding())([row["text"] for row in rows])
    topic = np.unique([row["intent"] for row in rows], return_inverse=True)[1]
    pool = np.array([row["role"] == "pool" for row in rows])
    return Task(vectors[pool], topic[pool], vectors[~pool], topic[~pool])


def stage(vectors: Vectors, count: int, seed: int) -> Rows:
    """The stage ``diversity`` as a build runs it, without a least per source."""
    size = len(vectors)
    source = {"document_id": "one"}
    records = pl.DataFrame(
        {
            "id": [f"{i:08}" for i in range(size)],
            "answer": [""] * size,
            "quotes": [[""]] * size,
            "sources": [[source]] * size,
            "embedding": pl.Series(vectors, dtype=pl.Array(pl.Float32, vectors.shape[1])),
        }
    )
    context = Context(Corpus((), ()), vectors[:0], seed, count)
    judge = STAGES["diversity"].make(Diversity(min_per_source=0), context)
    return np.flatnonzero((judge(records).verdicts["decision"] != "drop").to_numpy())


def at_random(vectors: Vectors, count: int, seed: int) -> Rows:
    """Any rows."""
    return np.random.default_rng(seed).choice(len(vectors), count, replace=False)


def farthest(vectors: Vectors, count: int, seed: int) -> Rows:
    """Farthest-first traversal from the row nearest to the centre (Gonzalez 1985)."""
    chosen = [int(np.argmax(vectors @ vectors.mean(axis=0)))]
    near = vectors @ vectors[chosen[0]]
    while len(chosen) < count:
        near[chosen] = np.inf
        chosen.append(int(np.argmin(near)))
        near = np.maximum(near, vectors @ vectors[chosen[-1]])
    return np.array(chosen)


def determinantal(vectors: Vectors, count: int, seed: int) -> Rows:
    """Greedy most probable set of a determinantal point process (arXiv 1709.05135)."""
    kernel = np.maximum(vectors @ vectors.T, 0) ** 3
    left, found = np.diag(kernel).copy() + 1e-6, np.zeros((count, len(vectors)))
    chosen: list[int] = []
    for i in range(count):
        left[chosen] = -np.inf
        pick = int(np.argmax(left))
        found[i] = (kernel[pick] - found[:i, pick] @ found[:i]) / np.sqrt(max(left[pick], 1e-9))
        left = left - found[i] ** 2
        chosen.append(pick)
    return np.array(chosen)


def centroids(vectors: Vectors, count: int, seed: int) -> Rows:
    """The row nearest to the centre of each of as many clusters; filled up at random."""
    label = meaning(vectors, count, seed)
    groups = [np.flatnonzero(label == i) for i in range(label.max() + 1)]
    middle = [int(np.argmax(vectors[rows] @ vectors[rows].mean(axis=0))) for rows in groups]
    chosen = np.array([rows[i] for rows, i in zip(groups, middle, strict=True)])
    rest = np.setdiff1d(at_random(vectors, len(vectors), seed), chosen)
    return np.concatenate([chosen, rest[: count - len(chosen)]])


def quotas(power: float) -> Select:
    """Quotas by a power of a cluster's size, farthest-first inside."""

    def select(vectors: Vectors, count: int, seed: int) -> Rows:
        label = meaning(vectors, round(len(vectors) ** 0.5), seed)
        size = np.bincount(label)
        # Water-filling: the places go one by one to the cluster with the least per share.
        turn = np.concatenate([(np.arange(n) + 0.5) / n**power for n in size])
        owner = np.repeat(np.arange(len(size)), size)
        have = np.bincount(owner[np.argsort(turn, kind="stable")[:count]], minlength=len(size))
        found = [
            rows[farthest(vectors[rows], int(have[i]), seed)]
            for i in range(len(size))
            for rows in [np.flatnonzero(label == i)]
            if have[i]
        ]
        return np.concatenate(found)

    return select


def facility(vectors: Vectors, count: int, seed: int) -> Rows:
    """Facility location over all rows at once, without quotas."""
    order: Rows = np.argsort(-worth(vectors, 0), kind="stable")
    return order[:count]


def _fifth(vectors: Vectors) -> NDArray[np.float32]:
    """Distance of each row to its fifth neighbour, itself left out."""
    far: NDArray[np.float32] = 1 - np.sort(vectors @ vectors.T, axis=1)[:, -6]
    return far


def _unit(rows: NDArray[np.float64]) -> Vectors:
    unit: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


METHODS: dict[str, Select] = {
    "random": at_random,
    "farthest point": farthest,
    "DPP": determinantal,
    "k-means centroids": centroids,
    "quotas, spread": quotas(1.0),
    "root quotas, spread": quotas(0.5),
    "facility location": facility,
    "stage diversity": stage,
}


def main() -> None:
    """Print the tables and the line of JSON."""
    task = read(Path(sys.argv[1])) if len(sys.argv) > 1 else mixture()
    console, results = Console(width=120), {}
    for share in _SHARES:
        count = round(share * len(task.pool))
        rows = {}
        for name, select in METHODS.items():
            started = time.perf_counter()
            chosen = [select(task.pool, count, s) for s in range(20 if name == "random" else 1)]
            seconds = (time.perf_counter() - started) / len(chosen)
            scores = [task.score(each) for each in chosen]
            mean = {key: float(np.mean([score[key] for score in scores])) for key in scores[0]}
            figures = {**mean, "seconds": seconds}
            rows[name] = {key: round(value, 4) for key, value in figures.items()}
        results[str(count)] = rows
        table = Table("method", *rows["random"], title=f"{count:,} of {len(task.pool):,} rows")
        for name, row in rows.items():
            table.add_row(name, *(f"{value:.3f}" for value in row.values()))
        console.print(table)
    print(json.dumps(results))


if __name__ == "__main__":
    main()
