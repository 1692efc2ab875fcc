"""A map of the meanings: rows of a version and of its references in the plane in which they vary
most, and where clusters lay of which nothing is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verifiers.collapse.sides import Side
from verifiers.collapse.tails import Vanished

MOST = 1500
"""Points of a map."""
SCALE = 1000
"""Places are whole numbers from 0 to this."""
_RIM = 0.02
"""Share of the scale that the smallest ring has as its radius."""
_RIM_MOST = 0.09
"""And the largest: a cluster may be flung wide by the plane that others set."""
_CORE = 0.6
"""Share of a cluster's rows that its ring holds, where it may."""
Plane = NDArray[np.float64]


def draw_map(
    version: Side,
    references: Mapping[str, Side],
    gone: Sequence[tuple[str, Vanished]],
    seed: int,
) -> dict[str, Any]:
    """Points of the version and of each reference, equally many at most, and a ring around each
    cluster that is ``gone``, in that order. Nothing for fewer than three points.

    The plane is spanned by the first two principal components of all points together;
    ``explained`` is their share of the variance.
    """
    sides = {"version": version, **references}
    rows = {name: _some(side, MOST // len(sides), seed) for name, side in sides.items()}
    if sum(map(len, rows.values())) < 3:
        return {}
    every = np.concatenate(list(rows.values()))
    centre = every.mean(axis=0)
    axes, explained = _components(every - centre)
    flat = {name: (part - centre) @ axes for name, part in rows.items()}
    rings = [(each.rows.astype(np.float64) - centre) @ axes for _, each in gone]
    low, width = _frame([*flat.values(), *rings])
    return {
        "explained": round(explained, 4),
        "points": {name: _placed(part, low, width).tolist() for name, part in flat.items()},
        "rings": [
            {"reference": name, **_ring((part - low) / width)}
            for (name, _), part in zip(gone, rings, strict=True)
        ],
    }


def _some(side: Side, most: int, seed: int) -> Plane:
    """Random rows of a side, the same ones however its rows lie."""
    chosen = np.random.default_rng([seed, 5]).permutation(side.order)[:most]
    found: Plane = side.vectors[np.sort(chosen)].astype(np.float64)
    return found


def _components(rows: Plane) -> tuple[Plane, float]:
    """Two axes as columns and their share of the variance; the sign of an axis is set by its
    largest weight, since a decomposition leaves it open.
    """
    variance, vectors = np.linalg.eigh(rows.T @ rows)
    axes = vectors[:, ::-1][:, :2]
    heaviest = np.abs(axes).argmax(axis=0)
    axes = axes * np.sign(axes[heaviest, np.arange(axes.shape[1])])
    return axes, float(variance[-2:].sum() / max(variance.sum(), 1e-12))


def _frame(parts: Sequence[Plane]) -> tuple[Plane, float]:
    """The corner of the square that holds all points, and its side: one scale for both axes."""
    every = np.concatenate(parts)
    low, high = every.min(axis=0), every.max(axis=0)
    width = max(float((high - low).max()), 1e-12)
    return (low + high - width) / 2, width


def _placed(part: Plane, low: Plane, width: float) -> NDArray[np.int64]:
    return np.rint((part - low) / width * SCALE).astype(np.int64)


def _ring(places: Plane) -> dict[str, int]:
    """A circle around most of a cluster's rows; places are shares of the frame."""
    middle = np.median(places, axis=0)
    radius = float(np.quantile(np.linalg.norm(places - middle, axis=1), _CORE))
    x, y = np.rint(middle * SCALE).astype(int).tolist()
    return {"x": x, "y": y, "radius": round(SCALE * min(max(radius, _RIM), _RIM_MOST))}
