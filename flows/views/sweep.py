"""A sweep in the terminal: a table by stage, and the riskiest pairs of each threshold."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from filters.sweep import Risky, Swept
from flows.sweep import MEASURES, Sweep
from flows.views.side_by_side import side_by_side

MOVE_LATER = (
    "Thresholds can be moved later: change filters.near.threshold or filters.semantic.threshold in "
    "the recipe and build again. What is there is neither generated nor embedded again; more is "
    "asked for only where fewer records than the target are left."
)


def sweep_views(found: Sweep) -> Iterator[RenderableType]:
    """Every figure, then the pairs."""
    for swept in found.stages:
        yield levels_table(swept)
    if found.note:
        yield Text(f"Note: {found.note}.")
    yield Text("* the recipe's threshold")
    for swept in found.stages:
        for pair in swept.risky:
            one, two = ((i, "\n\n".join(found.texts[i])) for i in (pair.one, pair.two))
            yield side_by_side(one, two, pair_title(swept, pair), "own")
    yield Text(MOVE_LATER)


def pair_title(swept: Swept, pair: Risky) -> str:
    """What makes the two a pair, and at which threshold."""
    said = f"{swept.stage}: {MEASURES[swept.stage]} {pair.score:.3f}"
    return f"{said}, twins at threshold {pair.threshold:.2f}"


def levels_table(swept: Swept) -> Table:
    """What is kept and dropped at each threshold."""
    title = f"{swept.stage}: {MEASURES[swept.stage]}"
    table = Table(title=title, title_justify="left", header_style="bold")
    for column in ("threshold", "kept", "keep rate", "dropped", "groups", "largest group"):
        table.add_column(column, justify="right")
    for level in swept.levels:
        current = level.threshold == swept.current
        counts = (f"{n:,}" for n in (level.dropped, level.groups, level.largest))
        table.add_row(
            f"{level.threshold:.2f}{' *' if current else ''}",
            f"{level.kept:,}",
            f"{level.keep_rate:.1%}",
            *counts,
            style="bold" if current else "",
        )
    return table
