"""A build embeds nothing it has embedded before, even when its shards are gone."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest
from conftest import RecipeFile

import store.embedding
from configs.load import load_recipe
from flows.pipeline import build
from flows.workspace import workspace


def test_a_second_build_embeds_nothing(
    recipe_file: RecipeFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = load_recipe(str(recipe_file()), output=tmp_path / "out")
    first = build(recipe)
    space = workspace(recipe)
    keys = [path.name for path in space.shards.root.glob("embedding-*")]
    vectors = space.shards.frame(keys, "vectors")["embedding"]
    assert vectors.dtype == pl.Array(pl.Float16, 384)
    assert space.vectors(keys[0]).dtype == "float32"

    def fail(_settings: object) -> None:
        raise AssertionError("the model was asked for")

    monkeypatch.setattr(store.embedding, "load", fail)
    shutil.rmtree(space.shards.root)
    again = build(recipe)
    assert not again.is_new and again.version.path == first.version.path
    shutil.rmtree(space.shards.root)
    shutil.rmtree(space.kept_vectors)
    with pytest.raises(AssertionError, match="the model was asked for"):
        build(recipe)
