"""The build: same inputs give the same bytes; rounds, partial runs, parents, and Prefect."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, RecipeFile, RunCommand, StartServer

from configs.load import load_recipe
from flows.pipeline import build
from store.versions import find_version, list_versions


def published(output: Path, folder: str) -> dict[str, bytes]:
    (version,) = output.glob("*/*-v1")
    return {path.name: path.read_bytes() for path in sorted((version / folder).glob("*.parquet"))}


@pytest.mark.usefixtures("new_vectors")
def test_same_journal_same_bytes(
    recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    path = recipe_file(server.url)
    one, two = tmp_path / "one", tmp_path / "two"
    build(load_recipe(str(path), output=one))
    sent = len(server.bodies())
    # The second build has the first one's journal and nothing else.
    (two / ".stillhouse").mkdir(parents=True)
    for name in ("journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm"):
        source = one / ".stillhouse" / name
        if source.exists():
            (two / ".stillhouse" / name).write_bytes(source.read_bytes())
    build(load_recipe(str(path), output=two))
    assert len(server.bodies()) == sent, "the journal did not answer"
    for folder in ("data", "rejected", "evidence", "verdicts", "probes"):
        assert published(one, folder) == published(two, folder) != {}


@pytest.mark.usefixtures("new_vectors")
def test_rules_need_no_journal(recipe_file: RecipeFile, tmp_path: Path) -> None:
    outputs = (tmp_path / "one", tmp_path / "two")
    for output in outputs:
        build(load_recipe(str(recipe_file()), output=output))
    assert published(outputs[0], "data") == published(outputs[1], "data") != {}


def test_new_version_has_its_parent(recipe_file: RecipeFile, tmp_path: Path) -> None:
    first = build(load_recipe(str(recipe_file()), output=tmp_path / "out"))
    assert first.is_new
    again = build(load_recipe(str(recipe_file()), output=tmp_path / "out"))
    assert not again.is_new and again.version.path == first.version.path
    other = build(load_recipe(str(recipe_file(seed=8)), output=tmp_path / "out"))
    assert other.version.number == 2 and other.version.manifest["parent"] == "rivers-v1"
    panel = other.version.table("probes")
    assert set(panel["reference"]) == {"", "corpus", "parent"}
    assert other.version.manifest["vanished"] == []
    assert len(list_versions(tmp_path / "out", "rivers")) == 2


def test_short_of_target_is_partial(
    recipe_file: RecipeFile, stillhouse: RunCommand, tmp_path: Path
) -> None:
    said = stillhouse("build", recipe_file(target=5000), "--output", tmp_path / "out")
    assert said.code == 7 and "Partial" in said.out
    manifest = find_version(tmp_path / "out", "rivers").manifest
    assert manifest["status"] == "partial" and "nothing new was left to ask" in manifest["note"]


def test_help_needs_no_heavy_import() -> None:
    code = (
        "import sys; sys.argv = ['stillhouse', '--help']\n"
        "from flows.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'prefect', 'datasets', 'polars', 'pyarrow', 'numpy', 'pydantic'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "estimate" in done.stdout and done.stdout.splitlines()[-1] == "[]"


def test_doctor(stillhouse: RunCommand, tmp_path: Path) -> None:
    said = stillhouse("doctor", "--output", tmp_path)
    assert said.code == 0, said.out
    for word in ("faiss-cpu", "embedding model", "prefect server", "TEACHER_BASE_URL"):
        assert word in said.out
