"""Every shipped recipe of a method, offline, from its YAML to a published version."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import polars as pl
import pytest
from conftest import RecipeFile, StartServer, serving
from datasets import load_dataset
from teacher_server import KEY

from configs.errors import ConfigError
from configs.load import load_recipe, shipped_recipes
from flows.pipeline import build
from generators.catalogue import catalogue
from generators.methods.reasoning import same
from generators.methods.rewrite import FORMS
from generators.novelty import rouge_l
from store.sandbox import run_python
from store.versions import Version

Make = Callable[[str], Version]
SMALL = {"collapse": {"resamples": 4}, "verifier": {"planted": 20}, "canaries": {"planted": 20}}
"""All probes, as cheap as they can be: what they measure is not looked at here."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    """Builds a shipped recipe once, with a teacher of the tests."""
    folder = tmp_path_factory.mktemp("methods")
    small = folder / "small.yaml"
    small.write_text(json.dumps({"probes": SMALL}))  # JSON is YAML
    versions: dict[str, Version] = {}
    with (
        pytest.MonkeyPatch.context() as patch,
        serving(folder / "log.jsonl", {"faults": {}}) as server,
    ):
        patch.setenv("TEACHER_BASE_URL", server.url)
        patch.setenv("TEACHER_MODEL", "tiny-teacher")
        patch.setenv("TEACHER_API_KEY", KEY)

        def make(name: str) -> Version:
            if name not in versions:
                recipe = load_recipe(name, small, output=folder / "out")
                versions[name] = build(recipe).version
            return versions[name]

        yield make


def rows_of(version: Version, method: str) -> list[dict[str, Any]]:
    """Its rows with their metadata read, all of the method and as many as were asked for."""
    assert version.manifest["status"] == "completed", version.manifest["note"]
    rows = version.table("data").to_dicts()
    prompts = {prompt.id: prompt.sha256 for prompt in catalogue()[method].prompts}
    for row in rows:
        row["notes"] = json.loads(row["metadata"])
        assert row["method"] == method and row["sources"] and row["seed_id"]
        assert prompts[row["prompt_id"]] == row["prompt_sha256"]
    assert len(rows) == version.manifest["recipe"]["target"]
    return rows


def dropped(version: Version, reason: str) -> pl.DataFrame:
    return version.table("rejected").filter(pl.col("reason") == reason)


def test_every_method_has_a_recipe_of_its_own() -> None:
    assert {name.replace("-", "_") for name in shipped_recipes()} == {*catalogue(), "quickstart"}


def test_grounded_qa(made: Make) -> None:
    version = made("grounded-qa")
    rows = version.table("data")
    assert len(rows) and set(rows["method"]) == {"grounded_qa"}
    assert {"question_answer", "true_false"} <= set(rows["style"])
    assert (
        version.manifest["status"] in ("completed", "partial") and rows["quotes"].list.len().min()
    )


def test_reasoning(made: Make) -> None:
    version = made("reasoning")
    rows = rows_of(version, "reasoning")
    for row in rows:
        assert row["answer"].startswith(f"{row['reasoning']}\n\n")
        assert row["notes"]["agreed"] >= 2 and row["notes"]["samples"] == 4
        assert len(row["request_keys"]) == 5 == len(set(row["request_keys"]))
        assert all(f"not {row['notes']['final']!r}" in lost["why"] for lost in row["losers"])
    losers = sum(len(row["losers"]) for row in rows)
    pairs = load_dataset(str(version.path), "preference", split="train")
    assert (
        0
        < losers
        == sum(len(version.table("preference").to_dicts()[i : i + 1]) for i in range(losers))
    )
    pair = pairs[0]
    assert pair["chosen"][0]["role"] == pair["rejected"][0]["role"] == "assistant"
    assert pair["chosen"] != pair["rejected"] and pair["prompt"][-1]["role"] == "user"


def test_rewrite(made: Make) -> None:
    rows = rows_of(made("rewrite"), "rewrite")
    assert len({row["style"] for row in rows}) >= 5
    for row in rows:
        assert re.search(FORMS.get(row["style"], ("",))[0], row["answer"])


def test_preference(made: Make) -> None:
    version = made("preference")
    rows = rows_of(version, "preference")
    assert all(1 <= len(row["losers"]) <= 2 for row in rows)
    for row in rows:
        for lost in row["losers"]:
            assert lost["answer"] != row["answer"] and lost["why"].startswith("false by design")
    assert len(version.table("preference")) == sum(len(row["losers"]) for row in rows)
    assert len(dropped(version, "no_pair"))


def test_dialogue(made: Make) -> None:
    for row in rows_of(made("dialogue"), "dialogue"):
        roles = [message["role"] for message in row["messages"]]
        assert roles == ["user", "assistant"] * row["notes"]["turns"] and len(roles) >= 4
        assert row["notes"]["goal"] and row["notes"]["conditions"]["persona"]
        spoken = [m["content"] for m in row["messages"] if m["role"] == "assistant"]
        assert row["answer"] == "\n\n".join(spoken), "every stage sees all of it"


def test_tools(made: Make) -> None:
    if not run_python("print(1)", 20, 512).shut_in:
        pytest.skip("nothing can be shut in on this machine")
    for row in rows_of(made("tools"), "tools"):
        user, call, result, answer = row["messages"]
        assert [user["role"], call["role"], result["role"]] == ["user", "assistant", "tool"]
        asked = json.loads(call["content"].removeprefix("<tool_call>").split("</tool_call>")[0])
        (tool,) = json.loads(row["tools"])
        assert asked["name"] == tool["function"]["name"]
        assert asked["arguments"].keys() <= tool["function"]["parameters"]["properties"].keys()
        assert result["content"] in answer["content"] == row["answer"]


def test_columns(made: Make) -> None:
    rows = rows_of(made("columns"), "columns")
    for row in rows:
        record, drawn = json.loads(row["answer"]), row["notes"]["attributes"]
        assert list(record) == ["reader", "length", "headline", "note"]
        assert drawn.items() <= record.items()
        assert drawn["reader"] != "a child" or drawn["length"] == "one sentence"
    assert {row["notes"]["attributes"]["reader"] for row in rows} == {"a child", "an adult"}


def test_persona(made: Make) -> None:
    rows = rows_of(made("persona"), "persona")
    assert all(row["notes"]["persona"].endswith("in town.") for row in rows)
    assert {row["style"] for row in rows} == {"reader", "related"}


def test_self_instruct(made: Make) -> None:
    version = made("self-instruct")
    assert all(row["notes"]["likeness"] < 0.7 for row in rows_of(version, "self_instruct"))
    assert len(dropped(version, "not_novel")), "some were seed tasks word for word"


def test_evolve(made: Make) -> None:
    version = made("evolve")
    for row in rows_of(version, "evolve"):
        assert row["question"] not in row["notes"]["evolved_from"]
        assert rouge_l(row["question"], row["notes"]["evolved_from"][-1]) < 0.85
    assert len(dropped(version, "not_evolved"))


def test_multihop(made: Make) -> None:
    for row in rows_of(made("multihop"), "multihop"):
        assert len({source["document_id"] for source in row["sources"]}) == 2
        assert row["notes"]["entity"]


def test_backtranslate(made: Make) -> None:
    version = made("backtranslate")
    assert all(row["quotes"] == [row["answer"]] for row in rows_of(version, "backtranslate"))
    bad = dropped(version, "bad_fit")
    assert len(bad) and bad["detail"].str.starts_with("graded 2 of 5").all()


def test_magpie(made: Make) -> None:
    for row in rows_of(made("magpie"), "magpie"):
        assert row["question"].startswith("what should one know") and row["quotes"]


def test_scores_come_from_another_teacher_than_the_answers(
    recipe_file: RecipeFile, start_server: StartServer, tmp_path: Any
) -> None:
    method = {"name": "preference", "styles": {"scored": 1}, "scoring": {"teacher": "judge"}}
    server = start_server({"scores": {"freezes": 1, "surveyed": 3}})
    path = recipe_file(server.url, methods=[method], target=6)
    data = json.loads(path.read_text())
    judge = {**data["teachers"][0], "name": "judge", "family": "other"}
    path.write_text(json.dumps({**data, "teachers": [*data["teachers"], judge]}))
    version = build(load_recipe(str(path), output=tmp_path / "out")).version
    rows = version.table("data")
    assert len(rows) and set(rows["teacher"]) == {"teacher"}
    for row in rows.to_dicts():
        (lost,) = row["losers"]
        notes = json.loads(row["metadata"])
        best, worst = (sum(notes[k].values()) / 4 for k in ("scores", "rejected_scores"))
        assert lost["margin"] == pytest.approx((best - worst) / 4) and lost["margin"] >= 0.15
        assert "freezes" in lost["answer"] or "surveyed" in lost["answer"]


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ({"name": "preference", "styles": {"scored": 1}}, "set `scoring: {teacher: NAME}`"),
        ({"name": "magpie"}, "needs teachers of kind completions, and teacher is of another"),
        ({"name": "reasoning", "settings": {"sample": 3}}, r"settings\.sample: Extra inputs"),
        ({"name": "evolve", "settings": {"rounds": 0}}, r"settings\.rounds: .*greater than or"),
        ({"name": "columns"}, r"settings\.attributes: Field required"),
        ({"name": "rewrite", "settings": {"x": 1}}, "its settings are: none"),
    ],
)
def test_bad_settings_are_told_of_before_anything_is_asked(
    recipe_file: RecipeFile, method: dict[str, object], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        build(load_recipe(str(recipe_file("http://127.0.0.1:9/v1", methods=[method]))))


def test_short_answers_are_compared_as_numbers_or_words() -> None:
    assert same("1,200 km", "1200 km") and same("The Alder.", "the alder") and same("3.0", "3")
    assert same("142", "142 km.") and same("about 142 km", "142 km")
    assert (
        not same("87.97 hours", "87.97 days")
        and not same("12 km", "13 km")
        and not same("Alder", "Birch")
        and not same("12", "twelve")
    )
