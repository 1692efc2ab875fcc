"""Time and memory of the stages on up to a million made rows.

``python -m benchmarks.filter_million COUNT`` runs the stages of one size in this process, each on
what the one before it has left, and prints JSON.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from typing import Any

import polars as pl
from rich.console import Console
from rich.table import Table

from benchmarks.labelled import CONTEXT
from benchmarks.made_rows import made
from benchmarks.peer_runs import ours
from benchmarks.peers import peak_bytes
from configs.filters import Diversity, Filters
from store.stages import STAGES

SIZES = (10_000, 100_000, 1_000_000)
_SLICE, _MOST = 20_000, 60_000
"""Rows that a stage of single rows gets at a time, as in a build, and all that it gets here."""
_ALONE = ("heuristics", "privacy")
_TOGETHER = ("exact", "near", "semantic", "diversity")


def main() -> None:
    """Run the stages on so many rows."""
    count = int(sys.argv[1])
    started = time.perf_counter()
    records = made(count).records.rechunk()
    steps = [_step("made rows", started, len(records))]
    for name in _ALONE:
        settings = getattr(Filters(), name, None)
        if settings is None or name not in STAGES:
            continue
        started, some = time.perf_counter(), records.head(_MOST).drop("embedding")
        judge = STAGES[name].make(settings, CONTEXT)
        verdicts = [judge(part).verdicts for part in some.iter_slices(_SLICE)]
        kept = sum(int((part["decision"] != "drop").sum()) for part in verdicts)
        steps.append(_step(f"{name}, {_MOST:,} at most", started, kept))
    context = replace(CONTEXT, target=count // 10)
    for name in _TOGETHER:
        settings = Diversity() if name == "diversity" else getattr(Filters(), name)
        started = time.perf_counter()
        verdicts_of = STAGES[name].make(settings, context)(records).verdicts
        lost = verdicts_of.filter(pl.col("decision") == "drop")["record_id"]
        del verdicts_of
        records = records.filter(~pl.col("id").is_in(lost.implode()))
        steps.append(_step(name, started, len(records)))
    print(json.dumps({"steps": steps}))


def _step(name: str, started: float, kept: int) -> dict[str, Any]:
    peak = peak_bytes() / 1e9
    seconds = time.perf_counter() - started
    return {"name": name, "wall_s": round(seconds, 1), "kept": kept, "peak_gb": round(peak, 2)}


def million_table(sizes: tuple[int, ...], console: Console) -> dict[int, tuple[float, float]]:
    """Print seconds, rows kept and the peak of memory so far by stage; returns the peak in GB and
    the seconds of the stages of each size.
    """
    runs = {size: ours("benchmarks.filter_million", str(size))["steps"] for size in sizes}
    columns = [f"{size:,}: s" for size in sizes]
    heads = [head for one in columns for head in (one, "kept", "peak GB")]
    table = Table("stage", *heads, title="made rows, one stage after the other, one thread")
    for steps in zip(*runs.values(), strict=True):
        cells = [
            cell
            for step in steps
            for cell in (f"{step['wall_s']:,}", f"{step['kept']:,}", f"{step['peak_gb']:.2f}")
        ]
        table.add_row(steps[0]["name"], *cells)
    console.print(table)
    return {
        size: (
            max(step["peak_gb"] for step in steps),
            round(sum(step["wall_s"] for step in steps if step["name"] in _TOGETHER), 1),
        )
        for size, steps in runs.items()
    }


if __name__ == "__main__":
    main()
