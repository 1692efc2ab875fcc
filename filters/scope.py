"""What a record is compared with: the run's other records, and the records it must not repeat."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl

from store.stages import Context, Ruling

_COMPARED = ("id", "question", "answer", "quotes", "support", "quality")


def compared(records: pl.DataFrame, references: pl.DataFrame, *more: str) -> pl.DataFrame:
    """The records in the order of their ids, and after them the reference records, with ``set``
    (empty for the run's own) and ``reference``. ``more`` names further columns.

    A record of the run that is in a reference set is not compared with itself there.
    """
    own = (
        records.select(name for name in (*_COMPARED, *more) if name in records.columns)
        .with_columns(set=pl.lit(""), reference=pl.lit(False))
        .sort("id", maintain_order=True)
    )
    if not len(references):
        return own
    others = references.filter(~pl.col("id").is_in(records["id"].to_list()))
    if "embedding" in own.columns:
        others = others.with_columns(pl.col("embedding").cast(own.schema["embedding"]))
    names = ["set", *(name for name in own.columns if name in others.columns and name != "set")]
    return pl.concat(
        [own, others.select(names).with_columns(reference=pl.lit(True))], how="diagonal_relaxed"
    )


def in_order_of(
    records: pl.DataFrame,
    context: Context,
    rule: Callable[[pl.DataFrame], Sequence[Ruling]],
    *more: str,
) -> list[Ruling]:
    """Rulings in the order of the records, from a judge of all that is compared. The order of the
    records plays no part in what it sees.
    """
    rulings = rule(compared(records, context.references, *more))
    places = np.argsort(records["id"].arg_sort().to_numpy())
    return [rulings[place] for place in places.tolist()]
