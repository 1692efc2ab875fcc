"""Training records that say what a validation or test record says: a test on them tests memory.

Splits keep whole documents together, yet two documents may state one fact. The limits are lower
than those of duplicates, since a leak costs more than a lost training record; numbers, code and
names must agree all the same.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from configs.filters import Leakage
from filters.semantic import vectors_of
from filters.specifics import same_specifics, specifics
from store.splits import split_of
from store.stages import Context, Judged, Progress, Ruling, Stage, Vectors, judged, stage
from store.text import normalise

_CELLS = 20_000_000
"""Similarities computed at once, which bounds the memory."""
_CANDIDATE = 0.75
"""Texts alike in wording are at least this near in meaning; no other pairs are looked at."""
_NEAREST = 20
"""Held-out records looked at for one training record."""
_NGRAM = 5


@stage("leakage", version="2", scope="set")
def leakage(settings: Leakage, context: Context) -> Stage:
    """Drops training records that are near twins of a record of another split."""

    def split(sources: list[dict[str, str]]) -> str:
        return split_of(sources[0]["document_id"], context.splits, context.seed)

    def apply(records: pl.DataFrame) -> Judged:
        order = np.argsort(np.array(records["id"].to_list(), dtype=object), kind="stable")
        rows = records[order]
        splits = [split(sources) for sources in rows["sources"].to_list()]
        found = _leaks(rows, splits, settings, context.progress)
        rulings = [Ruling()] * len(records)
        for row, ruling in found.items():
            rulings[int(order[row])] = ruling
        return judged("leakage", records, rulings)

    return apply


def _leaks(
    rows: pl.DataFrame, splits: list[str], settings: Leakage, progress: Progress
) -> dict[int, Ruling]:
    """Rulings on training records that have a twin held out, by row."""
    vectors = vectors_of(rows)
    train = np.array([i for i, name in enumerate(splits) if name == "train"], np.int64)
    held = np.array([i for i, name in enumerate(splits) if name != "train"], np.int64)
    if not len(train) or not len(held):
        return {}
    texts = [f"{q}\n{a}" for q, a in rows.select("question", "answer").iter_rows()]
    ids = rows["id"].to_list()
    found: dict[int, Ruling] = {}
    for row, twin, cosine in _near(vectors, train, held, progress):
        if row in found or not same_specifics(specifics(texts[row]), specifics(texts[twin])):
            continue
        wording = 0.0 if cosine >= settings.semantic else jaccard(texts[row], texts[twin])
        if cosine >= settings.semantic or wording >= settings.lexical:
            how, score = ("wording", wording) if wording else ("meaning", cosine)
            detail = f"similarity {score:.3f} in {how} to a record of split {splits[twin]}"
            found[row] = Ruling("drop", "leaks_into_test", score, ids[twin], detail)
    return found


def _near(
    vectors: Vectors, train: NDArray[np.int64], held: NDArray[np.int64], progress: Progress
) -> Iterator[tuple[int, int, float]]:
    """Training rows with the held-out rows nearest to them and their similarity, nearest first."""
    # NumPy multiplies halves one by one; single precision goes to the BLAS.
    against = np.ascontiguousarray(vectors[held].T, np.float32)
    step = max(1, _CELLS // len(held))
    for start in range(0, len(train), step):
        own = train[start : start + step]
        cosine = vectors[own].astype(np.float32, copy=False) @ against
        for at in np.flatnonzero((cosine >= _CANDIDATE).any(axis=1)):
            places = np.argsort(-cosine[at], kind="stable")[:_NEAREST]
            for place in places[cosine[at, places] >= _CANDIDATE]:
                yield int(own[at]), int(held[place]), float(cosine[at, place])
        progress("comparing splits", min(start + step, len(train)), len(train))


def jaccard(one: str, two: str) -> float:
    """Shared character n-grams of two texts in normal form, as a share of all they have."""
    a, b = _grams(one), _grams(two)
    return len(a & b) / len(a | b)


def _grams(text: str) -> frozenset[str]:
    plain = f" {normalise(text)} "
    return frozenset(plain[i : i + _NGRAM] for i in range(max(1, len(plain) - _NGRAM + 1)))
