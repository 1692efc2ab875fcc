"""Rows of a version that are wanted, read without its other rows: of each file the one column that
decides, and then only the groups of rows that hold some.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl
import pyarrow.parquet as pq

from store.versions import Version, split_in


def pick(
    version: Version,
    folder: str,
    by: str,
    wanted: pl.Expr,
    columns: Sequence[str] | None = None,
) -> pl.DataFrame | None:
    """Rows of a table whose column ``by`` meets the expression, with ``split`` where the table is
    ``data``; all their columns, or those of the given ones that the table has. None where there is
    no such row, or no such table.
    """
    parts = []
    for name in version.tables(folder):
        for rows in _of(version, name, by, wanted, columns):
            split = [pl.lit(split_in(name)).alias("split")] if folder == "data" else []
            parts.append(rows.with_columns(split))
    if not parts:
        return None
    return pl.concat(parts, how="diagonal")


def _of(
    version: Version, name: str, by: str, wanted: pl.Expr, columns: Sequence[str] | None
) -> Iterator[pl.DataFrame]:
    """The wanted rows of a file, group by group."""
    with version.open(name) as opened, pq.ParquetFile(opened) as file:
        there = file.schema_arrow.names
        if by not in there:
            return  # the version is older than the column
        read = [column for column in columns if column in there] if columns else None
        for group in range(file.num_row_groups):
            keys = pl.DataFrame(file.read_row_group(group, columns=[by]))
            mask = keys.select(wanted.fill_null(False)).to_series()
            if mask.any():
                yield pl.DataFrame(file.read_row_group(group, columns=read)).filter(mask)
