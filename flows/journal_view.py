"""The runs of a journal as a table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from store.journal_runs import RunSpend

_SHOWN = 12
"""Characters of a run's digest."""


def runs_table(found: Sequence[RunSpend]) -> Table:
    """One row for each run, and what they come to."""
    table = Table(box=None, pad_edge=False)
    for name in ("run", "first call", "last call"):
        table.add_column(name, no_wrap=True)
    for name in ("calls", "failed", "open", "tokens", "cost"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in found:
        table.add_row(one.run[:_SHOWN], _time(one.first), _time(one.last), *_figures([one]))
    if len(found) != 1:
        table.add_section()
        table.add_row("together", "", "", *_figures(found))
    return table


def _figures(found: Sequence[RunSpend]) -> list[str]:
    whole = ("calls", "failed", "open", "tokens")
    usd, unpriced = sum(one.usd for one in found), sum(one.unpriced for one in found)
    cost = f"${usd:,.4f}"
    if unpriced:
        cost = f"at least {cost}" if usd else "price unknown"
    return [*(f"{sum(getattr(one, name) for one in found):,}" for name in whole), cost]


def _time(at: str | None) -> str:
    return at[:16].replace("T", " ") if at else "–"
