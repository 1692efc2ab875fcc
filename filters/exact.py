"""Copies that differ in case, spacing, punctuation or Unicode form only."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
import regex
from numpy.typing import NDArray

from configs.filters import ExactDedup
from filters.clusters import NO_PAIRS, Pairs, Rows, keep_one
from filters.scope import in_order_of
from filters.specifics import numbers_in
from store.stages import Context, Ruling, Stage, judged, stage

_SIGNS = regex.compile(r"[^\p{L}\p{M}\p{N}\p{S}]+")
_POINT = re.compile(r"(?<=\d)[.,](?=\d)")
_MARK = re.compile(r"[.,:;!?](?!\d)")
_THOUSANDS = re.compile(r",(?=\d{3}(?:\D|$))")


@stage("exact", version="2", scope="set")
def exact(settings: ExactDedup, context: Context) -> Stage:
    """Drops all but the best of records whose chosen fields have the same letters and digits."""

    def rule(rows: pl.DataFrame) -> list[Ruling]:
        pairs = _copies(rows.select(settings.fields).fill_null("").rows())
        return keep_one(rows, pairs, "connected", "exact_duplicate", _equal)

    return lambda records: judged("exact", records, in_order_of(records, context, rule))


def _equal(left: Rows, _right: Rows) -> NDArray[np.float64]:
    return np.ones(len(left))


def _copies(rows: Sequence[tuple[str, ...]]) -> Pairs:
    """Each copy paired with the first row of its group."""
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for row, fields in enumerate(rows):
        groups[tuple(_letters(field) for field in fields)].append(row)
    pairs = [
        pair for group in groups.values() if len(group) > 1 for pair in _same_numbers(rows, group)
    ]
    if not pairs:
        return NO_PAIRS
    left, right = np.array(pairs).T
    return Pairs(left, right, np.ones(len(left)))


def _letters(text: str) -> str:
    """All of a text but its spaces and punctuation; a text of nothing else stands for itself."""
    folded = (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()
    return _SIGNS.sub("", folded) or folded.strip()


def _same_numbers(
    rows: Sequence[tuple[str, ...]], group: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Pairs of a group with the same letters and digits. 1.5 and 15 are different numbers, unless
    it was with other punctuation that the point was lost.
    """
    marks = {row: sum(len(_MARK.findall(field)) for field in rows[row]) for row in group}
    ordered = sorted(group, key=lambda row: (-marks[row], row))
    best = ordered[0]
    first: dict[tuple[str, ...], int] = {}
    for row in ordered:
        numbers = tuple(
            _THOUSANDS.sub("", number) for field in rows[row] for number in numbers_in(field)
        )
        twin = first.get(numbers)
        if twin is None and marks[row] < marks[best] and _points(rows[row]) < _points(rows[best]):
            twin = best
        first.setdefault(numbers, row if twin is None else twin)
        if twin is not None:
            yield min(twin, row), max(twin, row)


def _points(fields: Sequence[str]) -> int:
    """Points and commas inside numbers."""
    return sum(len(_POINT.findall(field)) for field in fields)
