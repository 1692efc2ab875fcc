"""The rows of a version as hashes: what can be compared of a million rows without their texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from flows.progress import report
from store.versions import Version, split_in

HASH = "hash of "
"""What stands in front of a column whose values are hashes of that column."""
_SEED = 0
Watch = Callable[[pl.DataFrame], None]
"""Looks at the rows of a file while they are in memory."""


@dataclass(frozen=True)
class Hashed:
    """A table of a version. ``rows`` has ``id``, ``split``, the columns that were to be kept, and a
    64-bit hash of each column, in the order of the table's files and rows.
    """

    rows: pl.DataFrame
    columns: tuple[str, ...]


@dataclass
class Hasher:
    """Hashes tables; a file that two versions share is read once."""

    total: int
    done: int = 0
    _known: dict[tuple[str, str, tuple[str, ...]], pl.DataFrame] = field(default_factory=dict)

    def table(
        self,
        version: Version,
        folder: str,
        types: Mapping[str, pl.DataType],
        kept: Sequence[str],
        watch: Watch | None = None,
    ) -> Hashed:
        """The hashes of those columns of a table, which a version may not have at all; ``kept``
        columns stay as they are, too. ``watch`` sees the rows of every file once.
        """
        parts = []
        for name in version.tables(folder):
            key = (str(version.files[name]["sha256"]), split_in(name), tuple(types))
            if watch is not None or key not in self._known:
                read = _read(version, name, [*types])
                if watch is not None:
                    watch(read)
                self._known[key] = _hashed(read, split_in(name), types, kept)
            parts.append(self._known[key])
            self.done += 1
            report("comparing files", self.done, self.total)
        schema = {"id": pl.String, "split": pl.String} | {name: pl.String for name in kept}
        empty = pl.DataFrame(schema=schema | {HASH + name: pl.UInt64 for name in types})
        return Hashed(pl.concat([empty, *parts], rechunk=False), tuple(types))


def types_of(version: Version, folder: str) -> dict[str, pl.DataType]:
    """The columns of a table with their types; none where the version has no such table."""
    for name in version.tables(folder):
        with version.open(name) as file:
            return dict(pl.read_parquet_schema(file))
    return {}


def _read(version: Version, name: str, columns: Sequence[str]) -> pl.DataFrame:
    with version.open(name) as file:
        return pl.read_parquet(file, columns=[*columns])


def _hashed(
    rows: pl.DataFrame, split: str, types: Mapping[str, pl.DataType], kept: Sequence[str]
) -> pl.DataFrame:
    """Hashes of one file. A column is hashed in a type that both versions have, and nulls and
    empty texts are two things.
    """
    return rows.select(
        pl.col("id"),
        pl.lit(split).alias("split"),
        *(pl.col(name) for name in kept),
        *(pl.col(name).cast(type_).hash(_SEED).alias(HASH + name) for name, type_ in types.items()),
    )
