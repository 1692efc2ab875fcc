"""What became of rows that only one of two versions keeps, and how their dropped rows differ."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from flows.diff.tables import CHANGED, IN, OUT, SAME
from store.versions import Version

NO_CANDIDATE = "not among the candidates"
"""What became of a row that the other version has neither kept nor dropped."""
_FIRST, _SAID = "in its first form ", 300


@dataclass(frozen=True)
class Drops:
    """``fates`` has a row for every one that came or went, in the order of those given: what the
    other version did with it, ``why`` in short and ``detail`` in its words. ``counts`` are rejected
    rows by what became of them, ``reasons`` how many each stage dropped for each reason in ``one``
    and in ``two``.
    """

    fates: pl.DataFrame
    counts: dict[str, int]
    reasons: pl.DataFrame

    def by_fate(self, kind: str) -> list[tuple[str, int]]:
        """Rows of a kind by what the other version did with them, most frequent first."""
        own = self.fates.filter(pl.col("kind") == kind).group_by("why").len()
        return list(own.sort(["len", "why"], descending=[True, False]).iter_rows())


def compare_drops(one: Version, two: Version, rows: pl.DataFrame) -> Drops:
    """The rejected rows of two versions, and the fates of ``rows`` that came or went, which are
    those of a ``TableDiff``.
    """
    lost_one, lost_two = _lost(one), _lost(two)
    fates = pl.concat(
        [
            _fates(rows.filter(pl.col("kind") == OUT), "id_one", lost_two),
            _fates(rows.filter(pl.col("kind") == IN), "id_two", lost_one),
        ]
    )
    return Drops(fates, _counts(lost_one, lost_two), _reasons(lost_one, lost_two))


def _lost(version: Version) -> pl.DataFrame:
    """Every dropped record once, with why."""
    if "rejected" not in version.folders:
        return pl.DataFrame(schema=dict.fromkeys(("id", "stage", "reason", "detail"), pl.String))
    rows = version.table("rejected", ["id", "stage", "reason", "detail"])
    # Behind a line break stands the text of an evaluation item.
    short = pl.col("detail").str.split("\n").list.first().str.head(_SAID)
    return rows.with_columns(short).unique("id", keep="first", maintain_order=True)


def _fates(rows: pl.DataFrame, id_: str, lost: pl.DataFrame) -> pl.DataFrame:
    """What became of each row there; else of the record that it was repaired or escalated from."""
    why = pl.concat_str("stage", pl.lit(": "), "reason")
    there = lost.select("id", "detail", why=why)
    first = lost.select(root="id", root_detail="detail", root_why=pl.lit(_FIRST) + why)
    found = (
        rows.select("kind", "root", id=id_)
        .join(there, on="id", how="left", maintain_order="left")
        .join(first, on="root", how="left", maintain_order="left")
    )
    return found.select(
        "kind",
        "id",
        pl.coalesce("why", "root_why", pl.lit(NO_CANDIDATE)).alias("why"),
        pl.coalesce("detail", "root_detail", pl.lit("")).alias("detail"),
    )


def _counts(one: pl.DataFrame, two: pl.DataFrame) -> dict[str, int]:
    """Dropped records by whether both versions dropped them, and for the same reason."""
    both = one.join(two, on="id", how="inner")
    alike = (both["stage"] == both["stage_right"]) & (both["reason"] == both["reason_right"])
    same = int(alike.sum())
    return {
        IN: len(two) - len(both),
        OUT: len(one) - len(both),
        CHANGED: len(both) - same,
        SAME: same,
    }


def _reasons(one: pl.DataFrame, two: pl.DataFrame) -> pl.DataFrame:
    by = ["stage", "reason"]
    left, right = one.group_by(by).len("one"), two.group_by(by).len("two")
    found = left.join(right, on=by, how="full", coalesce=True, nulls_equal=True)
    return found.with_columns(pl.col("one", "two").fill_null(0)).sort(
        pl.max_horizontal("one", "two"), *by, descending=[True, False, False]
    )
