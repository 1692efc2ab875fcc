"""Gauges over generations as one SVG drawing, which needs nothing from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from store.pages import fill

_LEFT, _WIDTH, _GAP, _TOP, _BOTTOM = 44.0, 210.0, 46.0, 34.0, 214.0
_HEIGHT = 270
_NAME_WIDTH = 7.5
"""Width of a letter of a name, roughly."""


class Point(NamedTuple):
    """A share from 0 to 1 with the ends of its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Line:
    """One gauge in one panel, as SVG takes it."""

    dots: Sequence[tuple[float, float, str]]
    path: str
    band: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One set of axes with its lines, which have the same names in every panel."""

    title: str
    left: float
    right: float
    across: Sequence[tuple[float, str]]
    lines: Sequence[Line]


def draw(
    title: str, across: Sequence[str], panels: Mapping[str, Mapping[str, Sequence[Point]]]
) -> str:
    """An SVG with one panel by title, side by side, each with the same named lines over the same
    generations.
    """
    made = [_panel(n, name, across, lines) for n, (name, lines) in enumerate(panels.items())]
    names = [*next(iter(panels.values()))]
    places = [
        _LEFT + sum(_NAME_WIDTH * len(f"{n}    ") for n in names[:i]) for i in range(len(names))
    ]
    return fill(
        Path(__file__).with_name("series.svg.j2"),
        title=title,
        panels=made,
        marks=[(_y(share / 4), f"{share / 4:.0%}") for share in range(5)],
        names=[*zip(names, places, strict=True)],
        bottom=_BOTTOM,
        width=max(made[-1].right + 14, places[-1] + _NAME_WIDTH * len(names[-1])),
        height=_HEIGHT,
    )


def _panel(
    number: int, title: str, across: Sequence[str], lines: Mapping[str, Sequence[Point]]
) -> Panel:
    left = _LEFT + number * (_WIDTH + _GAP)
    step = _WIDTH / max(len(across) - 1, 1)
    places = [left + step * i if len(across) > 1 else left + _WIDTH / 2 for i in range(len(across))]
    drawn = [_line(name, places, across, points) for name, points in lines.items()]
    return Panel(title, left, left + _WIDTH, [*zip(places, across, strict=True)], drawn)


def _line(
    name: str, places: Sequence[float], across: Sequence[str], points: Sequence[Point]
) -> Line:
    dots = [
        (x, _y(p.value), f"{name}, {at}: {p.value:.1%} ({p.low:.1%} to {p.high:.1%})")
        for x, at, p in zip(places, across, points, strict=True)
    ]
    upper = [(x, _y(p.high)) for x, p in zip(places, points, strict=True)]
    lower = [(x, _y(p.low)) for x, p in zip(places, points, strict=True)]
    return Line(dots, _path([(x, y) for x, y, _ in dots]), _path([*upper, *reversed(lower)]))


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _y(share: float) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * share
