"""Drawings of figures over the generations of a dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store.report.scales import Scale

_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 350.0, 14.0, 176.0
_TITLES = {
    "claim_accuracy": "Claims that the verifier supports",
    "document_recall": "Documents that a row comes from",
}


@dataclass(frozen=True, slots=True)
class Dot:
    """One generation: its place, the ends of its interval, and the figures."""

    x: float
    y: float
    top: float
    bottom: float
    version: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Course:
    """A figure over generations, oldest first; ``up`` are marks of the axis."""

    title: str
    dots: Sequence[Dot]
    up: Sequence[tuple[float, str]]
    left: float = _LEFT
    right: float = _RIGHT
    top: float = _TOP
    bottom: float = _BOTTOM

    @property
    def path(self) -> str:
        """The line through the dots."""
        return " ".join(f"{dot.x:g},{dot.y:g}" for dot in self.dots)


def draw_generations(
    ancestors: Sequence[Mapping[str, Any]], version: int, panel: Sequence[Mapping[str, Any]]
) -> list[Course]:
    """A drawing per figure that this version and an ancestor have."""
    own = {
        row["metric"]: row for row in panel if row["reference"] == "" and row["metric"] in _TITLES
    }
    every = [*ancestors, {"version": version, "figures": own}]
    drawn = []
    for metric, title in _TITLES.items():
        points = [(g["version"], g["figures"][metric]) for g in every if metric in g["figures"]]
        if metric in own and len(points) > 1:
            drawn.append(_course(title, points))
    return drawn


def _course(title: str, points: Sequence[tuple[int, Mapping[str, Any]]]) -> Course:
    floor, step = _axis(min(point["low"] for _, point in points))
    across = Scale(0, len(points) - 1, _LEFT + 20, _RIGHT - 20)
    up = Scale(floor, 1, _BOTTOM, _TOP)
    dots = [
        Dot(
            across(at),
            up(point["value"]),
            up(min(1.0, point["high"])),
            up(point["low"]),
            f"v{version}",
            point["value"],
            point["low"],
            point["high"],
        )
        for at, (version, point) in enumerate(points)
    ]
    marks = [1 - step * at for at in range(round((1 - floor) / step) + 1)]
    return Course(title, dots, [(up(mark), f"{100 * mark:.3g}%") for mark in marks])


def _axis(lowest: float) -> tuple[float, float]:
    """Where an axis up to 1 begins so that all is seen, and the step of its marks."""
    for floor, step in ((0.9, 0.025), (0.8, 0.05), (0.6, 0.1), (0.4, 0.2)):
        if lowest >= floor:
            return floor, step
    return 0.0, 0.25
