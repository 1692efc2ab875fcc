"""Real rows: a configuration of their own, and splits that hold nothing else.

Whether a row is real is asked where a file is written, of the rows that go into it, so that it does
not matter by which way they came.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from configs.errors import ConfigError, StoreCorrupt
from store.records import HUMAN

REAL = "real"
"""The configuration of a version that holds its real rows alone, and its folder."""
_TRACES = ("request_keys", "noise", "model", "teacher", "repaired_from", "escalated_from")
"""Columns that are empty in a row by people: whatever stands there, a machine had a part in it."""


def real_only_in(manifest: Mapping[str, Any]) -> frozenset[str]:
    """The splits that a version's recipe declares real-only."""
    return frozenset(manifest["recipe"].get("splits", {}).get("real_only", ()))


def real_among(splits: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The real rows of each split that has any."""
    found = {name: rows.filter(pl.col("origin") == HUMAN) for name, rows in splits.items()}
    return {name: rows for name, rows in found.items() if len(rows)}


def refuse_synthetic(table: pa.Table, split: str) -> None:
    """Refuse a table of a real-only split that holds anything but real rows.

    Raises:
        ConfigError: a row is not by people, was changed by a machine, names a teacher or a model's
            reply, or cannot say, as pairs cannot, whose worse answers machines gave.
    """
    if len(table) and _synthetic(table):
        raise ConfigError(
            f"split {split!r} is declared real-only, and synthetic rows were about to enter it"
        )


def check_real(row: Mapping[str, Any], split: str, name: str) -> None:
    """See that a row of an export of the version ``name`` may stand in a real-only split.

    Raises:
        StoreCorrupt: it may not, so that the version is not what was published.
    """
    worse = "rejected" in row or row.get("label") is False
    if row.get("origin") != HUMAN or row.get("model") or row.get("noise") or worse:
        raise StoreCorrupt(
            f"{name} has a synthetic row in split {split!r}, which its recipe declares real-only: "
            f"{row.get('id')}; restore the version from a copy, or publish the dataset again"
        )


def _synthetic(table: pa.Table) -> bool:
    names = table.schema.names
    if "origin" not in names:
        return True
    human = pc.fill_null(pc.equal(table["origin"], HUMAN), False)
    traces = [_length(table[name]) for name in _TRACES if name in names]
    return not pc.all(human).as_py() or any(pc.sum(trace).as_py() for trace in traces)


def _length(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """How much stands in each row of a column of texts or of lists."""
    is_list = pa.types.is_list(column.type) or pa.types.is_large_list(column.type)
    return pc.list_value_length(column) if is_list else pc.utf8_length(column)
