"""What the collapse probes see, what they cost: ``python -m benchmarks.collapse``.

``--data`` names a folder with ``planted_alpaca.jsonl.gz`` (see ``benchmarks.labelled``); without
it, and where it has too few rows, they are made up. Each kind of damage is done at each strength to
``TRIALS`` versions, each held against an undamaged parent; power is the share that alarms, at a
probability of ``ALPHA`` of any false one. Only the families of figures are run that can see the
damage. False facts are simulated by a verifier's error. Ends with one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.collapse_cost import cost_ratio
from benchmarks.collapse_damage import BY_NAME, KINDS, Kind, Stock, claims
from benchmarks.labelled import planted
from benchmarks.made_rows import made
from configs.stages import CollapseProbe, Embedding
from store.embedding import embedder
from verifiers.collapse import Side
from verifiers.collapse.alarms import Finding, judge, partings
from verifiers.collapse.families import Family, Grounds, Kinds, Meaning, Wording
from verifiers.collapse.metrics import METRICS, gauges
from verifiers.collapse.sides import Pool, pool

TRIALS, PERMUTATIONS, ALPHA, ENOUGH = 24, 199, 0.04, 0.9
"""A little below 0.05, so that what is counted among 200 undamaged versions is not above it."""
_AT = 2000
"""Rows that the figures of the last line are about."""
_MADE = 40_000
SETTINGS = CollapseProbe(permutations=PERMUTATIONS)
EVERY = ("wording", "meaning", "kinds", "grounds")


def main() -> None:
    """Print the table and the line of JSON."""
    given = _arguments()
    console = Console(width=170)
    sizes = [int(size) for size in given.sizes.split(",")]
    with tempfile.TemporaryDirectory() as temporary:
        stocks = _stocks(given.data, given.cache or Path(temporary), sizes)
    size = _AT if _AT in sizes else sizes[0]
    powers = _powers(stocks, given.quick, size, console)
    false = _false_alarms(stocks[min(sizes)], min(sizes), 24 if given.quick else 200)
    tail, facts = BY_NAME["whole rare clusters gone"], BY_NAME["false facts"]
    figures = {
        "aa_false_alarm": round(false, 3),
        "tail_loss_power": powers[size, tail.name, tail.at],
        "fact_corruption_power": powers[size, facts.name, facts.at],
        "cost_ratio_100k": None if given.quick else cost_ratio(console),
        "million_peak_gb": None if given.quick else _million_peak(console),
    }
    print(json.dumps(figures))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Power and cost of the collapse probes.")
    parser.add_argument("--data", type=Path, help="folder of labelled files")
    parser.add_argument("--cache", type=Path, help="folder that keeps the vectors of texts")
    parser.add_argument("--sizes", help="rows of a version; 500,2000,10000 if not given")
    parser.add_argument("--quick", action="store_true", help="500 rows, one strength, no cost")
    given = parser.parse_args()
    given.sizes = given.sizes or ("500" if given.quick else "500,2000,10000")
    return given


def _stocks(data: Path | None, cache: Path, sizes: list[int]) -> dict[int, Stock]:
    """Rows for each size: real ones where there are three times as many, else made ones."""
    found: dict[int, Stock] = {}
    real = None
    if data is not None:
        file = next(data.rglob("planted_alpaca.jsonl.gz"), data / "planted_alpaca.jsonl.gz")
        rows = planted(file, embedder(Embedding(), kept=cache))
        base = rows.records.filter(rows.kind == "base")
        real = Stock.of(_side(base))
    invented: Stock | None = None
    for size in sizes:
        if real is not None and len(real.rows) >= 3 * size:
            found[size] = real
        else:
            invented = invented or Stock.of(_side(made(_MADE).records))
            found[size] = invented
    return found


def _side(rows: pl.DataFrame) -> Side:
    texts = rows["question"].to_list(), rows["answer"].to_list()
    return Side(*texts, rows["embedding"].to_numpy())


def _powers(
    stocks: dict[int, Stock], quick: bool, size_of_figures: int, console: Console
) -> dict[tuple[int, str, float], float]:
    """Power of the panel by size, damage and strength, and a table of the weakest that is seen.

    Stronger damage than that is not tried, but for the one that the figures are about.
    """
    table = Table("damage", *(f"{size:,} rows" for size in stocks), "best figure before, 2,000")
    table.title = f"weakest damage seen with power of {ENOUGH} or more, {TRIALS} trials each"
    found: dict[tuple[int, str, float], float] = {}
    for kind in KINDS:
        for size, stock in stocks.items():
            for strength in [kind.at] if quick else kind.strengths:
                started = time.perf_counter()
                power, best = _power(kind, stock, size, strength)
                found[size, kind.name, strength] = power
                cells = [kind.name, f"{size:,}", f"{strength}", f"{power:.2f}", best]
                seconds = time.perf_counter() - started
                print(" | ".join(cells), f"| {seconds:.0f} s", file=sys.stderr, flush=True)
                asked = size != size_of_figures or (size, kind.name, kind.at) in found
                if asked and _weakest(kind, size, found):
                    break
        seen = [_weakest(kind, size, found) or "not seen" for size in stocks]
        before = f"{kind.best} at {kind.at}" if kind.best else "none sees it"
        table.add_row(kind.name, *seen, before)
    console.print(table)
    return found


def _weakest(kind: Kind, size: int, found: Mapping[tuple[int, str, float], float]) -> str:
    """The weakest damage that was seen, with the power; empty where none was."""
    powers = (
        (strength, found.get((size, kind.name, strength), 0.0)) for strength in kind.strengths
    )
    return next((f"{at} ({power:.2f})" for at, power in powers if power >= ENOUGH), "")


def _power(kind: Kind, stock: Stock, size: int, strength: float) -> tuple[float, str]:
    """Share of trials with an alarm, and the figure that alone sees most."""
    alarms, seen = 0, Counter[str]()
    for trial in range(TRIALS):
        rng = np.random.default_rng([trial, size])
        order = rng.permutation(len(stock.rows))
        parent = _with_claims(stock.side(order[:size]), rng)
        version = kind.do(stock, order[size:], size, strength, rng)
        found = _findings(version, parent, kind.families, trial)
        alarms += _alarms(found)
        seen.update(name for name, each in found.items() if METRICS[name].gated and each.p <= ALPHA)
    best = ", ".join(f"{name} {count / TRIALS:.2f}" for name, count in seen.most_common(3))
    return round(alarms / TRIALS, 3), best


def _false_alarms(stock: Stock, size: int, trials: int) -> float:
    """Share of undamaged versions that alarm, under all families together."""
    alarms = 0
    for trial in range(trials):
        rng = np.random.default_rng([trial, size, 1])
        order = rng.permutation(len(stock.rows))
        sides = [_with_claims(stock.side(order[at : at + size]), rng) for at in (0, size)]
        found = _findings(sides[0], sides[1], EVERY, trial)
        alarms += _alarms(found)
    return alarms / trials


def _alarms(found: Mapping[str, Finding]) -> bool:
    return any(each.p_adjusted is not None and each.p_adjusted <= ALPHA for each in found.values())


def _with_claims(side: Side, rng: np.random.Generator) -> Side:
    return Side(side.questions, side.answers, side.vectors, claims(len(side), 0.0, rng))


def _findings(
    version: Side, parent: Side, families: Sequence[str], seed: int
) -> dict[str, Finding]:
    """What the panel finds, with these families only."""
    rows = pool(version, parent, SETTINGS.wide_sample, seed)
    every: dict[str, NDArray[np.float64]] = {}
    for name in families:
        part = rows.first(SETTINGS.sample) if name == "meaning" else rows
        parted = partings(part.size, PERMUTATIONS, seed)
        every |= _family(name, part, seed).statistics(parted)
    return judge(every, gauges(), [name for name in every if METRICS[name].gated])


def _family(name: str, rows: Pool, seed: int) -> Family:
    if name == "wording":
        return Wording(rows.texts("questions"), rows.texts("answers"), SETTINGS.template_rows)
    if name == "meaning":
        return Meaning(rows.vectors(), SETTINGS.neighbours, SETTINGS.close)
    if name == "kinds":
        return Kinds(rows.vectors(), SETTINGS.rare_share, seed)
    return Grounds(rows.claims(), rows.told())


def _million_peak(console: Console) -> float:
    """Peak of memory of a process that probes a million rows beside 100,000 of a parent."""
    command = [sys.executable, "-m", "benchmarks.collapse_cost", "1000000"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = json.loads(said.splitlines()[-1])
    console.print(f"a million rows: {found['seconds']:.0f} s, {found['peak_gb']:.2f} GB at most")
    return float(found["peak_gb"])


if __name__ == "__main__":
    main()
