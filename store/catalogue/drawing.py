"""Small drawings as SVG: trends over versions, and who came from whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_STEP, _LANE, _EDGE = 64, 38, 26


@dataclass(frozen=True, slots=True)
class Trend:
    """A line over versions in a box of 120 by 32.

    ``says`` is what it shows in words, ``now`` the figure of the version that counts, which is
    where the dot stands; it ``moves`` where it has several.
    """

    title: str
    path: str
    end: tuple[float, float]
    says: str
    now: str
    moves: bool


@dataclass(frozen=True, slots=True)
class Tree:
    """Versions as dots with lines to their parents."""

    dots: Sequence[tuple[int, int, str, str]]
    lines: Sequence[tuple[int, int, int, int]]
    width: int
    height: int


def trend(
    title: str, values: Sequence[tuple[str, float | None]], form: str, counts: str
) -> Trend | None:
    """The trend of a figure; None where no version has it, or the one that ``counts`` has not."""
    known = [(at, value) for at, value in values if value is not None]
    place = next((place for place, (at, _) in enumerate(known) if at == counts), None)
    if place is None:
        return None
    low, high = min(v for _, v in known), max(v for _, v in known)
    step = 108 / max(len(known) - 1, 1)
    points = [
        (6 + step * i, 16.0 if high == low else 27 - 22 * (v - low) / (high - low))
        for i, (_, v) in enumerate(known)
    ]
    first, last = known[0], known[-1]
    says = f"{title}: {format(last[1], form)} in {last[0]}"
    if len(known) > 1:
        says += f", {format(first[1], form)} in {first[0]}"
    return Trend(
        title,
        " ".join(f"{x:.1f},{y:.1f}" for x, y in points),
        points[place],
        says,
        format(known[place][1], form),
        len(known) > 1,
    )


def tree(versions: Sequence[tuple[str, str, str]]) -> Tree:
    """Versions (name, parent, status), oldest first; a branch takes a lane of its own."""
    places: dict[str, tuple[int, int]] = {}
    ends: list[str] = []
    lines = []
    for number, (name, parent, _) in enumerate(versions):
        if parent in ends:
            lane = ends.index(parent)
            ends[lane] = name
        else:
            lane = len(ends)
            ends.append(name)
        places[name] = (_EDGE + number * _STEP, _EDGE + lane * _LANE)
        if parent in places:
            lines.append((*places[parent], *places[name]))
    dots = [(*places[name], f"v{name.rpartition('-v')[2]}", status) for name, _, status in versions]
    return Tree(dots, lines, 2 * _EDGE + _STEP * (len(versions) - 1), _LANE * len(ends) + _EDGE)
