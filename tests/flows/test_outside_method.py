"""A method that another package brings: seen by the schema, the command line and a build."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import HERE, ROOT, RecipeFile, StartServer
from forked import command

from store.versions import find_version

OUTSIDE = HERE / "outside"
Run = Callable[..., str]


@pytest.fixture
def installed(tmp_path: Path) -> tuple[Path, Path]:
    """Where to look for a package with the method ``headlines``, as if it were installed."""
    about = tmp_path / "site" / "headlines-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: headlines\nVersion: 1.0\n")
    points = "[stillhouse.methods]\nheadlines = headlines:ENTRY\n"
    (about / "entry_points.txt").write_text(points)
    return about.parent, OUTSIDE


@pytest.fixture
def run(installed: tuple[Path, Path], tmp_path: Path) -> Run:
    """Runs commands in processes that have it."""

    def stillhouse(*words: object) -> str:
        done = command(*words, said=tmp_path / f"said-{words[0]}-{len(words)}", path=installed)
        assert done.ended() == 0, done.err.read_text()
        return done.out.read_text()

    return stillhouse


def test_it_is_short() -> None:
    assert len((OUTSIDE / "headlines.py").read_text().splitlines()) <= 60


def test_schema_command_and_page_have_it(
    run: Run, installed: tuple[Path, Path], tmp_path: Path
) -> None:
    show = "from configs.methods import Method; import json; print(json.dumps({}))"
    path = os.pathsep.join(map(str, (ROOT, *installed)))
    said = subprocess.run(
        [sys.executable, "-c", show.format("Method.model_json_schema()")],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    schema = json.loads(said.stdout)
    name = schema["properties"]["name"]
    assert {"headlines", "grounded_qa"} <= set(name["enum"])
    assert "A headline for a passage." in run("methods")
    run("methods", "--page", tmp_path / "page.md")
    assert "| [`headlines`](#headlines) | A headline" in (tmp_path / "page.md").read_text()


def test_a_build_makes_its_records(
    run: Run, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    methods = [{"name": "headlines", "weight": 1}, {"name": "grounded_qa", "weight": 2}]
    recipe = recipe_file(
        start_server().url, methods=methods, target=9, verifiers={"grounding": None}
    )
    run("build", recipe, "--output", tmp_path / "out")
    rows = find_version(tmp_path / "out", "rivers").table("data")
    assert set(rows["method"]) == {"headlines", "grounded_qa"}
    own = rows.filter(rows["method"] == "headlines")
    assert set(own["prompt_id"]) == {"headline/write@1.0.0"} and set(own["style"]) == {"headline"}
