"""Made sides for the tests of the collapse panel: rows of a few topics, each with its vector."""

from __future__ import annotations

import numpy as np

from verifiers.collapse import Side

WIDTH = 16
TOPICS = 12


def side(rows: int, seed: int, *, spread: float = 0.6, topics: int = TOPICS) -> Side:
    """Rows around as many topics, the later ones rarer; three claims each, mostly supported."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).normal(size=(TOPICS, WIDTH))
    share = 1 / np.arange(1, topics + 1)
    topic = rng.choice(topics, rows, p=share / share.sum())
    vectors = centres[topic] + spread * rng.normal(size=(rows, WIDTH))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    words = rng.integers(0, 900, (rows, 24))
    said = [[f"w{word}" for word in line] for line in words]
    supported = rng.binomial(3, 0.9, rows)
    return Side(
        [" ".join(line[:10]) for line in said],
        [" ".join(line[10:]) for line in said],
        vectors.astype(np.float32),
        np.stack([supported, np.full(rows, 3)], axis=1),
        [[f"document {number}"] for number in topic.tolist()],
    )
