"""Curves of tails: how many rows each kind has, the most frequent kind first.

What collapses loses the far end of the curve first, and its near end rises.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from verifiers.collapse.facts import Told
from verifiers.collapse.sides import Side, pool
from verifiers.collapse.tails import Counts, clusters, counts_of

_FIRST = 12
_MOST = 60
"""Points of a curve: the first ranks, then ranks that are evenly spaced on a log scale."""


def tail_curves(
    version: Side, references: Mapping[str, Side], most: int, seed: int
) -> list[dict[str, Any]]:
    """A drawing per reference and kind: ``of`` is ``clusters``, found in equally many rows of both,
    at most ``most``, or ``documents``, over all rows of either.
    """
    found = []
    for name, side in references.items():
        both = pool(version, side, most, seed)
        if not both.size:
            continue
        rows = both.vectors()
        assign = clusters(rows, seed)
        counts = {
            "version": counts_of(assign, rows[: both.size]),
            name: counts_of(assign, rows[both.size :]),
        }
        found.append(_drawing("clusters", counts))
    told = {"version": version, **references}
    documents = {name: _documents(side) for name, side in told.items() if side.documents}
    return [*found, _drawing("documents", documents)] if "version" in documents else found


def _documents(side: Side) -> Counts:
    counted = Told.of(side.documents or [])
    return counted.counts(np.ones(len(side), bool))


def _drawing(of: str, counts: Mapping[str, Counts]) -> dict[str, Any]:
    return {"of": of, "curves": {name: curve(each) for name, each in counts.items()}}


def curve(counts: Counts) -> dict[str, Any]:
    """Of the kinds that have rows: how many there are, how many have one row, how many hold half of
    the rows, and ``points``, pairs of a rank from 1 and the rows of the kind there.
    """
    held = np.sort(counts[counts > 0])[::-1]
    if not len(held):
        return {"rows": 0, "kinds": 0, "once": 0, "half": 0, "points": []}
    spaced = np.geomspace(1, len(held), _MOST).round()
    ranks = np.unique(np.concatenate([np.arange(1, min(_FIRST, len(held)) + 1), spaced]))
    return {
        "rows": int(held.sum()),
        "kinds": len(held),
        "once": int((held == 1).sum()),
        "half": int(np.searchsorted(held.cumsum(), held.sum() / 2) + 1),
        "points": [[rank, int(held[rank - 1])] for rank in ranks.astype(int).tolist()],
    }
