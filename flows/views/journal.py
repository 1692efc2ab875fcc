"""The runs of a journal, and what can go of it, as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from flows.views.versions import size_text
from store.journal_runs import RunSpend
from store.retention import Old

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


def pruned_views(found: Old, before: str, kept: bool, done: bool) -> Iterator[RenderableType]:
    """What is older than a moment, and what it would cost to have it again."""
    table = Table(header_style="bold")
    table.add_column("deleted" if done else "would go")
    table.add_column(f"older than {before[:16]}", justify="right")
    table.add_column("what that means")
    if not kept:
        cost = f"${found.usd:,.4f} to ask again, if a build still needs them"
        if found.unpriced:
            cost += f"; {found.unpriced:,} have no known price"
        table.add_row("replies", f"{found.replies:,}", cost)
        table.add_row("their text", size_text(found.size), "requests and what was answered")
    table.add_row("ended calls", f"{found.attempts:,}", "when, where and how each ended")
    yield table
    yield Text(
        "The ledger stays, so budgets hold; so do calls in flight and batches that are not "
        "collected. Finished shards and published versions need no reply.",
        style="dim",
    )
