"""Which row of one table is which row of another: by id, else by what tells the same row apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

_NTH = "nth of its kind"
_LONGEST = 100
"""Links that a chain is followed for; one that bites its tail has none of its own."""


@dataclass(frozen=True)
class Paired:
    """Rows of two tables by their places, ``at_one`` and ``at_two``, with what they are paired
    ``by``; and the places of those rows that only one table has. No row is in two pairs.
    """

    pairs: pl.DataFrame
    only_one: pl.Series
    only_two: pl.Series


def pair(one: pl.DataFrame, two: pl.DataFrame, more: Sequence[tuple[str, Sequence[str]]]) -> Paired:
    """Pair rows that have the same ``id``, first within a ``split``, and of what is left those that
    alone on either side have the same values in some ``more`` columns, given with a name.

    Rows of the same id are told apart by their order, so that copies never multiply.
    """
    left, right = (table.with_row_index("at") for table in (one, two))
    found = []
    for by, columns in (("id", ("id", "split")), ("id", ("id",)), *more):
        each = _alone if by != "id" else _numbered
        joined = each(left, columns).join(
            each(right, columns), on=[*columns, _NTH], suffix="_two", maintain_order="left"
        )
        found.append(joined.select(at_one="at", at_two="at_two", by=pl.lit(by)))
        left = left.join(joined.select("at"), on="at", how="anti", maintain_order="left")
        right = right.join(joined.select(at="at_two"), on="at", how="anti", maintain_order="left")
    return Paired(pl.concat(found).rechunk(), left["at"], right["at"])


def _numbered(rows: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The rows, with a number where several have the same values."""
    keys = rows.select("at", *columns)
    if rows["id"].n_unique() == len(rows):
        return keys.with_columns(pl.lit(0).alias(_NTH))
    return keys.with_columns(pl.int_range(pl.len()).over([*columns]).cast(pl.Int32).alias(_NTH))


def _alone(rows: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The rows whose values no other has, and which have some."""
    keys = rows.select("at", *columns).drop_nulls()
    return keys.filter(pl.len().over([*columns]) == 1).with_columns(pl.lit(0).alias(_NTH))


def with_root(rows: pl.DataFrame, parents: pl.DataFrame) -> pl.DataFrame:
    """The rows with their ``root``: the first record of the chain of repairs and escalations that
    each stands at the end of. ``parents`` has the ``id`` and the ``parent`` of records that have
    one.
    """
    above = parents.filter(pl.col("parent") != "").unique("id", keep="first")
    rooted = rows.with_columns(root=pl.col("id"))
    for _ in range(_LONGEST):
        step = rooted.select("root").join(
            above, left_on="root", right_on="id", how="left", maintain_order="left"
        )["parent"]
        if step.null_count() == len(step):
            break
        rooted = rooted.with_columns(root=pl.coalesce(step, pl.col("root")))
        above = above.filter(pl.col("id").is_in(rooted["root"].unique().implode()))
    return rooted
