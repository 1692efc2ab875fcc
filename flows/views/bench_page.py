"""The page of a bench: one HTML file with its plots drawn in it, and no outside resource."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows.bench import Bench
from flows.measures import Level, knee
from flows.views import bench as bench_view
from store.pages import fill

_LEFT, _RIGHT, _TOP, _BOTTOM = 48.0, 408.0, 24.0, 210.0
_LABEL_GAP = 16.0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plot: its points with what each says, and where its name stands."""

    name: str
    points: Sequence[tuple[float, float, str]]
    name_y: float

    @property
    def path(self) -> str:
        """The points as SVG takes them."""
        return " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in self.points)


@dataclass(frozen=True, slots=True)
class Plot:
    """Lines over the concurrency, with marks on both axes."""

    title: str
    lines: Sequence[Line]
    across: Sequence[tuple[float, str]]
    up: Sequence[tuple[float, str]]
    knee_x: float | None


def save_page(bench: Bench, folder: Path) -> Path:
    """Write the page of a teacher into the folder, over an older one, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", bench.teacher.name)
    path = folder / f"{name}.html"
    path.write_text(render_page(bench), encoding="utf-8")
    return path


def render_page(bench: Bench) -> str:
    """Plots of throughput and time to first token, and every figure in a table."""
    answered = [level for level in bench.levels if level.ttft is not None]
    return fill(
        Path(__file__).with_name("bench.html.j2"),
        bench=bench,
        view=bench_view,
        knee=knee(bench.levels),
        plots=_plots(answered) if answered else [],
        box={"left": _LEFT, "right": _RIGHT, "top": _TOP, "bottom": _BOTTOM},
        at=datetime.now(UTC).isoformat(timespec="minutes"),
    )


def _plots(levels: Sequence[Level]) -> list[Plot]:
    ttft = [level.ttft for level in levels if level.ttft is not None]
    return [
        plot("Output tokens a second", levels, {"tokens/s": [x.tokens_s for x in levels]}),
        plot(
            "Time to the first token, ms",
            levels,
            {"p99": [1000 * t.p99 for t in ttft], "p50": [1000 * t.p50 for t in ttft]},
        ),
    ]


def plot(title: str, levels: Sequence[Level], series: Mapping[str, Sequence[float]]) -> Plot:
    """Place values over the concurrency, whose axis is logarithmic; the other begins at 0."""
    at = {level.concurrency: x_of(level.concurrency, levels[-1].concurrency) for level in levels}
    marks = ticks(max(value for values in series.values() for value in values))

    def y_of(value: float) -> float:
        return _BOTTOM - (_BOTTOM - _TOP) * value / marks[-1]

    lines: list[Line] = []
    named = len(series) > 1
    lowest = -math.inf
    for name, values in series.items():
        points = [
            (x, y_of(value), f"{concurrency} in flight: {name} {value:,.0f}")
            for (concurrency, x), value in zip(at.items(), values, strict=True)
        ]
        # Names at the ends of lines must not stand on each other; the higher line comes first.
        lowest = max(points[-1][1], lowest + _LABEL_GAP)
        lines.append(Line(name if named else "", points, lowest))
    best = knee(levels)
    return Plot(
        title=title,
        lines=lines,
        across=[(x, f"{concurrency}") for concurrency, x in at.items()],
        up=[(y_of(value), f"{value:,.10g}") for value in marks],
        knee_x=at[best.concurrency] if best else None,
    )


def x_of(concurrency: int, most: int) -> float:
    """Where a concurrency stands on the logarithmic axis from 1 to ``most``."""
    share = math.log(concurrency) / math.log(most) if most > 1 else 0.5
    return _LEFT + (_RIGHT - _LEFT) * share


def ticks(highest: float) -> list[float]:
    """Round numbers from 0 to the first one that is not under ``highest``."""
    rough = max(highest, 1e-9) / 4
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * by for by in (1, 2, 2.5, 5, 10) if size * by >= rough * 0.999)
    return [step * number for number in range(math.ceil(highest / step - 1e-9) + 1)]
