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

from store.versions import find_version

OUTSIDE = HERE / "outside"
Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs Python where a package with the method ``headlines`` is installed."""
    about = tmp_path / "site" / "headlines-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: headlines\nVersion: 1.0\n")
    points = "[stillhouse.methods]\nheadlines = headlines:ENTRY\n"
    (about / "entry_points.txt").write_text(points)
    path = os.pathsep.join(map(str, (ROOT, about.parent, OUTSIDE)))

    def python(*arguments: object) -> str:
        command = [sys.executable, *map(str, arguments)]
        said = subprocess.run(
            command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True
        )
        assert said.returncode == 0, said.stderr
        return said.stdout

    return python


def test_it_is_short() -> None:
    assert len((OUTSIDE / "headlines.py").read_text().splitlines()) <= 60


def test_schema_command_and_page_have_it(run: Run, tmp_path: Path) -> None:
    show = "from configs.methods import Method; import json; print(json.dumps({}))"
    schema = json.loads(run("-c", show.format("Method.model_json_schema()")))
    name = schema["properties"]["name"]
    assert {"headlines", "grounded_qa"} <= set(name["enum"])
    assert "A headline for a passage." in run("-m", "flows.cli", "methods")
    run("-m", "flows.cli", "methods", "--page", tmp_path / "page.md")
    assert "| [`headlines`](#headlines) | A headline" in (tmp_path / "page.md").read_text()


def test_a_build_makes_its_records(
    run: Run, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    methods = [{"name": "headlines", "weight": 1}, {"name": "grounded_qa", "weight": 2}]
    recipe = recipe_file(
        start_server().url, methods=methods, target=9, verifiers={"grounding": None}
    )
    run("-m", "flows.cli", "build", recipe, "--output", tmp_path / "out")
    rows = find_version(tmp_path / "out", "rivers").table("data")
    assert set(rows["method"]) == {"headlines", "grounded_qa"}
    own = rows.filter(rows["method"] == "headlines")
    assert set(own["prompt_id"]) == {"headline/write@1.0.0"} and set(own["style"]) == {"headline"}
