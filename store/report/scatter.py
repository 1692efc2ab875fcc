"""The drawing of a map of meanings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store.report.scales import Scale

SIDE, _MARGIN = 640.0, 24.0
RINGS = 12
"""Rings that are drawn; more would hide each other. They are the largest."""
_DOT, _CROSS = "h.01", "m-3 0h6m-3-3v6"  # a line of no length is lost in print
_SIGNS = {"version": _DOT, "parent": _DOT}
"""A dot is round or square by its style; other sides have crosses."""


@dataclass(frozen=True, slots=True)
class Cloud:
    """The points of one side as one path of signs, and the ``sign`` alone."""

    name: str
    points: int
    path: str
    sign: str


@dataclass(frozen=True, slots=True)
class Ring:
    """Where a cluster was: ``number`` is that of its row in the table of what has vanished."""

    number: int
    reference: str
    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Scatter:
    """A map: references first, since what is drawn later lies above."""

    clouds: Sequence[Cloud]
    rings: Sequence[Ring]
    explained: float
    side: float = SIDE


def draw_scatter(found: Mapping[str, Any]) -> Scatter | None:
    """The map of a version, if it has one."""
    if not found:
        return None
    place = Scale(0, 1000, _MARGIN, SIDE - _MARGIN)
    sides = sorted(found["points"].items(), key=lambda side: (side[0] == "version", side[0]))
    clouds = []
    for name, points in sides:
        sign = _SIGNS.get(name, _CROSS)
        path = "".join(f"M{place(x):g} {place(y):g}{sign}" for x, y in points)
        clouds.append(Cloud(name, len(points), path, sign))
    rings = [
        Ring(
            number,
            ring["reference"],
            place(ring["x"]),
            place(ring["y"]),
            round(ring["radius"] * (SIDE - 2 * _MARGIN) / 1000, 1),
        )
        for number, ring in enumerate(found["rings"][:RINGS], start=1)
    ]
    return Scatter(clouds, rings, found["explained"])
