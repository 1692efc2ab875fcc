"""The build: same inputs give the same bytes; rounds, partial runs, parents, and Prefect."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, RecipeFile, RunCommand, StartServer
from teacher_server import KEY

from configs.errors import ConfigError
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


@pytest.fixture(scope="module")
def prefect_server() -> Iterator[None]:
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.mark.timeout(240)
@pytest.mark.usefixtures("prefect_server")
def test_flow_in_prefect(recipe_file: RecipeFile, tmp_path: Path) -> None:
    from prefect.client.orchestration import get_client

    from flows.build import build_dataset

    recipe = load_recipe(str(recipe_file()), output=tmp_path / "out")
    path = Path(build_dataset(recipe))
    assert path.name == "rivers-v1" and (path / "manifest.json").exists()
    wanted = {"read corpus", "plan", "generate 0-10", "grounding 0-10", "near", "publish"}
    with get_client(sync_client=True) as client:
        # The server hears of task runs by events, some of them after the flow has ended.
        deadline = time.monotonic() + 60
        while not wanted <= (names := {run.name for run in client.read_task_runs()}):
            assert time.monotonic() < deadline, wanted - names
            time.sleep(0.1)
        artifacts = client.read_artifacts()
    assert any("| published | 12 |" in str(artifact.data) for artifact in artifacts)


@pytest.mark.timeout(240)
@pytest.mark.usefixtures("prefect_server")
def test_a_key_from_a_prefect_block_is_used_and_is_nowhere(
    recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    from prefect.blocks.system import Secret

    server = start_server()
    Secret(value=KEY).save("teacher-key", overwrite=True)
    teacher = {"api_key_env": None, "api_key_block": "teacher-key"}
    built = build(load_recipe(str(recipe_file(server.url, teacher)), output=tmp_path / "out"))
    assert len(built.version.table("data")) == 12
    for path in (tmp_path / "out").rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path
    missing = recipe_file(server.url, {**teacher, "api_key_block": "no-such-block"})
    with pytest.raises(ConfigError, match="cannot read the Prefect Secret block 'no-such-block'"):
        build(load_recipe(str(missing), output=tmp_path / "other"))


@pytest.mark.timeout(240)
@pytest.mark.usefixtures("prefect_server")
def test_a_flow_whose_gate_fails_says_so(recipe_file: RecipeFile, tmp_path: Path) -> None:
    from flows.build import build_dataset

    build(load_recipe(str(recipe_file()), output=tmp_path / "out"))
    narrow = load_recipe(str(recipe_file(target=1)), output=tmp_path / "out")
    state = build_dataset(narrow, return_state=True)
    assert state.name == "Quarantined" and state.is_failed()
    assert "rivers-v2: held back by its gate" in (state.message or "")
