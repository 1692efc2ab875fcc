"""What differs between two versions: which rows came, went, moved and changed, and the figures.

Rows are compared by hashes, file by file, so that versions of a million rows fit in memory; texts
are read only of the rows that are shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from flows.row_hashes import HASH, Hashed, Hasher, Watch, types_of
from flows.row_pairs import pair, with_root
from store.versions import Version

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
_CHAIN = ("escalated_from", "repaired_from")
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
_KEPT = {"data": _CHAIN, "messy": ("semantic_id",)}


@dataclass(frozen=True)
class TableDiff:
    """A configuration beside its other version.

    ``rows`` has every row but the unchanged ones: ``kind``, ``id`` and ``split`` on either side,
    its places ``at_one`` and ``at_two``, what it was paired ``by``, and whether what it ``says``
    differs. ``counts`` has all kinds by split, ``columns`` how many changed rows differ in each.
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


def configs_of(*versions: Version) -> list[str]:
    """Folders of the configurations to train on, ``data`` first."""
    found = {"data"} | {
        name.rpartition("/")[0]
        for version in versions
        for name in version.files
        if name.endswith(".parquet")
        and name.partition("/")[0] in ("data", "preference", "messy", "variants")
    }
    return sorted(found, key=lambda name: (name != "data", name))


def compare_rows(
    one: Version, two: Version, watch: tuple[Watch, Watch] | None = None
) -> list[TableDiff]:
    """Every configuration of two versions; ``watch`` sees the rows of ``data`` of each, which has
    the columns that both have.
    """
    configs = configs_of(one, two)
    total = sum(len(each.tables(config)) for each in (one, two) for config in configs)
    hasher = Hasher(total)
    return [
        _compare(hasher, one, two, config, watch if config == "data" else None)
        for config in configs
    ]


def _compare(
    hasher: Hasher, one: Version, two: Version, config: str, watch: tuple[Watch, Watch] | None
) -> TableDiff:
    types, lacking = _shared(types_of(one, config), types_of(two, config))
    kind = config.partition("/")[0]
    kept = [name for name in _KEPT.get(kind, ()) if name in types]
    watches = watch or (None, None)
    sides = [
        hasher.table(version, config, types, kept, each)
        for version, each in zip((one, two), watches, strict=True)
    ]
    if kind == "data":
        sides = [_rooted(v, side) for v, side in zip((one, two), sides, strict=True)]
    return _difference(config, sides[0], sides[1], lacking)


def _shared(
    one: Mapping[str, pl.DataType], two: Mapping[str, pl.DataType]
) -> tuple[dict[str, pl.DataType], tuple[tuple[str, ...], tuple[str, ...]]]:
    """Columns that both have, and those that only one has or has in a form of its own. Where one
    has no such table at all, all columns of the other count.
    """
    if not one or not two:
        return dict(one or two), ((), ())
    types = {
        name: type_ if type_ == two[name] else pl.String()
        for name, type_ in one.items()
        if name in two and (type_ == two[name] or not (type_.is_nested() or two[name].is_nested()))
    }
    return types, (
        tuple(name for name in one if name not in types),
        tuple(name for name in two if name not in types),
    )


def _rooted(version: Version, side: Hashed) -> Hashed:
    """With the root of each row's chain; what a kept row was repaired from was mostly dropped."""
    there = [name for name in _CHAIN if name in side.rows.columns]
    if not there:
        return Hashed(side.rows.with_columns(root=pl.col("id")), side.columns)
    last = pl.concat_str([pl.col(name).fill_null("") for name in reversed(there)], separator="\0")
    parent = last.str.strip_chars_start("\0").str.split("\0").list.first()
    parents = [side.rows.select("id", parent=parent).filter(pl.col("parent") != "")]
    if len(parents[0]) and {*there} <= types_of(version, "rejected").keys():
        lost = version.table("rejected", ["id", *there])
        parents.append(lost.select("id", parent=parent).filter(pl.col("parent") != ""))
    return Hashed(with_root(side.rows, pl.concat(parents)), side.columns)


def _difference(
    config: str, one: Hashed, two: Hashed, lacking: tuple[tuple[str, ...], tuple[str, ...]]
) -> TableDiff:
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
    own = side.rows.select("id", "split")[places]
    return own.select(
        pl.lit(kind).alias("kind"),
        pl.col("id").alias(f"id_{at}"),
        pl.col("split").alias(f"split_{at}"),
        places.alias(f"at_{at}"),
    )
