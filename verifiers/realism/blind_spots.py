"""Topics that real users ask about and that synthetic prompts leave out.

A real prompt is uncovered where hardly any synthetic one is as near to it in meaning as real ones
are to each other. Uncovered prompts that are alike form a topic, described by the words that tell
it from all real prompts (c-TF-IDF, arXiv 2203.05794).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from store.stages import Vectors
from store.text import normalise
from verifiers.realism.english import SMALL
from verifiers.realism.prose import words_of

_NEIGHBOURS = 5
_LOOSEST, _STRICTEST = 0.35, 0.60
"""Bounds of the cosine similarity that counts as the same topic: below it nothing is alike, and
above it a prompt is covered by no other words for the same thing."""
_FEW = 0.2
"""Share of the synthetic prompts that its real ones would let expect, below which a place is
uncovered."""
_ONE_TOPIC = 0.35
"""Mean similarity from which on uncovered prompts are one topic."""
_FAR, _LOOSE_TOPIC = 0.30, 0.20
"""Of prompts that are in no such topic, those that are farther than this from every synthetic one
are a topic from this mean similarity on, since questions on a foreign subject share few words."""
_LEAST, _LEAST_SHARE = 3, 0.01
"""Prompts of a topic, and their share of the sample, below which it is chance."""
_MOST = 4_000
"""Distinct real prompts that are looked at; of more, as many are drawn."""
_STEP = 8_192
_WORDS, _SHOWN = 5, 2


@dataclass(frozen=True)
class BlindSpot:
    """A topic: the numbers of its real prompts in the sample, their share of it, the synthetic
    prompts that are near to any of them, the words that tell it, and the prompts in its middle.
    """

    rows: tuple[int, ...]
    share: float
    synthetic: int
    words: tuple[str, ...]
    examples: tuple[str, ...]


def blind_spots(
    real: Sequence[str], vectors: Vectors, synthetic: Vectors, seed: int = 0
) -> list[BlindSpot]:
    """Topics without synthetic prompts, the largest first; ``vectors`` are those of the real ones.

    Equal prompts count as often as they were written, but say once what is alike.
    """
    groups = _distinct(real, seed)
    firsts = [rows[0] for rows in groups]
    weights = np.array([len(rows) for rows in groups], float)
    if len(firsts) < 2 * _LEAST:
        return []
    own = vectors[firsts].astype(np.float32)
    reach = _reach(own)
    found = sum((part.sum(axis=1) for part in _near(own, reach, synthetic)), np.zeros(len(own)))
    asked = ((own @ own.T) >= reach[:, None]) @ weights
    expected = asked * len(synthetic) / weights.sum()
    uncovered = np.flatnonzero((found == 0) | (found < _FEW * expected))
    least = max(_LEAST, _LEAST_SHARE * weights.sum())
    close = [uncovered[part] for part in _topics(own[uncovered], _ONE_TOPIC)]
    topics = [places for places in close if weights[places].sum() >= least]
    left = np.setdiff1d(uncovered, np.concatenate([np.empty(0, int), *topics]))
    far = left[_nearest(own[left], synthetic) < _FAR]
    topics += [far[part] for part in _topics(own[far], _LOOSE_TOPIC)]
    spots = []
    for places in topics:
        if weights[places].sum() >= least:
            rows = tuple(sorted(row for at in places for row in groups[at]))
            parts = _near(own[places], reach[places], synthetic)
            touching = sum(int(part.any(axis=0).sum()) for part in parts)
            middle = own[places] @ own[places].mean(axis=0)
            shown = [real[firsts[places[i]]] for i in np.argsort(-middle, kind="stable")[:_SHOWN]]
            share = float(weights[places].sum() / weights.sum())
            spots.append(BlindSpot(rows, share, touching, _telling(real, rows), tuple(shown)))
    return sorted(spots, key=lambda spot: (-len(spot.rows), spot.rows))


def _near(
    own: Vectors, reach: NDArray[np.float32], synthetic: Vectors
) -> Iterator[NDArray[np.bool_]]:
    """Which synthetic prompts are within the reach of each real one, some columns at a time."""
    for start in range(0, len(synthetic), _STEP):
        part = synthetic[start : start + _STEP].astype(np.float32)
        yield own @ part.T >= reach[:, None]


def _distinct(real: Sequence[str], seed: int) -> list[list[int]]:
    """The numbers of equal prompts together, in the order of the first of each."""
    groups: dict[str, list[int]] = {}
    for number, text in enumerate(real):
        groups.setdefault(normalise(text), []).append(number)
    found = [*groups.values()]
    if len(found) <= _MOST:
        return found
    drawn = np.random.default_rng(seed).choice(len(found), _MOST, replace=False)
    return [found[at] for at in sorted(drawn.tolist())]


def _reach(own: Vectors) -> NDArray[np.float32]:
    """How near a prompt's fifth nearest real one is, within the bounds of one topic."""
    alike = own @ own.T
    np.fill_diagonal(alike, -1.0)
    at = min(_NEIGHBOURS, len(own) - 1)
    nearest = np.partition(alike, -at, axis=1)[:, -at]
    return np.clip(nearest, _LOOSEST, _STRICTEST)


def _nearest(own: Vectors, synthetic: Vectors) -> NDArray[np.float32]:
    """How near the nearest synthetic prompt is to each real one."""
    found = np.full(len(own), -1.0, np.float32)
    for start in range(0, len(synthetic), _STEP):
        part = synthetic[start : start + _STEP].astype(np.float32)
        found = np.maximum(found, (own @ part.T).max(axis=1, initial=-1.0))
    return found


def _topics(own: Vectors, least: float) -> list[NDArray[np.int64]]:
    """Groups of prompts by average linkage, down to this mean similarity."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    if len(own) < 2:
        return [np.arange(len(own))] if len(own) else []
    apart = np.clip(1 - own @ own.T, 0, 2).astype(np.float64)
    np.fill_diagonal(apart, 0.0)
    apart = (apart + apart.T) / 2
    labels = fcluster(linkage(squareform(apart), "average"), 1 - least, "distance")
    return [np.flatnonzero(labels == label) for label in np.unique(labels)]


def _telling(real: Sequence[str], rows: Iterable[int]) -> tuple[str, ...]:
    """The words with the highest c-TF-IDF: frequent in the topic, rare elsewhere. A word of a
    single prompt tells its typos, so such words come last.
    """
    inside, every = _counts(real[row] for row in rows), _counts(real)
    size = max(1, inside.total())
    score = {
        word: (count > 1, count / size * math.log(1 + size / every[word]))
        for word, count in inside.items()
    }
    return tuple(sorted(sorted(score), key=score.__getitem__, reverse=True)[:_WORDS])


def _counts(texts: Iterable[str]) -> Counter[str]:
    return Counter(
        word
        for text in texts
        for word in {one.plain for one in words_of(text)}
        if len(word) > 2 and word not in SMALL
    )
