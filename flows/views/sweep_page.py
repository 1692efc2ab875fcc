"""The page of a sweep: one HTML file with its plot drawn in it, and no outside resource."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filters.sweep import Risky, Swept
from flows.sweep import MEASURES, Sweep, as_row
from flows.views.side_by_side import pieces
from flows.views.sweep import MOVE_LATER, pair_title
from store.pages import fill

_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, 560.0, 20.0, 220.0


@dataclass(frozen=True, slots=True)
class Curve:
    """The keep rate of a stage: points with what each says, and which one the recipe has."""

    name: str
    points: Sequence[tuple[float, float, str, bool]]

    @property
    def path(self) -> str:
        """The points as SVG takes them."""
        return " ".join(f"{x:.1f},{y:.1f}" for x, y, _, _ in self.points)


def save_page(found: Sweep, folder: Path) -> Path:
    """Write the page of a dataset into the folder, over an older one, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{found.version.manifest['dataset']}.html"
    path.write_text(render_page(found), encoding="utf-8")
    return path


def render_page(found: Sweep) -> str:
    """Keep rate by threshold, every figure in a table, and the riskiest pairs side by side."""
    every = [level.threshold for swept in found.stages for level in swept.levels]
    rates = [level.keep_rate for swept in found.stages for level in swept.levels]
    across, up = _marks(min(every), max(every)), _marks(min(rates), 1.0)
    return fill(
        Path(__file__).with_name("sweep.html.j2"),
        name=found.version.name,
        note=found.note,
        move_later=MOVE_LATER,
        stages=[as_row(swept) for swept in found.stages],
        pairs=[_shown(swept, pair, found.texts) for swept in found.stages for pair in swept.risky],
        curves=[_curve(swept, across, up) for swept in found.stages],
        across=[(_x(mark, across), f"{mark:.2f}") for mark in across],
        up=[(_y(mark, up), f"{mark:.0%}") for mark in up],
        box={"left": _LEFT, "right": _RIGHT, "top": _TOP, "bottom": _BOTTOM},
        at=datetime.now(UTC).isoformat(timespec="minutes"),
    )


def _marks(low: float, high: float) -> list[float]:
    """Round numbers from the last one under ``low`` to the first one not under ``high``."""
    size = next(step for step in (0.01, 0.02, 0.05, 0.1, 0.2) if high - low <= 6 * step)
    first, last = math.floor(low / size + 1e-9), math.ceil(high / size - 1e-9)
    return [round(size * at, 2) for at in range(first, max(last, first + 1) + 1)]


def _x(value: float, marks: Sequence[float]) -> float:
    return _LEFT + (_RIGHT - _LEFT) * (value - marks[0]) / (marks[-1] - marks[0])


def _y(value: float, marks: Sequence[float]) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * (value - marks[0]) / (marks[-1] - marks[0])


def _curve(swept: Swept, across: Sequence[float], up: Sequence[float]) -> Curve:
    points = [
        (
            _x(level.threshold, across),
            _y(level.keep_rate, up),
            f"{swept.stage} at {level.threshold:.2f}: {level.keep_rate:.1%} kept",
            level.threshold == swept.current,
        )
        for level in swept.levels
    ]
    return Curve(f"{swept.stage}, {MEASURES[swept.stage]}", points)


def _shown(swept: Swept, pair: Risky, texts: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """A pair as the page has it: question and answer of both in pieces, some of them marked."""
    one, two = ("\n\n".join(texts[id_]) for id_ in (pair.one, pair.two))
    return {
        "title": pair_title(swept, pair),
        "sides": [(pair.one, pieces(one, two)), (pair.two, pieces(two, one))],
    }
