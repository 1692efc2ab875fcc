"""Two tables of hashes beside each other: which rows are the same, and which of them differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from flows.diff.row_hashes import HASH, Hashed
from flows.diff.row_pairs import pair

IN, OUT, CHANGED, MOVED, SAME = "in", "out", "changed", "moved", "unchanged"
KINDS = (IN, OUT, CHANGED, MOVED, SAME)
"""What becomes of a row. One that says something else is changed, wherever it is."""
SAYS = frozenset(
    {
        *("messages", "question", "answer", "quotes", "reasoning", "tools", "losers"),
        *("clean_question", "prompt", "chosen", "rejected"),
    }
)
"""Columns with what a row says; the others say where it comes from."""
_MORE: Mapping[str, Sequence[tuple[str, Sequence[str]]]] = {
    "data": (
        ("the seed of a repair or an escalation", ("root",)),
        ("question, method and style", (HASH + "question", HASH + "method", HASH + "style")),
    ),
    "messy": (("the record it is a twin of", ("semantic_id",)),),
    "preference": (
        ("prompt and the worse answer's record", (HASH + "prompt", HASH + "rejected_id")),
    ),
}


@dataclass(frozen=True)
class TableDiff:
    """A configuration beside its other version.

    ``rows`` has every row but the unchanged ones: ``kind``, ``id`` and ``split`` on either side,
    its places ``at_one`` and ``at_two``, what it was paired ``by``, and whether what it ``says``
    differs; those without a pair have their ``root``, which is their own id or that of the first
    of their chain. ``counts`` has all kinds by split, ``columns`` how many changed rows differ in
    each, ``lacking`` the columns of either side that were not compared.
    """

    config: str
    rows: pl.DataFrame
    counts: pl.DataFrame
    columns: tuple[tuple[str, int], ...]
    lacking: tuple[tuple[str, ...], tuple[str, ...]]

    def count(self, kind: str) -> int:
        """Rows of a kind over all splits."""
        return int(self.counts.filter(pl.col("kind") == kind)["rows"].sum())

    @property
    def differs(self) -> bool:
        """Whether any row or column does."""
        return bool(len(self.rows)) or any(self.lacking)


def difference(
    config: str, one: Hashed, two: Hashed, lacking: tuple[tuple[str, ...], tuple[str, ...]]
) -> TableDiff:
    """Pair the rows of both and say what became of each; ``lacking`` are columns of either side
    that were not compared.
    """
    wanted = {*one.rows.columns} & {*two.rows.columns}
    more = [
        (by, columns)
        for by, columns in _MORE.get(config.partition("/")[0], ())
        if wanted.issuperset(columns)
    ]
    paired = pair(one.rows, two.rows, more)
    places = paired.pairs["at_one"], paired.pairs["at_two"]

    def both_of(name: str) -> tuple[pl.Series, pl.Series]:
        """A column of all pairs; one after the other, or memory would hold every row twice."""
        return one.rows[name].gather(places[0]), two.rows[name].gather(places[1])

    differing = {name: pl.Series.ne_missing(*both_of(HASH + name)) for name in one.columns}
    none = pl.Series([False]).new_from_index(0, len(paired.pairs))
    changed, says = none, none
    for name, series in differing.items():
        changed = changed | series
        says = says | series if name in SAYS else says
    ids, splits = both_of("id"), both_of("split")
    moved = ~changed & splits[0].ne_missing(splits[1])
    both = paired.pairs.select(
        pl.when(changed).then(pl.lit(CHANGED))
        .when(moved).then(pl.lit(MOVED))
        .otherwise(pl.lit(SAME)).alias("kind"),
        id_one=ids[0], split_one=splits[0], id_two=ids[1], split_two=splits[1],
        at_one="at_one", at_two="at_two", by="by", says=says,
    )  # fmt: skip
    rows = pl.concat(
        [both, _alone(one, paired.only_one, OUT), _alone(two, paired.only_two, IN)],
        how="diagonal",
    )
    counts = rows.group_by("kind", "split_one", "split_two").len("rows")
    columns = [(name, int(series.sum())) for name, series in differing.items()]
    return TableDiff(
        config,
        rows.filter(pl.col("kind") != SAME),
        counts.sort("kind", "split_one", "split_two"),
        tuple(sorted((each for each in columns if each[1]), key=lambda each: -each[1])),
        lacking,
    )


def _alone(side: Hashed, places: pl.Series, kind: str) -> pl.DataFrame:
    """Rows that only one side has."""
    at = "one" if kind == OUT else "two"
    own = side.rows.select("id", "split", root="root" if "root" in side.rows.columns else "id")
    own = own[places]
    return own.select(
        pl.lit(kind).alias("kind"),
        pl.col("id").alias(f"id_{at}"),
        pl.col("split").alias(f"split_{at}"),
        places.alias(f"at_{at}"),
        pl.col("root"),
    )
