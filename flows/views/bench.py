"""What a bench came to, for the terminal; the same words and figures stand on its page."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from flows.bench import Bench
from flows.measures import Level, Spread, knee, recommended
from generators.teachers.adapter import Limit


def bench_views(bench: Bench) -> Iterator[RenderableType]:
    """Throughput and times by concurrency, then what follows from them."""
    yield throughput_table(bench)
    yield times_table(bench)
    yield Text("\n".join(remarks(bench)))
    line = advice(bench)
    if line:
        yield Text.assemble(("For the recipe: ", "bold"), (line, "bold cyan"))


def throughput_table(bench: Bench) -> Table:
    """What came back at each concurrency, and how this process kept up."""
    # A model's name may hold brackets, which are no markup.
    title = escape(f"{bench.teacher.name}: {bench.teacher.model} at {bench.teacher.base_url}")
    table = Table(title=title, title_justify="left", header_style="bold")
    table.add_column("in flight", justify="right")
    for column in ("calls", "tokens/s", "accepted/min"):
        table.add_column(column, justify="right")
    for column in ("outcomes", "this process"):
        table.add_column(column, overflow="fold")
    best = knee(bench.levels)
    for level in bench.levels:
        counts = (f"{level.calls:,}", f"{level.tokens_s:,.0f}", f"{level.accepted_min:,.0f}")
        style = "bold" if level is best else ""
        table.add_row(in_flight(level), *counts, outcomes(level), client(level), style=style)
    return table


def times_table(bench: Bench) -> Table:
    """Times at each concurrency, as p50 / p95 / p99."""
    title = "Times in ms: p50 / p95 / p99"
    table = Table(title=title, title_justify="left", header_style="bold")
    for column in ("in flight", *times(bench.levels[0])):
        table.add_column(column, justify="right")
    for level in bench.levels:
        style = "bold" if level is knee(bench.levels) else ""
        spreads = (in_ms(spread) for spread in times(level).values())
        table.add_row(f"{level.concurrency}", *spreads, style=style)
    return table


def times(level: Level) -> dict[str, Spread | None]:
    """The times of a level by what they are called."""
    return {
        "first token": level.ttft,
        "passage new": level.cold,
        "passage known": level.warm,
        "between pieces": level.gaps,
        "per token": level.tpot,
        "whole reply": level.whole,
    }


def in_flight(level: Level) -> str:
    """The concurrency; beside it the mean that was reached where that is much less."""
    short = level.in_flight < 0.75 * level.concurrency
    return f"{level.concurrency}" + (f" ({level.in_flight:.1f})" if short else "")


def outcomes(level: Level) -> str:
    """How many calls ended in which way."""
    return ", ".join(f"{outcome} {count:,}" for outcome, count in level.outcomes.items())


def client(level: Level) -> str:
    """How this process kept up."""
    told = f"late {1000 * level.client.lag_s:.0f} ms, CPU {level.client.cpu:.0%}"
    return f"{told}: client is the bottleneck" if level.client.is_bottleneck else told


def in_ms(spread: Spread | None) -> str:
    """Three percentiles in milliseconds."""
    if spread is None:
        return "–"
    return " / ".join(_ms(value) for value in (spread.p50, spread.p95, spread.p99))


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:,.0f}" if seconds >= 0.01 else f"{1000 * seconds:.1f}"


def advice(bench: Bench) -> str:
    """The line for the recipe, empty where nothing was answered."""
    level = recommended(bench.levels)
    return f"concurrency: {level.concurrency}" if level else ""


def remarks(bench: Bench) -> list[str]:
    """What a reader should know of the figures, a sentence or two each."""
    limited = sum(level.outcomes.get("rate_limited", 0) for level in bench.levels)
    told = [_limit(bench.limits.requests, "requests"), _limit(bench.limits.tokens, "tokens")]
    limits = ", ".join(filter(None, told)) or "none"
    ways = ", ".join(f"{way} {came}" for way, came in bench.ways.items())
    found = [
        _about_knee(bench),
        f"Rate limits told in headers: {limits}; {limited:,} calls met 429.",
        f"Ways to bind a reply to a schema: {ways}; asked with {bench.structured}.",
    ]
    if any(level.client.is_bottleneck for level in bench.levels):
        found.append("Where the client is the bottleneck, the teacher may be faster than it looks.")
    return [*found, f"{bench.note}."] if bench.note else found


def _about_knee(bench: Bench) -> str:
    level = knee(bench.levels)
    if level is None:
        return (
            "No knee: where throughput is within 5 % of the best, the slowest first tokens take "
            "more than 4 times the usual (p99 over p50), or nothing was answered."
        )
    last = level is bench.levels[-1]
    more = " It is the highest that was tried, so more may be better." if last else ""
    return (
        f"Knee: {level.concurrency} in flight, the fewest within 5 % of the best throughput and "
        f"with steady first tokens.{more}"
    )


def _limit(limit: Limit, what: str) -> str:
    if limit.most is None:
        return ""
    left = f" ({limit.left:,.0f} left)" if limit.left is not None else ""
    return f"{limit.most:,.0f} {what}{left}"
