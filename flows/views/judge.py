"""What people see of judges: a calibration, and what a version says of those that it had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from configs.filters import Judge
from flows.calibrate import Calibration


def calibration_views(found: Calibration, judge: Judge) -> Iterator[RenderableType]:
    """How each ``min_score`` does at finding bad rows, and which of them is best."""
    title = f"{judge.teacher} by {judge.rubric}: {found.labelled:,} rows, {found.bad:,} of them bad"
    table = Table(title=title, title_justify="left", header_style="bold")
    for column in ("min_score", "dropped", "precision", "recall", "F1", "accuracy", "kappa"):
        table.add_column(column, justify="right")
    for row in found.table:
        shares = (
            _share(row.precision, row.precision_interval),
            _share(row.recall, row.recall_interval),
            f"{row.f1:.3f}",
            _share(row.accuracy, row.accuracy_interval),
            f"{row.kappa:.3f}",
        )
        mark = " *" if row.min_score == found.recommended else ""
        table.add_row(f"{row.min_score}{mark}", f"{row.dropped:,}", *shares)
    yield table
    yield Text(
        "Precision and recall are of bad rows, with Wilson 95 % intervals. Unreadable: "
        f"{found.unreadable_votes:,} votes, {found.unreadable:,} rows without any readable one."
    )
    if found.leniency is not None:
        yield Text(f"Leniency: the judge scores {found.leniency:+.2f} against the labels.")
    yield Text(f"Recommended: min_score {found.recommended} (the recipe has {judge.min_score}).")


def _share(value: float | None, bounds: tuple[float, float] | None) -> str:
    if value is None or bounds is None:
        return "–"
    return f"{value:.3f} ({bounds[0]:.3f} to {bounds[1]:.3f})"


def acceptance_text(found: Mapping[str, Any]) -> str:
    """The mean score of the kept records, in words."""
    if found["mean"] is None:
        return f"{found['teacher']} gave no vote that can be read"
    bounds = f"95 % interval {found['low']:.2f} to {found['high']:.2f}"
    read = found["records"] - found["unreadable_votes"]
    return f"{found['mean']:.2f} of 5 ({bounds}; {read:,} kept records by {found['rubric']})"
