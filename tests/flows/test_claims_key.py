"""The words said to a teacher that splits answers are part of what names a shard."""

from __future__ import annotations

import pytest

from configs.corpus import CorpusSource
from configs.errors import ConfigError
from configs.recipe import Recipe
from configs.teachers import Teacher
from configs.verifiers import AskedClaims, Grounding, Verifiers
from flows import stages
from flows.judging import check_rubrics
from verifiers.claims.asked import identity


def recipe(claims: AskedClaims | None) -> Recipe:
    url = "http://localhost:1/v1"
    return Recipe(
        name="keyed",
        corpus=(CorpusSource(path="x"),),
        teachers=(
            Teacher(name="writer", model="llama-3-8b", base_url=url),
            Teacher(name="splitter", model="qwen2.5-7b", base_url=url),
        ),
        verifiers=Verifiers(grounding=Grounding(claims=claims)),
    )


def test_the_prompts_of_the_splitter_are_part_of_the_key() -> None:
    settings = AskedClaims(teacher="splitter")
    with_teacher = stages._extra(recipe(settings), "grounding")
    assert set(identity(settings)) <= {part for part in with_teacher if isinstance(part, str)}
    assert len(stages._extra(recipe(None), "grounding")) == len(with_teacher) - 2


def test_a_prompt_that_is_not_there_is_refused_before_anything_runs() -> None:
    check_rubrics(recipe(AskedClaims(teacher="splitter")))
    with pytest.raises(ConfigError, match="claims/none@1"):
        check_rubrics(recipe(AskedClaims(teacher="splitter", prompt="claims/none@1.0.0")))
