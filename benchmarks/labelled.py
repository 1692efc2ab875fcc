"""Labelled rows for the benchmark of the filters, and what a filter makes of them.

The files of a folder are gzipped lines of JSON: ``planted_alpaca`` and ``planted_answers`` with
``id``, ``prompt``, ``answer``, ``kind`` and ``of``, and ``rephrased_benchmarks`` with ``original``
and ``rephrased``.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import filters
from benchmarks.made_rows import COPIES, Planted, made
from benchmarks.made_words import Ints
from configs.filters import Filters
from store.corpus import Corpus
from store.stages import STAGES, Context, Embed

assert filters  # imported for the stages it registers
CONTEXT = Context(Corpus((), ()), np.zeros((0, 1), np.float32), seed=7)


def lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a gzipped file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def frame_of(questions: Sequence[str], answers: Sequence[str], embed: Embed) -> pl.DataFrame:
    """Records of these texts; what is embedded is both, as in a build."""
    texts = [f"{q}\n{a}" if a else q for q, a in zip(questions, answers, strict=True)]
    return pl.DataFrame(
        {
            "id": [f"{row:08}" for row in range(len(texts))],
            "question": list(questions),
            "answer": list(answers),
            "embedding": pl.Series(embed(texts).astype(np.float16)),
        }
    ).with_columns(quotes=pl.lit([], pl.List(pl.String)))


def planted(path: Path, embed: Embed) -> Planted:
    """Rows with planted copies from a file. A text without numbers of its own has no copy with
    other ones; what is marked as that and says the very same is an exact copy.
    """
    rows = lines(path)
    place = {row["id"]: at for at, row in enumerate(rows)}
    of = [-1 if row["of"] is None else place[row["of"]] for row in rows]
    records = frame_of([row["prompt"] for row in rows], [row["answer"] for row in rows], embed)
    said = [(row["prompt"], row["answer"]) for row in rows]
    kinds = [
        "exact" if row["kind"] == "numbers" and mine == said[at] else row["kind"]
        for row, mine, at in zip(rows, said, of, strict=True)
    ]
    return Planted(records, np.array(kinds), np.array(of, np.int64))


def enough(real: Planted | None, count: int) -> Planted:
    """That many rows: of those that are given, and made rows after them."""
    if real is None:
        return made(count)
    some = _first(real, count)
    if len(some.of) == count:
        return some
    more = made(count - len(some.of))
    start = len(some.of)
    names = some.records.columns
    records = more.records.select(names).with_columns(id="m" + pl.col("id"))
    of = np.where(more.of < 0, -1, more.of + start)
    return Planted(
        pl.concat([some.records, records]),
        np.concatenate([some.kind, more.kind]),
        np.concatenate([some.of, of]),
    )


def _first(rows: Planted, count: int) -> Planted:
    """The first rows; a copy of what is not among them is no copy here."""
    of = np.where(rows.of[:count] < count, rows.of[:count], -1)
    kind = np.where(of < 0, "base", rows.kind[:count])
    return Planted(rows.records.head(count), kind, of)


def stands(records: pl.DataFrame, names: Sequence[str], settings: Filters | None = None) -> Ints:
    """For each row the row that is kept for it, after these stages, each on what the one before
    it has left.
    """
    chosen = settings or Filters()
    place = {id_: row for row, id_ in enumerate(records["id"].to_list())}
    found, left = np.arange(len(records)), records
    for name in names:
        verdicts = STAGES[name].make(getattr(chosen, name), CONTEXT)(left).verdicts
        lost = verdicts.filter(pl.col("decision") == "drop")
        at = [place[id_] for id_ in lost["record_id"].to_list()]
        found[at] = [place[id_] for id_ in lost["witness"].to_list()]
        left = left.filter(~pl.col("id").is_in(lost["record_id"].implode()))
    return _followed(found)


def _followed(links: Ints) -> Ints:
    """The end of each row's chain of links."""
    while True:
        further = links[links]
        if (further == links).all():
            return links
        links = further


def right_by_kind(stand: Ints, rows: Planted) -> dict[str, float]:
    """Share of each kind's copies that stand where their original does; for ``numbers``, of those
    that do not. Where a row was dropped for no stated row (-1), one of the two must have been.
    """
    found = {}
    for kind in (*COPIES, "numbers"):
        at = np.flatnonzero(rows.kind == kind)
        mine, theirs = stand[at], stand[rows.of[at]]
        one = (mine == theirs) | (mine < 0)
        if kind != "numbers":
            one |= theirs < 0
        if len(at):
            found[kind] = float((one if kind != "numbers" else ~one).mean())
    return found


def recall(stand: Ints, rows: Planted) -> float:
    """Share of all planted copies that stand where their original does."""
    found = right_by_kind(stand, rows)
    counts = {kind: int((rows.kind == kind).sum()) for kind in COPIES}
    total = sum(counts.values())
    return sum(found.get(kind, 0.0) * count for kind, count in counts.items()) / max(total, 1)


def lone(stand: Ints, rows: Planted) -> int:
    """Rows that were dropped although nothing was planted that says the same."""
    root = _roots(rows)
    alone = np.bincount(root, minlength=len(root))[root] == 1
    return int((alone & (stand != np.arange(len(stand)))).sum())


def _roots(rows: Planted) -> Ints:
    """The row that each is at last a copy of; other numbers make another original."""
    none = (rows.of < 0) | (rows.kind == "numbers")
    return _followed(np.where(none, np.arange(len(none)), rows.of))


def precision(stand: Ints, rows: Planted) -> tuple[float, int, int]:
    """Share of dropped rows that are kept as a row of the same original; how many are not; and how
    many of those are pairs of two originals, which may say the same.
    """
    root = _roots(rows)
    lost = np.flatnonzero(stand != np.arange(len(stand)))
    wrong = lost[root[lost] != root[stand[lost]]]
    numbers: NDArray[np.bool_] = rows.kind[root] == "numbers"
    both = ~numbers[wrong] & ~numbers[stand[wrong]]
    share = 1 - len(wrong) / len(lost) if len(lost) else 1.0
    return share, len(wrong), int(both.sum())
