"""Copies that differ in case, spacing, punctuation or Unicode form only."""

from __future__ import annotations

import polars as pl

from configs.filters import ExactDedup
from filters.clusters import keep_one
from store.stages import Context, Judged, Stage, judged, stage
from store.text import normalise, sha256


@stage("exact", version="1", scope="set")
def exact(settings: ExactDedup, context: Context) -> Stage:
    """Drops all but the best of records whose chosen fields have the same normal form."""

    def apply(records: pl.DataFrame) -> Judged:
        first: dict[str, int] = {}
        pairs = []
        for row, fields in enumerate(records.select(settings.fields).iter_rows()):
            key = sha256("\x1f".join(normalise(field) for field in fields))
            twin = first.setdefault(key, row)
            if twin != row:
                pairs.append((twin, row, 1.0))
        rulings = keep_one(records, pairs, "exact_duplicate", lambda _i, _j: 1.0)
        return judged("exact", records, rulings)

    return apply
