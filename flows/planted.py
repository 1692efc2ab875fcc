"""What a version says of its planted canaries: how many were caught, by kind, and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import polars as pl

from configs.recipe import Recipe
from flows.canaries import DUPLICATE
from flows.work import Planted
from flows.workspace import Workspace
from store.planted import PLANTED
from store.shares import wilson

ENOUGH = 20
"""Canaries from which on their share says something; with fewer nothing is held back."""


def account(recipe: Recipe, space: Workspace, keys: Planted | None) -> dict[str, Any] | None:
    """What a manifest says of the canaries, in all and by kind; ``through`` names each that came
    through by its kind and the record it was made of. None where none were wanted.
    """
    probe = recipe.probes.canaries
    if keys is None or probe is None:
        return None
    told = _told(space, keys)
    kinds = told["kind"].unique(maintain_order=True).sort().to_list()
    missed = told.filter(~pl.col("caught")).sort("kind", "of")
    return {
        **_rate(told),
        "min_caught": probe.min_caught,
        "enough": len(told) >= ENOUGH,
        "kinds": [_by_kind(kind, told.filter(pl.col("kind") == kind)) for kind in kinds],
        "through": missed.select("kind", "of").rows(),
    }


def held_back_by(found: Mapping[str, Any] | None) -> str:
    """Which canaries came through where those are too many; else nothing."""
    if found is None or not found["enough"] or found["share"] >= found["min_caught"]:
        return ""
    kinds = [row for row in found["kinds"] if row["caught"] < row["planted"]]
    through = ", ".join(
        f"{row['planted'] - row['caught']} of {row['planted']} {row['kind'].replace('_', ' ')}"
        for row in kinds
    )
    return (
        f"{found['caught']} of {found['planted']} were caught ({found['share']:.1%}, "
        f"probes.canaries.min_caught {found['min_caught']:.0%}); came through: {through}"
    )


def notes(found: Mapping[str, Any] | None) -> list[str]:
    """What people must know of the canaries of a version."""
    if found is None or found["enough"]:
        return []
    return [
        f"only {found['planted']} canaries could be planted, too few to say how much the stages "
        f"let through (at least {ENOUGH} are needed)"
    ]


def _told(space: Workspace, keys: Planted) -> pl.DataFrame:
    """Each canary with its kind, what it was made of, and the stage and reason that caught it. Of a
    copy and its original one must go; which of them is all the same.
    """
    rows = space.shards.frame([keys.records], "records").select("id", "metadata")
    said = [orjson.loads(text) for text in rows["metadata"].to_list()]
    drops = {}
    if keys.verdicts:
        verdicts = space.shards.frame(keys.verdicts, "verdicts")
        first = verdicts.filter(pl.col("decision") == "drop").unique("record_id", keep="first")
        drops = {id_: (s, r) for id_, s, r in first["record_id", "stage", "reason"].iter_rows()}
    found = []
    for id_, about in zip(rows["id"].to_list(), said, strict=True):
        kind, of = about[PLANTED], about["of"]
        by = drops.get(id_) or (drops.get(of) if kind == DUPLICATE else None)
        stage, reason = by or ("", "")
        found.append((kind, of, by is not None, stage, reason))
    names = {"kind": pl.String, "of": pl.String, "caught": pl.Boolean}
    return pl.DataFrame(
        found, schema={**names, "stage": pl.String, "reason": pl.String}, orient="row"
    )


def _by_kind(kind: str, told: pl.DataFrame) -> dict[str, Any]:
    counts = told.filter("caught").group_by("stage", "reason").len()
    reasons = counts.sort(["len", "stage", "reason"], descending=[True, False, False])
    return {"kind": kind, **_rate(told), "reasons": [list(row) for row in reasons.rows()]}


def _rate(told: pl.DataFrame) -> dict[str, Any]:
    """How many were caught, and their share with its 95 % interval (Wilson)."""
    caught = int(told["caught"].sum())
    low, high = wilson(caught, len(told))
    share = caught / len(told) if len(told) else None
    return {"planted": len(told), "caught": caught, "share": share, "low": low, "high": high}
