"""Drawings of tails: rows of each kind by rank, both on a log scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store.report.scales import LogScale

_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 350.0, 14.0, 216.0
_NAMES = {"version": "this version"}


@dataclass(frozen=True, slots=True)
class Curve:
    """One side: its name, line, last point, and the figures of its tail."""

    side: str
    path: str
    end: tuple[float, float]
    rows: int
    kinds: int
    once: int
    half: int


@dataclass(frozen=True, slots=True)
class Tail:
    """A drawing of clusters or documents; marks are pairs of a place and a text."""

    of: str
    curves: Sequence[Curve]
    across: Sequence[tuple[float, str]]
    up: Sequence[tuple[float, str]]
    left: float = _LEFT
    right: float = _RIGHT
    top: float = _TOP
    bottom: float = _BOTTOM


def draw_tails(found: Sequence[Mapping[str, Any]]) -> list[Tail]:
    """A drawing for each set of curves, if one of them has more than one kind."""
    return [
        _draw(each)
        for each in found
        if any(curve["kinds"] > 1 for curve in each["curves"].values())
    ]


def _draw(found: Mapping[str, Any]) -> Tail:
    ordered = sorted(found["curves"].items(), key=lambda side: (side[0] != "version", side[0]))
    sides = {name: curve for name, curve in ordered if curve["points"]}
    ranks = max(curve["kinds"] for curve in sides.values())
    shares = [n / curve["rows"] for curve in sides.values() for _, n in curve["points"]]
    x = LogScale(1, max(10, ranks), _LEFT, _RIGHT)
    y = LogScale(min(0.01, *shares), min(1.0, 1.3 * max(shares)), _BOTTOM, _TOP)
    return Tail(
        found["of"],
        [_curve(name, curve, x, y) for name, curve in sides.items()],
        [(x(mark), f"{mark:,.0f}") for mark in x.marks()],
        [(y(mark), f"{100 * mark:g}%") for mark in y.marks()],
    )


def _curve(name: str, curve: Mapping[str, Any], x: LogScale, y: LogScale) -> Curve:
    places = [(x(rank), y(rows / curve["rows"])) for rank, rows in curve["points"]]
    return Curve(
        _NAMES.get(name, name),
        " ".join(f"{a:g},{b:g}" for a, b in places),
        places[-1],
        curve["rows"],
        curve["kinds"],
        curve["once"],
        curve["half"],
    )
