"""Prompts of one's own, each with the passage of the corpus that is nearest to it in meaning."""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from configs.recipe import Recipe
from flows.references import read_references
from flows.workspace import Workspace, workspace
from generators.library import Given
from store.shards import shard_key
from store.stages import Vectors

_VERSION = "1"
_STEP = 4096


def place_prompts(recipe: Recipe, corpus: str, passages: str) -> str:
    """A shard with the prompts of a recipe's methods and the passages they are nearest to;
    ``passages`` is the shard of the corpus's vectors.

    Raises:
        ConfigError: a set is not there, is empty, or has a row without a question.
    """
    space = workspace(recipe)
    prompts = read_references(recipe, "prompts")

    def make() -> dict[str, pa.Table]:
        rows = space.shards.frame([prompts], "records")
        nearest = _nearest(space.vectors(prompts), space.vectors(passages))
        ids = [passage.id for passage in space.corpus(corpus).passages]
        placed = rows.with_columns(passage_id=pl.Series([ids[at] for at in nearest.tolist()]))
        return {"given": placed.to_arrow()}

    return space.shards.once(shard_key("given", _VERSION, None, [corpus, passages, prompts]), make)


def given_in(space: Workspace, key: str) -> tuple[Given, ...]:
    """The prompts of such a shard."""
    rows = space.shards.frame([key], "given")
    return tuple(Given(**row) for row in rows.to_dicts())


def _nearest(prompts: Vectors, passages: Vectors) -> NDArray[np.int64]:
    wide = passages.astype(np.float32).T
    steps = range(0, len(prompts), _STEP)
    found = [(prompts[at : at + _STEP].astype(np.float32) @ wide).argmax(axis=1) for at in steps]
    return np.concatenate(found).astype(np.int64)
