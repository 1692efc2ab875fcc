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
from filters.signs import signs_in
from filters.specifics import numbers_in
from store.stages import Context, Ruling, Stage, judged, stage

_Told = tuple[str, ...]
_SIGNS = regex.compile(r"[^\p{L}\p{M}\p{N}\p{S}]+")
_MARK = re.compile(r"[.,:;!?](?!\d)")


@stage("exact", version="3", scope="set")
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
        pair for group in groups.values() if len(group) > 1 for pair in _same_signs(rows, group)
    ]
    if not pairs:
        return NO_PAIRS
    left, right = np.array(pairs).T
    return Pairs(left, right, np.ones(len(left)))


def _letters(text: str) -> str:
    """All of a text but its spaces and punctuation; a text of nothing else stands for itself."""
    folded = (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()
    return _SIGNS.sub("", folded) or folded.strip()


def _same_signs(rows: Sequence[tuple[str, ...]], group: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs of a group with the same letters and digits. 1.5 and 15 are different numbers, and C#
    is not C, unless other punctuation was lost with the point, or all of it with the sign.
    """
    marks = {row: sum(len(_MARK.findall(field)) for field in rows[row]) for row in group}
    ordered = sorted(group, key=lambda row: (-marks[row], row))
    best = ordered[0]
    first: dict[tuple[_Told, _Told], int] = {}
    for row in ordered:
        told, full = _told(rows[row]), _told(rows[best])
        twin = first.get(told)
        if twin is None and marks[row] < marks[best]:
            lost_point = told[1] == full[1] and _points(told[0]) < _points(full[0])
            twin = best if lost_point or not marks[row] else None
        first.setdefault(told, row if twin is None else twin)
        if twin is not None:
            yield min(twin, row), max(twin, row)


def _told(fields: Sequence[str]) -> tuple[_Told, _Told]:
    """Numbers, and signs that say something."""
    numbers = (number for field in fields for number in numbers_in(field))
    return tuple(numbers), tuple(sign for field in fields for sign in signs_in(field))


def _points(numbers: Sequence[str]) -> int:
    return sum("." in number or "," in number for number in numbers)
