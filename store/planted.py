"""Rows that were planted to test the stages. They never become part of a version."""

from __future__ import annotations

import orjson
import polars as pl

from configs.errors import StoreCorrupt

PLANTED = "planted"
"""Key of a row's ``metadata`` that says what was planted."""


def is_planted(metadata: str) -> bool:
    """Whether a row with this ``metadata`` (JSON text) was planted."""
    if PLANTED not in metadata:
        return False
    try:
        found = orjson.loads(metadata)
    except orjson.JSONDecodeError:
        return True  # Nobody can say what it is.
    return isinstance(found, dict) and PLANTED in found


def refuse_planted(rows: pl.DataFrame, where: str) -> None:
    """Look whether any of the rows that are about to be published was planted.

    Raises:
        StoreCorrupt: one was, so shards of the run and of its canaries were mixed up.
    """
    suspects = rows.filter(pl.col("metadata").str.contains(PLANTED, literal=True))
    ids = [id_ for id_, said in suspects.select("id", "metadata").iter_rows() if is_planted(said)]
    if ids:
        raise StoreCorrupt(
            f"{len(ids):,} planted records were about to be published in {where} ({ids[0]}); "
            "delete the folder .stillhouse/shards in the output folder and run again: what was "
            "paid for is in the journal"
        )
