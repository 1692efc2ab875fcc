"""A version's record of what each stage took, and where people see it."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import RecipeFile, RunCommand

from configs.load import load_recipe
from flows.pipeline import build
from store.versions import find_version


def test_coverage_follows_the_funnel_into_manifest_and_report(
    recipe_file: RecipeFile, tmp_path: Path
) -> None:
    version = build(load_recipe(str(recipe_file()), output=tmp_path / "out")).version
    found = version.manifest["coverage"]
    funnel = version.manifest["funnel"][1:-1]
    assert [row["stage"] for row in found] == [step["stage"] for step in funnel]
    assert [row["lost"] for row in found] == [step["dropped"] for step in funnel]
    assert found[-1]["before"] - found[-1]["lost"] == 12
    assert found[-1]["documents"] == 1.0
    report = (version.path / "report.html").read_text(encoding="utf-8")
    assert "Coverage after each stage" in report
    assert report.count('class="bar rare"') == len(found)


def test_what_narrowed_the_set_is_said_after_a_build(
    recipe_file: RecipeFile, stillhouse: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("filters.coverage._LEAST", 1)
    monkeypatch.setattr("filters.coverage._SIGMA", -9.0)
    path = recipe_file(probes={"tail": {"max_loss": 0.0}})
    said = stillhouse("build", path, "--output", tmp_path / "out")
    assert "of the rows in the rarest clusters" in " ".join(said.out.split())
    manifest = find_version(tmp_path / "out", "rivers").manifest
    assert any(" took " in note for note in manifest["notes"])


def test_without_the_probe_there_is_nothing(recipe_file: RecipeFile, tmp_path: Path) -> None:
    path = recipe_file(probes={"tail": None})
    version = build(load_recipe(str(path), output=tmp_path / "out")).version
    assert version.manifest["coverage"] == []
    report = (version.path / "report.html").read_text(encoding="utf-8")
    assert "Coverage after each stage" not in report
