"""A build with a sample of real users' messages: messy twins, what is said of them, and no text of
the sample anywhere.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from conftest import RecipeFile, RunCommand

from configs.errors import ConfigError
from configs.load import load_recipe
from flows.pipeline import build
from store.checks import verify
from store.versions import Version, find_version

SAID = [
    "how long is teh ostrich river",
    "wich dam is highest??",
    "pls tell me the depth of quagmire lake",
    "length of the zebra river",
    "whats the widht of the yonder canal thx",
    "Which office surveyed the Xanadu River?",
]


def sample(folder: Path, count: int = 60) -> dict[str, object]:
    lines = [json.dumps({"text": f"{SAID[i % len(SAID)]}"}) for i in range(count)]
    (folder / "asked.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return {"path": "asked.jsonl", "column": "text", "auc_fail": None}


def anchor(folder: Path) -> dict[str, object]:
    rows = [{"question": f"How WIDE is lake {i}?", "answer": f"{i} km."} for i in range(20)]
    (folder / "real.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return {"anchor": {"name": "real", "path": "real.jsonl"}, "mixing": {"held_out": 0.4}}


def recipe_with(recipe_file: RecipeFile, folder: Path, **fields: object) -> Any:
    return load_recipe(str(recipe_file(**fields)), output=folder / "out")


def texts_under(folder: Path) -> str:
    """All that can be read below a folder: files of text, and the texts of tables."""
    found = []
    for path in folder.rglob("*"):
        if path.suffix == ".parquet":
            found.append(json.dumps(pl.read_parquet(path).to_dicts(), default=str))
        elif path.is_file() and path.suffix in (".json", ".md", ".html", ".yaml", ".sqlite"):
            found.append(path.read_bytes().decode("utf-8", "replace"))
    return "\n".join(found)


@pytest.fixture
def version(recipe_file: RecipeFile, tmp_path: Path) -> Version:
    splits = {"train": 0.8, "validation": 0.2, "test": 0, "real_only": ["validation"]}
    fields = {"target": 32, "user_inputs": sample(tmp_path), "splits": splits, **anchor(tmp_path)}
    return build(recipe_with(recipe_file, tmp_path, **fields)).version


def test_a_version_has_twins_and_says_how_near_they_are(
    version: Version, stillhouse: RunCommand, tmp_path: Path
) -> None:
    from datasets import load_dataset

    where = {"cache_dir": str(tmp_path / "cache")}
    rows = {row["id"]: row for row in version.table("data").to_dicts()}
    seen = 0
    for split, twins in load_dataset(str(version.path), "messy", **where).items():
        for twin in twins:
            own = rows[twin["semantic_id"]]
            assert own["split"] == split and twin["clean_question"] == own["question"]
            assert (twin["answer"], twin["quotes"]) == (own["answer"], own["quotes"])
            assert twin["messages"][-1] == own["messages"][-1]
            if own["origin"] == "human":
                assert twin["question"] == own["question"] and not twin["noise"]
            seen += 1
            assert (twin["question"] == own["question"]) == (not twin["noise"])
    assert seen == len(rows) and verify(version) == []
    said = version.manifest["user_inputs"]
    assert said["messages"] == 60 and said["prompts"] == 32
    for feature in ("casing", "ending"):
        distance = said["distances"][feature]
        assert distance["messy"] < distance["clean"] / 2
    assert said["noise"]["casing: lower"] in (26, 27)
    everything = texts_under(tmp_path / "out")
    for word in ("ostrich", "quagmire", "zebra", "yonder", "Xanadu", "widht"):
        assert word not in everything
    text = "32 prompts have a twin that is asked as one of 60 real messages is written"
    assert text in (version.path / "README.md").read_text()
    assert text in (version.path / "report.html").read_text()
    out = ("--output", tmp_path / "out")
    assert '"messy")' in stillhouse("show", "rivers", *out).out
    twin = version.table("messy").filter(pl.col("noise").list.len() > 0).to_dicts()[0]
    shown = stillhouse("show", "rivers", twin["semantic_id"], *out).out
    assert "messy twin: " in shown and "casing: lower" in shown

    check_other_samples(version, stillhouse, tmp_path)


def check_other_samples(version: Version, stillhouse: RunCommand, folder: Path) -> None:
    """The same sample gives the same version, another one a new one, a strict limit quarantine."""
    recipe = load_recipe(str(folder / "recipe.yaml"), output=folder / "out")
    assert not build(recipe).is_new
    sample(folder, 53)
    second = build(recipe).version
    assert second.number == 2 and second.manifest["user_inputs"]["messages"] == 53
    assert second.table("data").equals(version.table("data"))
    limits = {"auc_warn": 0.5, "auc_fail": 0.5, "max_distance": 0.01}
    (folder / "strict.yaml").write_text(json.dumps({"user_inputs": limits}))
    patch = ("--patch", folder / "strict.yaml", "--output", folder / "out")
    sample(folder, 59)
    said = stillhouse("build", folder / "recipe.yaml", *patch)
    assert said.code == 8, said.out + said.err
    held = find_version(folder / "out", "rivers@3").manifest
    assert held["status"] == "quarantined"
    assert held["note"].startswith("held back by its user inputs: a classifier tells messy prompts")
    assert any("messy prompts are far from the users' sample in length" in n for n in held["notes"])
    assert any("limit 0.5" in note for note in held["notes"])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"least": 70}, "holds 60 messages, and at least 70 are needed"),
        ({"path": "nowhere.jsonl"}, "no file to read at"),
        ({"column": "asked"}, "asked.jsonl:1: no column asked; its columns are text"),
    ],
)
def test_a_sample_that_is_no_use_is_refused_before_anything_is_asked(
    recipe_file: RecipeFile, tmp_path: Path, changed: dict[str, object], said: str
) -> None:
    recipe = recipe_with(recipe_file, tmp_path, user_inputs={**sample(tmp_path), **changed})
    with pytest.raises(ConfigError, match=said):
        build(recipe)
    assert not (tmp_path / "out" / "rivers").exists()


def test_limits_must_be_in_order(recipe_file: RecipeFile, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="auc_warn is more than auc_fail"):
        recipe_with(recipe_file, tmp_path, user_inputs={**sample(tmp_path), "auc_fail": 0.6})
