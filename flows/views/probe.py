"""A probe run in the terminal: facts, form and following in tables, and the stage in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from flows.probe import Probed
from flows.views.series_plot import Point, draw
from verifiers.closed_book.asking import FORMATS
from verifiers.closed_book.runs import Run
from verifiers.closed_book.stages import NAMES

_FACTS = {
    "facts": "facts, short answers",
    "head": "  of the head",
    "tail": "  of the tail",
    "taught": "  stated in training rows",
    "unseen": "  stated in none",
    "abstained": "says that it does not know",
    "choices": "facts, four options",
}
_FORM = {"fluency": "fluency", "following": "following instructions", "refusals": "refusals"}
SERIES = {"facts": "facts", "fluency": "fluency", "following": "following instructions"}


def probe_views(found: Probed) -> Iterator[RenderableType]:
    """Every gauge, then what they mean."""
    yield gauges_table(found.run, found.earlier)
    yield formats_table(found.run)
    yield Text("\n".join(remarks(found)))
    if len(found.series) > 1:
        yield series_table(found.series)
    if found.decision is not None:
        stage = found.decision.stage
        yield Text.assemble(
            (f"Stage {stage}, {NAMES[stage]}: ", "bold"), "; ".join(found.decision.reasons)
        )


def gauges_table(run: Run, earlier: Run | None) -> Table:
    """Each gauge with its interval, beside that of the earlier run."""
    title = escape(f"{run.label}: {run.model} at {run.endpoint}")
    table = Table(title=title, title_justify="left", header_style="bold")
    table.add_column("gauge")
    for column in ("share", "95 % interval", "replies", *(["before"] if earlier else [])):
        table.add_column(column, justify="right")
    for names in (_FACTS, _FORM):
        for name, shown in names.items():
            value, low, high, replies = run.gauges[name]
            if replies:
                before = [_percent(earlier.gauges[name][0])] if earlier else []
                span = f"{low:.1%} to {high:.1%}"
                table.add_row(shown, _percent(value), span, f"{replies:,}", *before)
        table.add_section()
    return table


def formats_table(run: Run) -> Table:
    """Accuracy and following by the format of the prompt."""
    table = Table(title="By format of the prompt", title_justify="left", header_style="bold")
    table.add_column("format")
    for column in ("short answers", "four options", "following"):
        table.add_column(column, justify="right")
    facts, following = run.gauges["by_format"], run.gauges["following_by_format"]
    for name in FORMATS:
        shares = (facts["short"][name], facts["choice"][name], following.get(name, (None,)))
        table.add_row(name, *(_percent(share[0]) for share in shares))
    spread = run.gauges["spread"]
    table.add_section()
    table.add_row("best - worst", *(_points(spread[form]) for form in ("short", "choice")), "")
    return table


def series_table(runs: Sequence[Run]) -> Table:
    """The runs over one set of questions, oldest first."""
    table = Table(title="Runs over this set", title_justify="left", header_style="bold")
    for column in ("label", "model"):
        table.add_column(column, overflow="fold")
    for column in (*SERIES.values(), "stage"):
        table.add_column(column, justify="right")
    for run in runs:
        shares = (_percent(run.gauges[name][0]) for name in SERIES)
        stage = run.stage["stage"] if run.stage else ""
        table.add_row(escape(run.label), escape(run.model), *shares, stage)
    return table


def series_svg(runs: Sequence[Run]) -> str:
    """The same as a drawing."""
    lines = {shown: [_point(run.gauges[name]) for run in runs] for name, shown in SERIES.items()}
    return draw(
        f"{runs[-1].dataset}: probe runs", [r.label for r in runs], {runs[-1].dataset: lines}
    )


def remarks(found: Probed) -> list[str]:
    """What must be known to read the tables."""
    run, items = found.run, found.probe_set.items
    held = [*run.overlap.values()].count("asked")
    lines = [
        f"{len(items)} facts, {sum(item.tail for item in items)} of the tail; set {run.probe_set}",
        f"{held} questions stand in training rows and are left out of every figure on facts",
    ]
    if run.gauges["flaws"]:
        said = ", ".join(f"{name} {count}" for name, count in run.gauges["flaws"].items())
        lines.append(f"flaws of form: {said}")
    value, _, _, replies = run.gauges["unread"]
    if value:
        lines.append(f"no answer could be read out of {value:.1%} of {replies:,} replies")
    if run.gauges["unanswered"]:
        lines.append(f"{run.gauges['unanswered']} questions got no reply; they are counted nowhere")
    if found.decision is None:
        lines.append("one run alone has no stage; give an earlier one with --against")
    return [*lines, *found.notes]


def _point(share: Sequence[Any]) -> Point:
    value, low, high, _ = share
    return Point(value or 0.0, low, high)


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _points(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} points"
