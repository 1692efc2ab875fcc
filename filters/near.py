"""Near copies by MinHash over n-grams (Broder 1997), verified by true Jaccard similarity.

No pair is believed before its true Jaccard similarity was computed and its numbers, names and code
were compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from configs.filters import NearDedup
from filters.clusters import Pairs, Rows, keep_one, survivor_rank, survivors
from filters.minhash import NO_GRAMS, Banding, banding_for, candidates, signatures
from filters.ngrams import Grams, distinct_grams, ngrams
from filters.scope import in_order_of
from filters.specifics import Statements
from store.stages import Context, Progress, Ruling, Stage, judged, silent, stage

_LONG = 60
"""Characters from which on a field must be like the other's by itself."""
_PAIR_CHARS = 1_000_000
"""Characters of pairs that are compared at a time."""


@stage("near", version="3", scope="set")
def near(settings: NearDedup, context: Context) -> Stage:
    """Drops all but the best of records whose texts are near copies of each other."""

    def rule(rows: pl.DataFrame) -> list[Ruling]:
        pairs = near_pairs(rows, settings, context.progress)
        texts = texts_of(rows, settings.fields)
        return keep_one(
            rows,
            pairs,
            settings.groups,
            "near_duplicate",
            lambda left, right: jaccard(texts, left, right, settings),
        )

    return lambda records: judged("near", records, in_order_of(records, context, rule))


def texts_of(records: pl.DataFrame, fields: Sequence[str]) -> pl.Series:
    """The fields of each record as one text."""
    both = records.select(pl.concat_str(fields, separator="\n", ignore_nulls=True))
    return both.to_series()


def near_pairs(records: pl.DataFrame, settings: NearDedup, progress: Progress = silent) -> Pairs:
    """Twins at or above the threshold. Where so many records are alike that some pairs were not
    looked at, those that would survive are compared again until no twins are left.
    """
    statements = Statements(records)
    rank = np.array(survivor_rank(records))
    texts = texts_of(records, settings.fields)
    fields = [texts_of(records, [field]) for field in settings.fields]
    rows, pairs = _copies_apart(texts)
    banding = banding_of(settings, len(rows))
    signed = signatures(texts.gather(rows), settings.ngram, settings.unit, banding, progress)
    some = signed[:, 0] != NO_GRAMS
    rows, signed = rows[some], signed[some]
    while True:
        likeness = partial(_numbers, statements, rows)
        left, right, crowded = candidates(signed, banding, settings.threshold, likeness)
        left, right = rows[left], rows[right]
        score = jaccard(texts, left, right, settings)
        found = Pairs(left, right, score).where(score >= settings.threshold)
        found = found.where(_in_each_field(fields, found, settings))
        found = found.where(statements.same(found.left, found.right))
        pairs = pairs.plus(found)
        if not crowded or not len(found):
            return pairs
        still = survivors(rank, pairs, settings.groups)[rows] == rows
        rows, signed = rows[still], signed[still]


def near_pairs_at(
    records: pl.DataFrame, pairs: Pairs, settings: NearDedup, threshold: float
) -> Pairs:
    """Those twins of a search at a lower threshold that are twins at this one."""
    higher = settings.model_copy(update={"threshold": threshold})
    fields = [texts_of(records, [field]) for field in settings.fields]
    found = pairs.where(pairs.score >= threshold)
    return found.where(_in_each_field(fields, found, higher))


def _numbers(statements: Statements, rows: Rows, at: Rows) -> NDArray[np.uint64]:
    return statements.numbers(rows[at])


def _copies_apart(texts: pl.Series) -> tuple[Rows, Pairs]:
    """The first row of each text, and every other paired with its first."""
    numbered = pl.DataFrame({"text": texts}).with_row_index("row")
    first = (
        numbered.select(pl.col("row").min().over("text")).to_series().to_numpy().astype(np.int64)
    )
    rows = np.arange(len(texts))
    later = first != rows
    return rows[~later], Pairs(first[later], rows[later], np.ones(int(later.sum())))


def _in_each_field(
    fields: Sequence[pl.Series], pairs: Pairs, settings: NearDedup
) -> NDArray[np.bool_]:
    """Whether each long field has its part in what two records share. Two tasks about one long
    passage have the passage in common, and are different tasks.
    """
    keep = np.ones(len(pairs), bool)
    for texts in fields if len(fields) > 1 else ():
        one, two = texts.gather(pairs.left), texts.gather(pairs.right)
        long = (one.str.len_chars() >= _LONG) & (two.str.len_chars() >= _LONG)
        unlike = (long & (one != two)).to_numpy()
        part = pairs.where(unlike)
        keep[unlike] &= jaccard(texts, part.left, part.right, settings) >= settings.threshold / 2
    return keep


def banding_of(settings: NearDedup, count: int) -> Banding:
    """The banding of the settings, or the one that fits the threshold."""
    if settings.bands is not None:
        return Banding(settings.bands, settings.rows or 1)
    return banding_for(settings.threshold, count)


def jaccard(texts: pl.Series, left: Rows, right: Rows, settings: NearDedup) -> NDArray[np.float64]:
    """Share of the n-grams of either text that both have, pair by pair; 0 where there are none."""
    scores = np.zeros(len(left))
    lengths = texts.str.len_chars().to_numpy()
    for part in np.split(np.arange(len(left)), _cuts(lengths[left] + lengths[right])):
        rows, place = np.unique(np.concatenate([left[part], right[part]]), return_inverse=True)
        chosen = texts.gather(rows).to_list()
        sets = _sets(distinct_grams(ngrams(chosen, settings.ngram, settings.unit)))
        one, two = sets.gather(place[: len(part)]), sets.gather(place[len(part) :])
        sizes = pl.select(
            both=one.list.set_intersection(two).list.len(), one=one.list.len(), two=two.list.len()
        )
        shared = sizes["both"].to_numpy().astype(np.int64)
        union = sizes["one"].to_numpy() + sizes["two"].to_numpy() - shared
        scores[part] = shared / np.maximum(union, 1)
    return scores


def _cuts(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where a list of such sizes is cut into parts of about ``_PAIR_CHARS``."""
    return np.flatnonzero(np.diff(np.cumsum(sizes) // _PAIR_CHARS)) + 1


def _sets(grams: Grams) -> pl.Series:
    """The n-grams of each text as one list."""
    lists = pa.LargeListArray.from_arrays(pa.array(grams.starts), pa.array(grams.hashes))
    found = pl.from_arrow(lists)
    assert isinstance(found, pl.Series)
    return found
