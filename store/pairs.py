"""Preference pairs of a version: records that failed verification, and what their repair made."""

from __future__ import annotations

import polars as pl

from store.versions import Version

_COLUMNS = ("prompt", "chosen", "rejected", "chosen_id", "rejected_id", "reason", "failed_claims")


def preference_pairs(version: Version) -> pl.DataFrame:
    """One row per kept record that was repaired: its question as ``prompt``, its answer as
    ``chosen`` and that of the version which failed as ``rejected``, their ids, why that one was
    dropped, and its claims that were not supported. In the order of the kept records.

    After two rounds the version that failed last is the rejected one, being the nearest.
    """
    kept = version.table("data").filter(pl.col("repaired_from") != "")
    lost = version.table("rejected").select(
        "reason", rejected_id="id", rejected="answer", prompt="question"
    )
    unsupported = version.table("evidence").filter(pl.col("verdict") != "supported")
    claims = unsupported.group_by(rejected_id="record_id", maintain_order=True).agg(
        failed_claims=pl.col("claim")
    )
    chosen = kept.select(chosen_id="id", rejected_id="repaired_from", chosen="answer")
    pairs = chosen.join(lost, on="rejected_id", how="inner", maintain_order="left")
    pairs = pairs.join(claims, on="rejected_id", how="left", maintain_order="left")
    empty = pl.lit([], dtype=pl.List(pl.String))
    return pairs.with_columns(pl.col("failed_claims").fill_null(empty)).select(_COLUMNS)
