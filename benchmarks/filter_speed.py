"""Speed and memory of duplicates, ours beside peers: each in a process of its own, one thread.

``python -m benchmarks.filter_speed FOLDER STAGE,... THRESHOLD`` measures ours on the files of a
folder; a threshold is that of ``semantic``.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from benchmarks.labelled import enough, lone, recall, right_by_kind, stands
from benchmarks.made_rows import COPIES, Planted
from benchmarks.peer_runs import Peers, ours, write
from benchmarks.peers import measured
from configs.filters import Filters, SemanticDedup
from filters.cosine import close_pairs
from filters.semantic import vectors_of
from store.stages import Vectors

SEMANTIC = 0.9
JACCARD = {"datasketch chars": 0.6, "rensa chars": 0.6}
"""Threshold of what shares our n-grams; it is 0.7 for the others."""
_MOST_ROWS = {"distilabel": 20_000}
"""Rows that a peer gets at most: it slows down as they grow."""
_SETTINGS = {
    "datasketch": "word 3-grams, 128 values, 0.7",
    "datasketch chars": "char 5-grams, 128 values, 0.6",
    "datatrove": "word 3-grams, 14 x 8 values",
    "rensa": "word 3-grams, 128 values, 0.7",
    "rensa chars": "char 5-grams, 128 values, 0.6",
    "text-dedup": "word 3-grams, 128 values, 0.7",
    "distilabel": "char 5-grams, 128 values, 0.7",
    "semhash": "usearch, cosine 0.9",
}
_SAMPLE = 4_000


@dataclass(frozen=True)
class Result:
    """What a run took, and what it found: recall of all planted copies and by kind."""

    name: str
    settings: str
    count: int
    kept: int
    run: dict[str, Any]
    recall: float
    by_kind: dict[str, float]
    lone: int

    @property
    def speed(self) -> float:
        """Rows per CPU-second."""
        return self.count / max(float(self.run["cpu_s"]), 1e-3)


def main() -> None:
    """Measure ours in this process."""
    folder, names, threshold = Path(sys.argv[1]), sys.argv[2].split(","), float(sys.argv[3])
    records = pl.read_ipc(folder / "records.arrow")
    if "semantic" in names:
        vectors = np.load(folder / "vectors.npy")
        records = records.with_columns(embedding=pl.Series(vectors))
    settings = Filters(semantic=SemanticDedup(threshold=threshold))
    stands(records.head(50), names, settings)  # loads what there is to load
    found = measured(lambda: stands(records, names, settings).tolist())
    print(json.dumps(found))


def speed_tables(
    real: Planted | None, count: int, peers: Peers, console: Console
) -> tuple[float | None, float | None]:
    """Print speeds on so many rows; returns the ratios of MinHash and of meanings."""
    rows = enough(real, count)
    with write(rows.records) as folder:
        near, cosine, every = (
            _result(name, f"{settings}", rows, ours("benchmarks.filter_speed", str(folder), *given))
            for name, settings, given in (
                ("near", "char 5-grams, 0.6, verified", ("near", "0.9")),
                ("semantic", "cosine 0.9, guarded", ("semantic", str(SEMANTIC))),
                ("exact, near, semantic", "defaults", ("exact,near,semantic", "0.92")),
            )
        )
        found = {
            name: _peer(name, rows, folder, peers) for name in _SETTINGS if name not in _MOST_ROWS
        }
    for name, most in _MOST_ROWS.items():
        some = rows if count <= most else enough(real, most)
        with write(some.records) as folder:
            found[name] = _peer(name, some, folder, peers)
    meaning = {"semhash": found.pop("semhash")}
    first = _table(f"MinHash, {len(rows.of):,} rows, from texts", near, found, console)
    second = _table(f"Meaning, {len(rows.of):,} rows, vectors given", cosine, meaning, console)
    _table(f"All of ours, {len(rows.of):,} rows", every, {}, console)
    return first, second


def _peer(name: str, rows: Planted, folder: Path, peers: Peers) -> Result | str:
    run = peers.run(name, folder, SEMANTIC if name == "semhash" else JACCARD.get(name, 0.7))
    if isinstance(run, str):
        return run
    return _result(f"{name} {run['version']}", _SETTINGS[name], rows, run)


def _result(name: str, settings: str, rows: Planted, run: dict[str, Any]) -> Result:
    stand = np.array(run.pop("stands"))
    same, own = np.unique(stand, return_index=True)
    kept = len(same) - int(same[0] < 0)
    # Of groups with numbers of their own the first row is taken as the one that is kept.
    row = np.clip(same, 0, len(stand) - 1)
    named = (same >= 0) & ((same != row) | (stand[row] != row))
    moved = stand.copy()
    moved[own[named]] = own[named]
    by_kind = right_by_kind(stand, rows)
    return Result(
        name, settings, len(stand), kept, run, recall(stand, rows), by_kind, lone(moved, rows)
    )


def _table(
    title: str, mine: Result, others: dict[str, Result | str], console: Console
) -> float | None:
    """Print a table of runs; returns our speed over that of the peer we are compared with."""
    columns = ("rows", "rows/CPU-s", "rows/s", "ours is", "recall", *COPIES, "numbers kept")
    table = Table("", "settings", *columns, "kept", "lone dropped", "MB", title=title)
    ran = [other for other in others.values() if isinstance(other, Result)]
    for each in (mine, *ran):
        table.add_row(
            each.name,
            each.settings,
            f"{each.count:,}",
            f"{each.speed:,.0f}",
            f"{each.count / max(float(each.run['wall_s']), 1e-3):,.0f}",
            "" if each is mine else f"{mine.speed / each.speed:.2f} x",
            f"{each.recall:.4f}",
            *(f"{each.by_kind.get(kind, 0):.3f}" for kind in (*COPIES, "numbers")),
            f"{each.kept:,}",
            f"{each.lone:,}",
            f"{each.run['peak_mb']:,}",
        )
    for name, other in others.items():
        if isinstance(other, str):
            table.add_row(name, f"did not run: {other}")
    console.print(table)
    if not others:
        return None
    ratio, said = compared(mine, ran)
    console.print(said)
    return ratio


def compared(mine: Result, ran: list[Result]) -> tuple[float | None, str]:
    """Our speed over that of the fastest peer that finds as much, or else nearly as much, or else
    of the one that finds most; and which of these rules it was.
    """
    for least, rule in ((1.0, "our recall"), (0.9, "90 % of our recall; none reaches ours")):
        fit = [other for other in ran if other.recall >= least * mine.recall]
        if fit:
            best = max(fit, key=lambda other: other.speed)
            ratio = mine.speed / best.speed
            return round(ratio, 2), f"{ratio:.2f} x {best.name}, the fastest of at least {rule}"
    if not ran:
        return None, "no peer is installed"
    best = max(ran, key=lambda other: other.recall)
    ratio = mine.speed / best.speed
    return round(ratio, 2), f"{ratio:.2f} x {best.name}: none reaches 90 % of our recall"


def cell_recall(rows: Planted, console: Console) -> float:
    """Print and return the share of the true pairs of some rows that the search finds."""
    vectors = vectors_of(rows.records)
    found = close_pairs(vectors, np.arange(len(vectors)), SEMANTIC)
    there = total = 0
    known = np.unique(found.pairs.left * len(vectors) + found.pairs.right)
    # Vectors that are the same are one to the search.
    first = np.sort(np.unique(vectors.view(f"V{vectors[0].nbytes}"), return_index=True)[1])
    picked = np.random.default_rng(3).permutation(first)[:_SAMPLE]
    sample = vectors[picked].astype(np.float32)
    for start in range(0, len(first), 4_096):
        part = first[start : start + 4_096]
        block: Vectors = vectors[part].astype(np.float32)
        one, two = np.nonzero(sample @ block.T >= SEMANTIC)
        left, right = picked[one], part[two]
        codes = np.minimum(left, right) * len(vectors) + np.maximum(left, right)
        codes = codes[left != right]
        total += len(codes)
        there += int(np.isin(codes, known).sum())
    share = there / max(total, 1)
    console.print(
        f"search by {found.method} on {len(vectors):,} rows: {share:.5f} of {total:,} pairs at "
        f"cosine {SEMANTIC} that an exact product of {len(sample):,} rows with all finds"
        + (" (crowds are thinned on purpose)" if found.crowded else "")
    )
    return round(share, 5)


if __name__ == "__main__":
    main()
