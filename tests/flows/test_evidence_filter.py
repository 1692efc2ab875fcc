"""A recipe whose evidence filter leaves nothing is refused before anything is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import RecipeFile

from configs.errors import ConfigError
from configs.load import load_recipe
from flows import steps


def test_a_filter_that_leaves_nothing_is_refused_when_the_corpus_is_read(
    recipe_file: RecipeFile, tmp_path: Path
) -> None:
    def recipe(pattern: str) -> str:
        evidence = {"documents": [pattern]}
        return str(recipe_file(verifiers={"grounding": {"evidence": evidence}}))

    with pytest.raises(ConfigError, match="leaves nothing"):
        steps.read_corpus(load_recipe(recipe("nowhere/*"), output=tmp_path / "out"))
    assert steps.read_corpus(load_recipe(recipe("*"), output=tmp_path / "out"))
