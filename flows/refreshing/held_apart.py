"""No record of a refresh may say what a standing record of another split says.

The stage ``leakage`` drops the training record of two. A standing record stays, so here the new one
goes, on whichever side it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl
import pyarrow as pa

from configs.recipe import Recipe
from flows import stages
from flows.refreshing import retired
from flows.work import Standing, Work
from flows.workspace import Workspace, workspace
from store.records import VERDICTS, frame, to_arrow
from store.shards import shard_key

_STAGE, _VERSION = "apart", "1"
_LEAKAGE = "leakage"


def hold_apart(recipe: Recipe, work: Work, standing: Standing) -> str:
    """The shard of verdicts on those new records that leak into what stands, or it into them."""
    space, settings = workspace(recipe), recipe.filters.leakage
    about = [settings.model_dump(mode="json") if settings else None, recipe.seed]
    splits = recipe.splits.model_dump(mode="json")
    inputs = [standing.shard, *work.records, *work.vectors, *work.verdicts]

    def make() -> dict[str, pa.Table]:
        verdicts = _leaks(recipe, space, work, standing) if settings else frame([], VERDICTS)
        return {"verdicts": to_arrow(verdicts, VERDICTS)}

    return space.shards.once(shard_key(_STAGE, _VERSION, [*about, splits], inputs), make)


def _leaks(recipe: Recipe, space: Workspace, work: Work, standing: Standing) -> pl.DataFrame:
    shard = [standing.shard]
    stood = stages.standing(space, shard, shard, shard)
    new = stages.standing(space, work.records, work.vectors, work.verdicts)
    found: list[dict[str, Any]] = []
    while True:
        rows = pl.concat([stood, new])
        judged = stages.judge_rows(recipe, _LEAKAGE, work.corpus, work.passages, rows)
        drops = judged.verdicts.filter(pl.col("decision") == "drop").to_dicts()
        more = {said["record_id"]: said for said in _of_new(drops, {*new["id"]})}
        if not more:
            return frame(found, VERDICTS)
        found += more.values()  # Each dropped one had only its first twin named.
        new = new.filter(~pl.col("id").is_in([*more]))


def _of_new(drops: Sequence[Mapping[str, Any]], new: set[str]) -> Iterator[dict[str, Any]]:
    """These verdicts on the new record of each pair; two that stand are no matter of today."""
    about = {"stage": retired.STAGE, "stage_version": retired.VERSION}
    for row in drops:
        if row["record_id"] in new:
            yield {**row, **about}
        elif row["witness"] in new:
            alike = row["detail"].partition(" to a record")[0]
            pair = {"record_id": row["witness"], "witness": row["record_id"]}
            yield {**row, **about, **pair, "detail": f"{alike} to a standing record of split train"}
