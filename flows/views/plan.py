"""A plan on the terminal: what is asked, in which mix, and what of the corpus stays out."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from configs.recipe import Recipe
from flows.plan_counts import Planned
from generators.plan import teacher_shares

_SHOWN = 10


def plan_views(plan: Planned, recipe: Recipe, rows: int) -> Iterator[RenderableType]:
    """Tables of the first round, its first seeds, and what is left out."""
    head = f"{len(plan.first):,} of {plan.in_all:,} seeds are asked in the first round"
    yield Text(f"{head}, for {recipe.target:,} records. Nothing was sent.")
    yield _kinds(plan, recipe)
    if plan.conditions:
        yield _conditions(plan, recipe)
    yield _coverage(plan)
    if plan.left_out:
        shown = ", ".join(plan.left_out[:_SHOWN])
        more = len(plan.left_out) - _SHOWN
        yield Text(f"Not asked about: {shown}" + (f" and {more:,} more" if more > 0 else ""))
    if rows:
        yield _seeds(plan, rows)


def _table(title: str, texts: int, *columns: str) -> Table:
    """An empty table whose first ``texts`` columns are words and the others figures."""
    table = Table(title=title, header_style="bold", title_justify="left")
    for place, column in enumerate(columns):
        table.add_column(column, overflow="fold", justify="left" if place < texts else "right")
    return table


def _kinds(plan: Planned, recipe: Recipe) -> Table:
    table = _table("What is asked", 2, "method or teacher", "style", "seeds", "share")
    for (method, style), count in sorted(plan.kinds.items()):
        table.add_row(method, style, f"{count:,}", f"{count / len(plan.first):.0%}")
    wanted = teacher_shares([one for one in recipe.teachers if one.name in plan.teachers])
    for teacher, count in plan.teachers.items():
        share = f"{count / len(plan.first):.0%} (wanted {wanted[teacher]:.0%})"
        table.add_row(teacher, "", f"{count:,}", share)
    return table


def _conditions(plan: Planned, recipe: Recipe) -> Table:
    table = _table("Conditions", 2, "condition", "value", "seeds", "drawn", "wanted")
    for name, counts in plan.conditions.items():
        weights, drawn = recipe.conditions[name], max(sum(counts.values()), 1)
        for value, weight in weights.items():
            wanted = f"{weight / sum(weights.values()):.0%}"
            count = counts.get(value, 0)
            table.add_row(name, value, f"{count:,}", f"{count / drawn:.0%}", wanted)
    return table


def _coverage(plan: Planned) -> Table:
    table = _table("What the first round covers", 1, "of the corpus", "asked", "of", "share")
    for row in plan.coverage:
        table.add_row(row.what, f"{row.asked:,}", f"{row.of:,}", f"{row.share:.0%}")
    return table


def _seeds(plan: Planned, rows: int) -> Table:
    table = Table(title="The first seeds", header_style="bold", title_justify="left")
    for column in ("method", "style", "passage", "conditions", "set down"):
        table.add_column(column, overflow="fold")
    for seed in plan.first[:rows]:
        drawn = "; ".join(f"{name}: {value}" for name, value in seed.conditions)
        cells = (seed.method, seed.style, seed.passage_id, drawn, seed.asked)
        table.add_row(*map(Text, cells))
    return table
