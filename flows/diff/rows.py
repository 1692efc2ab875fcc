"""What differs between two versions: which rows came, went, moved and changed, and the figures.

Rows are compared by hashes, file by file, so that versions of a million rows fit in memory; texts
are read only of the rows that are shown.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from flows.diff.row_hashes import Hashed, Hasher, Watch, types_of
from flows.diff.row_pairs import with_root
from flows.diff.tables import TableDiff, difference
from store.versions import Version

_CHAIN = ("escalated_from", "repaired_from")
_KEPT = {"data": _CHAIN, "messy": ("semantic_id",)}


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
    return difference(config, sides[0], sides[1], lacking)


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
