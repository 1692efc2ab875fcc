"""Builds with an entailment model: a teacher as judge behind real HTTP, and one from a folder."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from conftest import RecipeFile, StartServer
from tiny_cross_encoder import usable

from configs.errors import ConfigError
from configs.load import load_recipe
from flows.pipeline import build
from flows.workspace import workspace
from store.stages import Pair
from store.versions import Version
from verifiers.calibration import Calibration, save_calibration
from verifiers.entailment import cross_encoder


def teacher(name: str, url: str, model: str) -> dict[str, Any]:
    where = {"base_url": url, "model": model, "api_key_env": "TEACHER_API_KEY"}
    return {"name": name, "concurrency": 4, "attempts": 2, "patience_s": 1, **where}


def verified(**grounding: Any) -> dict[str, Any]:
    return {
        "verifiers": {"grounding": {"policy": "lenient", **grounding}},
        "filters": {"semantic": None, "near": None},
        "probes": {"collapse": None},
        "methods": [{"styles": {"question_answer": 1}}],
    }


def heard(version: Version) -> pl.DataFrame:
    return version.table("evidence").filter(pl.col("rule") == "entailment")


def test_a_teacher_judges_what_wording_alone_decided_and_is_paid_once(
    recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    writer = start_server({"rewords": True})
    judge = start_server({"scores": {"freezes": 1}}, invalid=0.2, truncated=0.1)
    path = recipe_file(
        teachers=[
            teacher("writer", writer.url, "tiny-teacher"),
            teacher("judge", judge.url, "qwen3-judge"),
        ],
        **verified(entailment={"kind": "judge", "teacher": "judge"}),
    )
    recipe = load_recipe(str(path), output=tmp_path / "out")
    version = build(recipe).version
    verdicts = version.table("verdicts").filter(pl.col("stage") == "grounding")
    unread = verdicts.filter(pl.col("reason") == "error")
    assert all(unread["detail"].str.contains("truncated")) and len(unread) > 0
    wrong = verdicts.filter(pl.col("reason") == "contradicted")
    assert all(wrong["detail"].str.contains("freezes")) and len(wrong) > 0
    kept = version.table("data")
    assert set(kept["teacher"]) == {"writer"} and not any(kept["answer"].str.contains("freezes"))
    said = heard(version).filter(pl.col("record_id").is_in(kept["id"].to_list()))
    assert len(said) >= len(kept) and set(said["verdict"]) == {"supported"}
    assert judge.stats()["paid_twice"] == 0
    asked = len(judge.bodies())
    shutil.rmtree(workspace(recipe).shards.root)
    assert not build(recipe).is_new and len(judge.bodies()) == asked


def test_a_model_from_a_folder_is_asked_once_per_claim(
    recipe_file: RecipeFile,
    start_server: StartServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = usable(tmp_path, ("entailment", "neutral", "contradiction"))
    own = Calibration(scorer=f"cross-encoder {folder.name}")
    save_calibration(own, tmp_path / "calibration.json")
    model = {"kind": "cross-encoder", "model": str(folder), "threshold": 0.0}
    path = recipe_file(
        start_server({"rewords": True}).url,
        **verified(entailment=model, calibration="calibration.json"),
    )
    recipe = load_recipe(str(path), output=tmp_path / "out")
    grounding = recipe.verifiers.grounding
    assert grounding and grounding.calibration == str(tmp_path / "calibration.json")
    said = heard(build(recipe).version)
    assert len(said) > 0 and all(0 < score < 1 for score in said["score"])

    def fail(_self: object, pairs: Sequence[Pair]) -> None:
        raise AssertionError(f"{len(pairs)} pairs were asked again")

    shutil.rmtree(workspace(recipe).shards.root)
    monkeypatch.setattr(cross_encoder.CrossEncoder, "__call__", fail)
    assert not build(recipe).is_new


@pytest.mark.parametrize(
    ("grounding", "said"),
    [
        ({"entailment": {"kind": "cross-encoder", "model": "no/such-model"}}, "no/such-model"),
        ({"calibration": "none.json"}, "none.json cannot be read"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_asked(
    recipe_file: RecipeFile,
    start_server: StartServer,
    tmp_path: Path,
    grounding: dict[str, Any],
    said: str,
) -> None:
    server = start_server()
    recipe = load_recipe(str(recipe_file(server.url, **verified(**grounding))))
    with pytest.raises(ConfigError, match=said):
        build(recipe.model_copy(update={"output": tmp_path / "out"}))
    assert not server.bodies()
