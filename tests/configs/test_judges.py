"""Who may judge: another teacher than those that write, of another family."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import RecipeFile
from pydantic import ValidationError

from configs.errors import ConfigError
from configs.judges import families_of
from configs.load import load_recipe
from configs.recipe import Recipe
from configs.teachers import Teacher


def teacher(name: str, model: str, **other: Any) -> dict[str, Any]:
    return {"name": name, "base_url": "http://127.0.0.1:9/v1", "model": model, **other}


def recipe(judge: str, writers: list[str], **judging: Any) -> Recipe:
    return Recipe.model_validate(
        {
            "name": "judged",
            "corpus": [{"path": "x"}],
            "teachers": [
                *(teacher(f"w{i}", model) for i, model in enumerate(writers)),
                teacher("judge", judge),
            ],
            "filters": {"judge": {"teacher": "judge", **judging}},
        }
    )


@pytest.mark.parametrize(
    ("model", "families"),
    [
        ("gpt-5-mini", "gpt"),
        ("o3-mini", "gpt"),
        ("openai/gpt-oss-120b", "gpt"),
        ("us.anthropic.claude-sonnet-4", "claude"),
        ("meta-llama/Llama-3.3-70B-Instruct", "llama"),
        ("Qwen/Qwen3-32B", "qwen"),
        ("qwen2.5:7b", "qwen"),
        ("mistralai/Mixtral-8x7B", "mistral"),
        ("google/gemma-3-27b-it", "gemini"),
        ("gemini-2.5-pro", "gemini"),
        ("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", "deepseek qwen"),
        ("microsoft/phi-4", "phi"),
        ("CohereForAI/c4ai-command-r-plus", "command"),
        ("philosopher-7b", "philosopher"),
        ("tiny-teacher", "tiny"),
    ],
)
def test_families(model: str, families: str) -> None:
    found = families_of(Teacher.model_validate(teacher("t", model)))
    assert found == frozenset(families.split())
    said = Teacher.model_validate(teacher("t", model, family="Other"))
    assert families_of(said) == {"other"}


def test_a_judge_of_a_family_that_writes_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"same model family \(qwen\) as teacher 'w1'"):
        recipe("Qwen/Qwen3-32B", ["llama-3.1-8b", "qwq-32b"])
    assert recipe("Qwen3-32B", ["qwq-32b"], allow_same_family=True).filters.judge
    assert recipe("Qwen3-32B", ["llama-3.1-8b"]).filters.judge


def test_the_judge_writes_nothing() -> None:
    assert [t.name for t in recipe("gpt-5", ["qwen3", "llama3"]).writers] == ["w0", "w1"]
    with pytest.raises(ValidationError, match="none is left to write"):
        recipe("gpt-5", [])
    with pytest.raises(ValidationError, match="'nobody' is no model teacher of this recipe"):
        recipe("gpt-5", ["qwen3"], teacher="nobody")


def test_what_filters_does_not_accept(recipe_file: RecipeFile) -> None:
    path: Path = recipe_file(
        teachers=[teacher("w", "qwen3"), teacher("judge", "gpt-5")],
        filters={"judge": {"teacher": "judge", "rubric": "judge/quality@1.0.0"}},
        probes={"acceptance": {"teacher": "judge", "rubric": "judge/quality@2.0.0"}},
    )
    with pytest.raises(ConfigError, match="cannot say how good they are; give two rubrics"):
        load_recipe(str(path))
