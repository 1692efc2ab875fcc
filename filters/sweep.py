"""What would be kept at other thresholds, from one search for pairs at the lowest of them.

That search looks more closely than one at a higher threshold, whose signatures have fewer bands, so
it may find a pair more. Where a record has more twins than a search keeps (a crowd), it may find
some less, since those of a higher threshold are the ones the search at the lowest has left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from configs.filters import NearDedup, SemanticDedup
from filters.clusters import Pairs, survivor_rank, survivors
from filters.near import near_pairs, near_pairs_at
from filters.scope import compared
from filters.semantic import semantic_pairs, vectors_of
from store.stages import Progress, silent


@dataclass(frozen=True, slots=True)
class Level:
    """What one threshold does. A group is a survivor with all that is dropped for it."""

    threshold: float
    kept: int
    dropped: int
    groups: int
    largest: int

    @property
    def keep_rate(self) -> float:
        """Share of the candidates that is kept."""
        return self.kept / max(1, self.kept + self.dropped)


@dataclass(frozen=True, slots=True)
class Risky:
    """A pair of records that are twins just so: at this threshold, and at no higher one."""

    threshold: float
    score: float
    one: str
    two: str


@dataclass(frozen=True)
class Swept:
    """A stage at each threshold, and the ids of pairs that show what it would merge. ``current``
    is the threshold the recipe has; ``kept`` are the ids that this one keeps.
    """

    stage: str
    current: float
    levels: Sequence[Level]
    risky: Sequence[Risky]
    kept: frozenset[str]


def sweep_near(
    records: pl.DataFrame,
    references: pl.DataFrame,
    settings: NearDedup,
    thresholds: Sequence[float],
    samples: int = 0,
    progress: Progress = silent,
) -> Swept:
    """Near duplicates (Jaccard similarity) at each of the thresholds and at that of the settings,
    with up to ``samples`` risky pairs of each.
    """
    rows, wanted = compared(records, references), _with(settings.threshold, thresholds)
    lowest = settings.model_copy(update={"threshold": wanted[0]})
    pairs = near_pairs(rows, lowest, progress)
    at = partial(near_pairs_at, rows, pairs, settings)
    return _swept("near", rows, at, settings, wanted, samples)


def sweep_semantic(
    records: pl.DataFrame,
    references: pl.DataFrame,
    settings: SemanticDedup,
    thresholds: Sequence[float],
    samples: int = 0,
    seed: int = 7,
    progress: Progress = silent,
) -> Swept:
    """Duplicates in meaning (cosine similarity), likewise; records need ``embedding``."""
    rows = compared(records, references, "embedding")
    wanted = _with(settings.threshold, thresholds)
    lowest = settings.model_copy(update={"threshold": wanted[0]})
    pairs, _ = semantic_pairs(rows, vectors_of(rows), lowest, seed, progress)
    # The search takes scores that rounding has brought just under the threshold.
    limits = {threshold: threshold - 1e-6 for threshold in wanted}
    return _swept(
        "semantic", rows, lambda t: pairs.where(pairs.score >= limits[t]), settings, wanted, samples
    )


def _with(current: float, thresholds: Sequence[float]) -> list[float]:
    return sorted({current, *thresholds})


def _swept(
    stage: str,
    rows: pl.DataFrame,
    pairs_at: Callable[[float], Pairs],
    settings: NearDedup | SemanticDedup,
    thresholds: Sequence[float],
    samples: int,
) -> Swept:
    rank, ids = np.array(survivor_rank(rows), np.int64), np.array(rows["id"].to_list(), object)
    own = ~rows["reference"].to_numpy()
    levels, risky, kept = [], [], frozenset[str]()
    for threshold, higher in pairwise([*thresholds, np.inf]):
        pairs = pairs_at(threshold)
        stands = np.arange(len(rows))
        if len(pairs):
            stands = survivors(rank, pairs, settings.groups)
        lost = own & (stands != np.arange(len(rows)))
        levels.append(_level(threshold, stands, lost, own))
        near = pairs.where((pairs.score < higher) & (own[pairs.left] | own[pairs.right]))
        risky += _riskiest(threshold, near, ids, samples)
        if threshold == settings.threshold:
            kept = frozenset(ids[own & ~lost].tolist())
    return Swept(stage, settings.threshold, levels, risky, kept)


def _level(
    threshold: float,
    stands: NDArray[np.int64],
    lost: NDArray[np.bool_],
    own: NDArray[np.bool_],
) -> Level:
    sizes = np.bincount(stands[lost]) + 1 if lost.any() else np.zeros(0, np.int64)
    dropped = int(lost.sum())
    return Level(
        threshold=threshold,
        kept=int(own.sum()) - dropped,
        dropped=dropped,
        groups=int((sizes > 1).sum()),
        largest=int(sizes.max(initial=0)),
    )


def _riskiest(threshold: float, pairs: Pairs, ids: NDArray[np.object_], count: int) -> list[Risky]:
    """The pairs of the lowest scores, no record twice, so that one group cannot fill the list."""
    found: list[Risky] = []
    seen: set[int] = set()
    for place in np.lexsort((pairs.right, pairs.left, pairs.score)):
        if len(found) == count:
            break
        one, two = int(pairs.left[place]), int(pairs.right[place])
        if one not in seen and two not in seen:
            seen |= {one, two}
            found.append(Risky(threshold, float(pairs.score[place]), ids[one], ids[two]))
    return found
