"""What people see of replayed cases: a table, and how many of which kind pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from configs.cases import Case
from flows.cases import Tally
from store.shares import wilson

_SHOWN = 240
"""Characters of what came instead."""


def failed(tallies: Sequence[Tally], least: float) -> bool:
    """Whether a case with fixed replies failed, or too few replays of asked ones passed."""
    fixed = [one for one in tallies if one.case.replies and not one.case.known_gap]
    passes, replays = asked_share(tallies)
    return any(one.failures for one in fixed) or passes < least * replays


def asked_share(tallies: Sequence[Tally]) -> tuple[int, int]:
    """Passes and replays of the cases that a teacher answers, known gaps apart."""
    asked = [one for one in tallies if not one.case.replies and not one.case.known_gap]
    return sum(one.passes for one in asked), sum(one.replays for one in asked)


def cases_views(
    name: str, tallies: Sequence[Tally], skipped: Sequence[Case], why: str, least: float
) -> Iterator[RenderableType]:
    """The table, and a line for each kind of case that there is."""
    if tallies:
        yield _table(name, tallies)
    fixed = [one for one in tallies if one.case.replies and not one.case.known_gap]
    if fixed:
        held = sum(not one.failures for one in fixed)
        yield Text(f"Cases with fixed replies: {held} of {len(fixed)} pass; all must.")
    passes, replays = asked_share(tallies)
    if replays:
        yield Text(
            f"Asked of the teacher: {_share(passes, replays)}; at least {least:.0%} are wanted."
        )
    counted = [one for one in tallies if not one.case.known_gap]
    if len(counted) > len(fixed) > 0:
        every = sum(one.passes for one in counted), sum(one.replays for one in counted)
        yield Text(f"Together: {_share(*every)}.")
    gaps = [one for one in tallies if one.case.known_gap]
    if gaps:
        closed = [one.case.id for one in gaps if not one.failures]
        said = f" These pass now, so take `known_gap` out: {', '.join(closed)}." if closed else ""
        yield Text(f"Known gaps, counted apart: {len(gaps)}.{said}")
    if skipped:
        yield Text(f"Skipped: {len(skipped)} cases without replies, {why}.")


def _share(passes: int, replays: int) -> str:
    low, high = wilson(passes, replays)
    share = f"{passes} of {replays} replays pass ({passes / replays:.0%}"
    return f"{share}, 95 % interval {low:.0%} to {high:.0%})"


def _table(name: str, tallies: Sequence[Tally]) -> Table:
    table = Table(title=f"{name}: golden cases", title_justify="left", header_style="bold")
    for column in ("case", "expected", "passes", "what came instead"):
        table.add_column(column, overflow="fold")
    for one in tallies:
        expected = " or ".join(one.case.reasons) or "accepted"
        instead = " / ".join(dict.fromkeys(map(_short, one.failures)))
        if one.case.known_gap:
            expected = f"{expected} (known gap: {one.case.known_gap})"
        elif one.failures and one.case.why:
            instead = f"{instead} [{one.case.why}]"
        colour = "green" if not one.failures else "yellow" if one.case.known_gap else "red"
        passes = Text(f"{one.passes}/{one.replays}", style=colour)
        table.add_row(Text(one.case.id), Text(expected), passes, Text(instead))
    return table


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _SHOWN else f"{flat[: _SHOWN - 3]}..."
