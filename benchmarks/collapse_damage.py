"""Controlled damage for the benchmark of the collapse probes.

Each kind takes rows that no one has used yet and gives a version with that damage, as many rows as
asked for. Rows are drawn without replacement, so that nothing but the damage is repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from store.kmeans import cluster
from verifiers.collapse import Side
from verifiers.collapse.semantic import nearest

Ints = NDArray[np.int64]
CAUGHT, FALSE_ALARM, CLAIMS = 0.98, 0.04, 3
"""Share of false claims that a verifier rejects and of true ones that it does, and claims of a row;
false facts are simulated by them. Ours did better on planted claims (docs/verification.md)."""
_CLUSTERS = 128
_OPENING = "Sure, here is what you asked for: "


@dataclass(frozen=True)
class Stock:
    """Rows that damage is done to, with the cluster of each and how far its neighbours are."""

    rows: Side
    cluster: Ints
    sizes: Ints
    sparseness: NDArray[np.float32]

    @staticmethod
    def of(rows: Side) -> Stock:
        """Look at all rows once."""
        vectors = rows.vectors.astype(np.float32)
        label = cluster(vectors, _CLUSTERS, 7)(vectors)
        far = 1 - nearest(vectors, vectors, 5, itself=True)[:, -1]
        return Stock(rows, label, np.bincount(label, minlength=_CLUSTERS), far)

    def side(self, at: Ints) -> Side:
        """Some of the rows, with claims as a sound verifier sees them."""
        return Side(
            [self.rows.questions[row] for row in at.tolist()],
            [self.rows.answers[row] for row in at.tolist()],
            self.rows.vectors[at].astype(np.float32),
        )


Damage = Callable[[Stock, Ints, int, float, np.random.Generator], Side]


@dataclass(frozen=True)
class Kind:
    """A kind of damage with its strengths, the weakest first; ``families`` are those of the panel
    that are run, ``best`` the power of the best figure in the measurements before, at ``at``.
    """

    name: str
    do: Damage
    strengths: Sequence[float]
    families: Sequence[str]
    at: float
    best: float | None


def claims(rows: int, corrupted: float, rng: np.random.Generator) -> Ints:
    """Supported and all claims by row, where a share of them is false."""
    false = rng.random((rows, CLAIMS)) < corrupted
    supported = rng.random((rows, CLAIMS)) < np.where(false, 1 - CAUGHT, 1 - FALSE_ALARM)
    return np.stack([supported.sum(axis=1), np.full(rows, CLAIMS)], axis=1)


def _sharpened(stock: Stock, at: Ints, n: int, power: float, rng: np.random.Generator) -> Side:
    weight = stock.sizes[stock.cluster[at]].astype(float) ** (power - 1)
    return stock.side(rng.choice(at, n, replace=False, p=weight / weight.sum()))


def _rare_gone(stock: Stock, at: Ints, n: int, share: float, rng: np.random.Generator) -> Side:
    rare = np.argsort(stock.sizes, kind="stable")[: round(share * len(stock.sizes))]
    return stock.side(rng.choice(at[~np.isin(stock.cluster[at], rare)], n, replace=False))


def _sparse_gone(stock: Stock, at: Ints, n: int, share: float, rng: np.random.Generator) -> Side:
    limit = np.quantile(stock.sparseness, 1 - share)
    return stock.side(rng.choice(at[stock.sparseness[at] < limit], n, replace=False))


def _contracted(stock: Stock, at: Ints, n: int, share: float, rng: np.random.Generator) -> Side:
    side = stock.side(rng.choice(at, n, replace=False))
    centre = side.vectors.mean(axis=0)
    moved = centre + share * (side.vectors - centre)
    return replace(side, vectors=moved / np.linalg.norm(moved, axis=1, keepdims=True))


def _repeated(stock: Stock, at: Ints, n: int, share: float, rng: np.random.Generator) -> Side:
    count = round(share * n)
    rows = rng.choice(at, n - count, replace=False)
    again = rng.choice(len(rows), count, replace=False)
    side = stock.side(np.concatenate([rows, rows[again]]))
    questions, answers = list(side.questions), list(side.answers)
    vectors = side.vectors.copy()
    for row in range(n - count, n):
        questions[row] = _reworded(questions[row], rng)
        answers[row] = _reworded(answers[row], rng)
        vectors[row] += rng.normal(0, 0.2 / vectors.shape[1] ** 0.5, vectors.shape[1])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return replace(side, questions=questions, answers=answers, vectors=vectors)


def _reworded(text: str, rng: np.random.Generator) -> str:
    """One word in twenty replaced, one at least."""
    words = text.split(" ")
    for at in rng.choice(len(words), max(1, len(words) // 20), replace=False).tolist():
        words[at] = "that"
    return " ".join(words)


def _taken_over(stock: Stock, at: Ints, n: int, share: float, rng: np.random.Generator) -> Side:
    side = stock.side(rng.choice(at, n, replace=False))
    answers = [
        f"{_OPENING}{answer}" if row < round(share * n) else answer
        for row, answer in enumerate(side.answers)
    ]
    return replace(side, answers=answers)


def _corrupted(stock: Stock, at: Ints, n: int, share: float, rng: np.random.Generator) -> Side:
    side = stock.side(rng.choice(at, n, replace=False))
    return replace(side, claims=claims(n, share, rng))


MEANING, WORDING = ("meaning", "kinds"), ("wording",)
KINDS = (
    Kind("sharpened sampling, exponent", _sharpened, (1.5, 2.0, 3.0), MEANING, 2.0, 1.0),
    Kind("whole rare clusters gone", _rare_gone, (0.1, 0.2, 0.4), MEANING, 0.2, 1.0),
    Kind("sparse regions gone", _sparse_gone, (0.02, 0.05, 0.1), MEANING, 0.05, 1.0),
    Kind("contraction to the centre", _contracted, (0.95, 0.9, 0.8), MEANING, 0.9, 0.96),
    Kind("paraphrased repeats", _repeated, (0.0025, 0.005, 0.02), (*WORDING, *MEANING), 0.005, 1.0),
    Kind("style takeover", _taken_over, (0.01, 0.02, 0.05), WORDING, 0.02, 0.92),
    Kind("false facts", _corrupted, (0.02, 0.05, 0.1), ("grounds",), 0.05, None),
)
BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}
