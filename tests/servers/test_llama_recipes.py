"""Every shipped recipe that asks a model, against a real engine, to a published version.

The engine's model knows which byte follows which, and nothing else: a grammar binds its replies to
the schema, and what they say is nonsense. So nothing that judges what is said is switched on, and
what is tested is that each method gets records out of a real server's replies.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cached import cached
from test_llama_server import KEY, serving
from tiny_model import write_model

from configs.load import load_recipe, shipped_recipes
from configs.recipe import Recipe
from flows.pipeline import build
from flows.preview import preview

pytestmark = pytest.mark.skipif(
    not cached("llama-server").exists(),
    reason="there is no llama-server; `make llama-server` builds it once",
)
NONSENSE = {
    "magpie": "schema",
    "multihop": "schema",
    "reasoning": "disagreement",
    "tools": "schema",
}
"""Recipes whose records need more than a reply of the right form, and what is missing: JSON where
no grammar is asked for, quotes of both passages, traces that agree, arguments of a function."""
WRITTEN = sorted({*shipped_recipes()} - {*NONSENSE, "quickstart"})


UNJUDGED = {
    "filters": ("privacy", "heuristics", "exact", "near", "semantic", "leakage"),
    "verifiers": ("grounding", "repair"),
    "probes": ("verifier", "collapse", "tail", "canaries"),
}
"""Stages that are switched off."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    model = write_model(tmp_path_factory.mktemp("model") / "tiny.gguf")
    with serving(model) as (url, _):
        yield url


def recipe_at(engine: str, name: str, folder: Path) -> Recipe:
    """A shipped recipe with four candidates, asked of the engine, and nobody to judge them."""
    least = {"backtranslate": {"min_fit": 1}, "dialogue": {"min_turns": 1, "max_turns": 2}}
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TEACHER_BASE_URL", engine)
        environment.setenv("TEACHER_MODEL", "tiny")
        recipe = load_recipe(name)
    tree = recipe.model_dump()
    tree["methods"][0]["settings"].update(least.get(name, {}))
    if name == "rewrite":
        tree["methods"][0]["styles"] = {"wiki": 1, "distil": 1}
    tree["teachers"][0].update(max_tokens=1500, concurrency=4)
    for part, names in UNJUDGED.items():
        tree[part].update(dict.fromkeys(names))
    more = {"target": 2, "max_candidates": 4, "output": folder, "slices": None, "gate": None}
    return Recipe.model_validate(tree | more)


@pytest.mark.parametrize("name", WRITTEN)
def test_a_version_is_published(
    engine: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEACHER_API_KEY", KEY)
    version = build(recipe_at(engine, name, tmp_path)).version
    rows = version.table("data")
    assert len(rows) and set(rows["method"]) == {name.replace("-", "_")}
    assert all(row["model"] and row["answer"] for row in rows.to_dicts())


@pytest.mark.parametrize("name", NONSENSE)
def test_what_nonsense_cannot_make_is_dropped_with_its_reason(
    engine: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEACHER_API_KEY", KEY)
    rows, verdicts = preview(recipe_at(engine, name, tmp_path), 2)
    assert len(rows) == 2 and rows["request_keys"].list.len().min() >= 1, "it was asked"
    assert set(verdicts["reason"]) - {""} == {NONSENSE[name]}
