"""What a build is expected to ask for and to cost, on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from configs.recipe import Recipe
from flows.estimate import Estimate, Range


def estimate_view(estimates: Sequence[Estimate], recipe: Recipe, canary: int) -> RenderableType:
    """Calls, tokens, money and hours by teacher, each with the range it is expected in."""
    title = f"{recipe.name}: {recipe.target:,} accepted records wanted"
    table = Table(title=title, title_justify="left", header_style="bold")
    for column in ("teacher", "answered already", "calls", "tokens in", "tokens out", "cost", "h"):
        table.add_column(column, justify="left" if column == "teacher" else "right")
    for item in estimates:
        by = f"{item.teacher}{' (rules, no model)' if item.rule_based else ''}"
        money = "price unknown" if item.usd is None else _range(item.usd, "${:,.4f}")
        counts = (_range(each) for each in (item.calls, item.tokens_in, item.tokens_out))
        table.add_row(by, f"{item.answered:,}", *counts, money, _range(item.hours, "{:,.2f}"))
    sources = sorted({item.price for item in estimates if not item.rule_based})
    how = f"From up to {canary:,} real candidates, which the build will not pay for again."
    if not canary:
        how = "Nothing was sent. Figures are assumptions; --canary N measures them with N calls."
    return Group(table, Text(f"{how} Prices: {', '.join(sources) or 'none'}."))


def _range(value: Range, form: str = "{:,.0f}") -> str:
    """A likely figure with its bounds."""
    low, likely, high = (form.format(bound) for bound in (value.low, value.likely, value.high))
    return likely if low == high else f"{likely} ({low} to {high})"
