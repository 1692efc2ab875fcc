"""Two sets of rows, made comparable: equally many of each, and none of them twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from store.stages import Vectors
from verifiers.collapse.facts import Claims, Sources, Told

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Side:
    """Rows as the probes see them: texts, one normalised vector each (float16 or float32) and,
    where they are known, the claims and the documents of each. ``sources`` says what the corpus
    behind a version holds.
    """

    questions: Sequence[str]
    answers: Sequence[str]
    vectors: Vectors
    claims: Claims | None = None
    documents: Sequence[Sequence[str]] | None = None
    sources: Sources | None = None

    def __len__(self) -> int:
        """Rows."""
        return len(self.questions)

    @cached_property
    def order(self) -> Rows:
        """Its rows by their texts, so that what is drawn does not depend on how they lie."""
        keys = [self.key(row) for row in range(len(self))]
        return np.array(sorted(range(len(keys)), key=keys.__getitem__), np.int64)

    def key(self, row: int) -> tuple[str, str]:
        """What a row says."""
        return self.questions[row], self.answers[row]


@dataclass(frozen=True)
class Pool:
    """Rows of a version and equally many of a reference, in that order."""

    version: Side
    reference: Side
    mine: Rows
    theirs: Rows

    @property
    def size(self) -> int:
        """Rows of each."""
        return len(self.mine)

    def first(self, size: int) -> Pool:
        """At most that many of each."""
        return Pool(self.version, self.reference, self.mine[:size], self.theirs[:size])

    def texts(self, name: str) -> list[str]:
        """The questions or answers of all rows."""
        one, two = getattr(self.version, name), getattr(self.reference, name)
        return [one[at] for at in self.mine.tolist()] + [two[at] for at in self.theirs.tolist()]

    def vectors(self) -> Vectors:
        """The vectors of all rows, float32."""
        both = (self.version.vectors[self.mine], self.reference.vectors[self.theirs])
        return np.concatenate([part.astype(np.float32) for part in both])

    def claims(self) -> Claims:
        """The claims of all rows; none where a side has not been checked."""
        one, two = self.version.claims, self.reference.claims
        if one is None or two is None:
            return np.zeros((2 * self.size, 2), np.int64)
        return np.concatenate([one[self.mine], two[self.theirs]])

    def told(self) -> Told:
        """The documents of all rows; none where a side has none."""
        one, two = self.version.documents, self.reference.documents
        if one is None or two is None:
            return Told.of([[]] * (2 * self.size))
        known = self.version.sources.documents if self.version.sources else None
        rows = [one[at] for at in self.mine.tolist()] + [two[at] for at in self.theirs.tolist()]
        return Told.of(rows, known)


def pool(version: Side, reference: Side, most: int, seed: int) -> Pool:
    """A random sample of each, of equal size, in random order.

    Rows that both have, as a version that adds to its parent does, are dealt to one side each:
    rows that stand on both are no independent samples, and a row whose twin is on the other side
    would look near it for that reason alone.
    """
    rng = np.random.default_rng([seed, 1])
    mine, theirs = rng.permutation(version.order), rng.permutation(reference.order)
    there = {reference.key(at): at for at in theirs.tolist()}
    shared = [(at, there[key]) for at in mine.tolist() if (key := version.key(at)) in there]
    given_up = np.array(shared, np.int64).reshape(-1, 2)
    kept_mine = rng.random(len(given_up)) < 0.5
    mine = mine[~np.isin(mine, given_up[~kept_mine, 0])]
    theirs = theirs[~np.isin(theirs, given_up[kept_mine, 1])]
    size = min(most, len(mine), len(theirs))
    return Pool(version, reference, mine[:size], theirs[:size])
