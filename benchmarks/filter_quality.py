"""What filters find of planted copies and rephrased questions, and what they take wrongly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from benchmarks.labelled import (
    CONTEXT,
    frame_of,
    lines,
    precision,
    right_by_kind,
    stands,
)
from benchmarks.made_rows import COPIES, Planted
from benchmarks.made_words import Ints
from benchmarks.peer_runs import Peers, write
from configs.filters import Decontamination
from filters.cosine import close_pairs
from filters.semantic import vectors_of
from filters.specifics import Statements
from store.records import REFERENCES, frame
from store.references import with_vectors
from store.stages import STAGES, Embed

SWEEP = (0.75, 0.80, 0.85, 0.90, 0.92, 0.95)
_WAYS = {
    "exact": ("exact",),
    "near": ("near",),
    "semantic": ("semantic",),
    "exact, near": ("exact", "near"),
    "all three": ("exact", "near", "semantic"),
}


def planted_table(rows: Planted, title: str, console: Console) -> dict[str, float]:
    """Print what each way finds by kind of copy; returns the figures of the summary."""
    names = (*COPIES, "numbers kept", "dropped", "precision", "false", "of originals")
    table = Table("stages", *names, title=f"{title}: {len(rows.of):,} rows")
    found = {}
    for way, stages in _WAYS.items():
        stand = stands(rows.records, stages)
        by_kind, (share, wrong, both) = right_by_kind(stand, rows), precision(stand, rows)
        lost = int((stand != np.arange(len(stand))).sum())
        figures = [f"{value:.4f}" for value in by_kind.values()]
        table.add_row(way, *figures, f"{lost:,}", f"{share:.4f}", f"{wrong:,}", f"{both:,}")
        found[way] = {**by_kind, "precision": share}
    console.print(table)
    exact, near = found["exact"], found["exact, near"]
    return {
        "exact_recall": round((exact["exact"] + exact["norm"]) / 2, 5),
        "near_recall": round(near["near05"], 5),
        "near_precision": round(near["precision"], 5),
    }


def rephrased_table(path: Path, embed: Embed, peers: Peers, console: Console) -> float:
    """Print F1 of pairs of a question and its rephrasing by threshold; returns the best of ours."""
    pairs = lines(path)
    texts = [pair[name] for name in ("original", "rephrased") for pair in pairs]
    records, half = frame_of(texts, [""] * len(texts), embed), len(pairs)
    pairs_of = close_pairs(vectors_of(records), np.arange(len(records)), min(SWEEP)).pairs
    same = Statements(records).same(pairs_of.left, pairs_of.right)
    title = f"{half:,} questions and their rephrasings: F1 (precision / recall) of pairs"
    table = Table("", *(f"{threshold:.2f}" for threshold in SWEEP), title=title)
    ours: list[tuple[float, float, float]] = []
    for name, keep in (("ours", same), ("without the guard", np.ones(len(same), bool))):
        found = [pairs_of.where(keep & (pairs_of.score >= limit)) for limit in SWEEP]
        scores = [_f1(each.left, each.right, half) for each in found]
        ours = ours or scores
        table.add_row(name, *(_shown(score) for score in scores))
    with write(records) as folder:
        runs = [peers.run("semhash", folder, limit) for limit in SWEEP]
    if isinstance(runs[0], str):
        table.add_row("semhash", runs[0])
    else:
        scores = [_f1(*_lost(run["stands"]), half) for run in runs if not isinstance(run, str)]
        table.add_row(f"semhash {runs[0]['version']}", *(_shown(score) for score in scores))
    console.print(table)
    return round(max(score[0] for score in ours), 4)


def _lost(stand: Sequence[int]) -> tuple[Ints, Ints]:
    kept = np.array(stand)
    lost = np.flatnonzero(kept != np.arange(len(kept)))
    return np.minimum(lost, kept[lost]), np.maximum(lost, kept[lost])


def _f1(left: Ints, right: Ints, half: int) -> tuple[float, float, float]:
    """F1, precision and recall of pairs; the true ones are ``half`` apart."""
    right_ones = int((right - left == half).sum())
    share, found = right_ones / max(len(left), 1), right_ones / half
    return 2 * share * found / max(share + found, 1e-9), share, found


def _shown(score: tuple[float, float, float]) -> str:
    return f"{score[0]:.3f} ({score[1]:.3f} / {score[2]:.3f})"


def decontamination_line(
    path: Path, control: Planted, embed: Embed, console: Console, most: int = 1_000
) -> dict[str, Any]:
    """Print recall of the rephrasings of an evaluation set, and false alarms on other rows."""
    pairs = lines(path)
    items = [
        {"set": "exam", "id": f"{row:05}", "question": pair["original"], "answer": ""}
        for row, pair in enumerate(pairs)
    ]
    held_out = with_vectors(frame(items, REFERENCES), embed, answers=False)
    context = replace(CONTEXT, held_out=held_out, embed=embed)
    judge = STAGES["decontamination"].make(Decontamination(), context)
    rephrased = [pair["rephrased"] for pair in pairs]
    records = pl.DataFrame(
        {
            "id": [f"{row:05}" for row in range(len(pairs))],
            "question": rephrased,
            "answer": [""] * len(pairs),
        }
    )
    found = judge(records).verdicts
    own = (found["witness"] == "exam:" + found["record_id"]).to_numpy().mean()
    clean = control.records.filter(pl.Series(control.kind == "base")).head(most)
    alarms = judge(clean.select("id", "question", "answer")).verdicts
    dropped = float((found["decision"] == "drop").to_numpy().mean())
    false = float((alarms["decision"] == "drop").to_numpy().mean())
    console.print(
        f"decontamination: {dropped:.4f} of {len(pairs):,} rephrased questions found "
        f"({own:.4f} as their own original), {false:.4f} of {len(clean):,} other rows"
    )
    return {"decontamination_recall": round(dropped, 4), "decontamination_false": round(false, 4)}
