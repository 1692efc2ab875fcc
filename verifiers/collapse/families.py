"""Families of figures over two samples that were put together, the version's rows first.

``values`` gives the figures of some of the rows beside others; ``statistics`` those that are held
against their permutations, one per parting, the true one first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from store.stages import Vectors
from verifiers.collapse import facts, grams, kinds, lexical, semantic, tails
from verifiers.collapse.metrics import METRICS
from verifiers.collapse.neighbours import Neighbours

Mask = NDArray[np.bool_]
Figures = dict[str, float]
_NGRAM, _FRAME = 5, 6
_CLUSTERINGS = 8
_MOSTLY = 0.5
"""Share of a row's 5-grams that stand in other rows from which on it is a near duplicate."""


class Family(Protocol):
    """Figures of the same rows."""

    def values(self, mine: Mask, theirs: Mask) -> Figures:
        """The figures of ``mine``, where they are paired beside ``theirs``."""
        ...

    def statistics(self, partings: Mask) -> dict[str, NDArray[np.float64]]:
        """By figure, what it is compared by under each parting."""
        ...


def differences(family: Family, partings: Mask) -> dict[str, NDArray[np.float64]]:
    """Paired figures as they are, others as the difference of the parts."""
    found: dict[str, list[float]] = {}
    for version in partings:
        mine, theirs = family.values(version, ~version), family.values(~version, version)
        for name, value in mine.items():
            other = 0.0 if METRICS[name].paired else theirs[name]
            found.setdefault(name, []).append(value - other)
    return {name: np.array(values) for name, values in found.items()}


class Wording:
    """Repeated wording and openings of questions and answers."""

    def __init__(
        self, questions: Sequence[str], answers: Sequence[str], template_rows: int
    ) -> None:
        """Hash the texts; a frame that ``template_rows`` rows share is a template."""
        whole = [f"{q}\n{a}" for q, a in zip(questions, answers, strict=True)]
        self._grams = grams.shared_grams(whole, _NGRAM)
        self._frames = grams.shared_grams(questions, _FRAME, masked=True)
        self._openings = {
            "question": lexical.openings(questions),
            "answer": lexical.openings(answers),
        }
        self._others = template_rows - 1

    def values(self, mine: Mask, theirs: Mask) -> Figures:
        """See :class:`Family`."""
        found = {
            "near_duplicate_share": grams.repeated_share(self._grams, mine, _MOSTLY),
            "template_rate": grams.repeated_share(self._frames, mine, 0, self._others),
        }
        for of, openings in self._openings.items():
            size = int(openings.max()) + 1 if len(openings) else 0
            own = np.bincount(openings[mine], minlength=size)
            found[f"{of}_opening_entropy"] = lexical.entropy(own)
            found[f"{of}_top_opening"] = lexical.top_share(own)
            if theirs.any():
                others = np.bincount(openings[theirs], minlength=size)
                found[f"{of}_takeover"] = lexical.takeover(own, others)
        return found

    def statistics(self, partings: Mask) -> dict[str, NDArray[np.float64]]:
        """See :class:`Family`."""
        return differences(self, partings)


class Meaning:
    """Spread of embeddings, and how the two samples cover each other."""

    def __init__(self, vectors: Vectors, k: int, close: float) -> None:
        """``k`` is the neighbour that a ball reaches to, ``close`` the similarity of repeats."""
        self._vectors, self._k, self._close = semantic.apart(vectors), k, close
        self._width = semantic.bandwidth(self._vectors)

    def values(self, mine: Mask, theirs: Mask) -> Figures:
        """See :class:`Family`."""
        rows, others = self._vectors[mine], self._vectors[theirs]
        near = semantic.nearest(rows, rows, 1, itself=True)[:, 0]
        low, median, high = np.quantile(near, [0.05, 0.5, 0.95]).tolist()
        cover = semantic.cover(rows, others, self._k)
        return {
            "vendi": semantic.vendi(rows),
            "centroid_similarity": semantic.centroid_similarity(rows),
            "close_share": float((near >= self._close).mean()),
            "nearest_low": low,
            "nearest_median": median,
            "nearest_high": high,
            **_named(cover),
            "frechet": semantic.frechet(rows, others),
            "mmd": semantic.mmd(rows, others, self._width),
        }

    def statistics(self, partings: Mask) -> dict[str, NDArray[np.float64]]:
        """See :class:`Family`. The Vendi score is compared by its influence, to first order; the
        discrepancy is negative where the version is the wider of the two.
        """
        found = {name: values for name, values in self._covers(partings).items()}
        shares = partings / partings.sum(axis=1, keepdims=True)
        shares = shares - ~partings / (~partings).sum(axis=1, keepdims=True)
        found["vendi"] = shares @ semantic.vendi_influence(self._vectors)
        centre = self._vectors.mean(axis=0)
        found["centroid_similarity"] = shares @ (self._vectors @ centre).astype(np.float64)
        values, narrower = semantic.mmd_of_labels(self._vectors, partings, self._width)
        found["mmd"] = np.where(narrower >= 0, values, -np.maximum(values, 0))
        return found

    def _covers(self, partings: Mask) -> dict[str, NDArray[np.float64]]:
        true = partings[0]
        near = Neighbours.among(self._vectors, true)
        rows: dict[str, list[float]] = {}
        for version in partings:
            # Of the true parting, what lies in a ball may be more than is listed.
            cover = (
                semantic.cover(self._vectors[true], self._vectors[~true], self._k)
                if version is partings[0] or np.array_equal(version, true)
                else near.cover(version, self._k)
            )
            own = near.nearest_own(version)
            is_close = own >= self._close
            close = float(is_close[version].mean() - is_close[~version].mean())
            for name, value in {**_named(cover), "close_share": close}.items():
                rows.setdefault(name, []).append(value)
        return {name: np.array(values) for name, values in rows.items()}


class Kinds:
    """Clusters of meaning as kinds: how many, how even, how many unseen, and which were emptied.

    Where the borders of clusters fall is chance, which hides a shift between them; so figures are
    means over several clusterings.
    """

    def __init__(self, vectors: Vectors, rare_share: float, seed: int) -> None:
        """Cluster the rows of both samples together, coarsely, and finely for what was emptied."""
        self._rare = rare_share
        rows = vectors.astype(np.float32, copy=False)
        self._coarse = [_clustering(rows, seed + at, 1) for at in range(_CLUSTERINGS)]
        self._fine = [_clustering(rows, seed + at, 2) for at in range(_CLUSTERINGS)]

    def values(self, mine: Mask, theirs: Mask) -> Figures:
        """See :class:`Family`."""
        own, others = _counts(self._coarse, mine[None]), _counts(self._coarse, theirs[None])
        fine = _counts(self._fine, mine[None]), _counts(self._fine, theirs[None])
        return {
            **{name: float(each[0]) for name, each in _own(own).items()},
            "rare_coverage": float(self._rare_coverage(own, others)[0]),
            "emptied": float(_mean(kinds.emptied, *fine)[0]),
        }

    def statistics(self, partings: Mask) -> dict[str, NDArray[np.float64]]:
        """See :class:`Family`. What was emptied is compared by how unlikely that is."""
        own, others = _counts(self._coarse, partings), _counts(self._coarse, ~partings)
        fine = _counts(self._fine, partings), _counts(self._fine, ~partings)
        theirs = _own(others)
        return {
            **{name: each - theirs[name] for name, each in _own(own).items()},
            "rare_coverage": self._rare_coverage(own, others),
            "emptied": _mean(kinds.emptying, *fine),
        }

    def _rare_coverage(
        self, mine: Sequence[kinds.Counts], theirs: Sequence[kinds.Counts]
    ) -> NDArray[np.float64]:
        return _mean(partial(kinds.rare_coverage, share=self._rare), mine, theirs)


def _clustering(vectors: Vectors, seed: int, finer: int) -> csr_array:
    """Which row is in which cluster, a column each."""
    found = tails.clusters(vectors, seed, finer=finer)
    return kinds.places(found(vectors), len(found.centroids))


def _counts(clusterings: Sequence[csr_array], masks: Mask) -> list[kinds.Counts]:
    """Rows of each cluster under each mask, by clustering."""
    return [kinds.counts_by_kind(each, masks) for each in clusterings]


def _own(counts: Sequence[kinds.Counts]) -> dict[str, NDArray[np.float64]]:
    """Figures of one side, for each parting."""
    found = {f"hill_{order}": _mean(partial(kinds.hill, order=order), counts) for order in range(3)}
    return found | {"unseen_mass": _mean(kinds.unseen_mass, counts)}


def _mean(
    figure: Callable[..., NDArray[np.float64]], *sides: Sequence[kinds.Counts]
) -> NDArray[np.float64]:
    """The mean of a figure over clusterings, for each parting."""
    return np.asarray(np.mean([figure(*parts) for parts in zip(*sides, strict=True)], axis=0))


class Grounds:
    """What the rows claim and which documents they come from."""

    def __init__(self, claims: facts.Claims, told: facts.Told) -> None:
        """``claims`` by row, and the documents of the rows."""
        self._claims, self._told = claims, told

    def values(self, mine: Mask, theirs: Mask) -> Figures:
        """See :class:`Family`."""
        found = {}
        if self._claims[:, 1].any():
            found["claim_accuracy"] = facts.accuracy(self._claims[mine])
        if self._told.documents:
            found["document_recall"] = self._told.recall(mine)
        return found

    def statistics(self, partings: Mask) -> dict[str, NDArray[np.float64]]:
        """See :class:`Family`."""
        return differences(self, partings)


def _named(cover: semantic.Cover) -> Figures:
    return {
        "knn_precision": cover.precision,
        "knn_recall": cover.recall,
        "density": cover.density,
        "coverage": cover.coverage,
        "far_share": cover.far_share,
    }
