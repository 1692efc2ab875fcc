"""Builds in Prefect, on one real server: what a run shows, its states, approval, cancelling."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import copy_context
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from conftest import ROOT, RecipeFile, RunCommand, StartServer
from prefect.client.schemas.objects import FlowRun
from teacher_server import KEY

from configs.errors import ConfigError
from configs.load import load_recipe
from flows.pipeline import build
from flows.workspace import exclusively, run_of, workspace
from store.approval import awaits_approval, rejection
from store.pointers import move_by_hand
from store.versions import find_version, latest, list_versions

pytestmark = pytest.mark.timeout(240)
SERVED = """
from typing import Any
import flows.build  # settings of Prefect first
from configs.recipe import Recipe
from flows.pipeline import build
from flows.runs.dataset import run_dataset
from prefect import flow

@flow(name="build-dataset", retries=0)
def served(recipe: dict[str, Any]):
    return run_dataset(Recipe.model_validate(recipe), lambda recipe, step: build(recipe, step))

if __name__ == "__main__":
    served.serve(name="served", print_starting_message=False)
"""


@pytest.fixture(scope="module", autouse=True)
def prefect_server() -> Iterator[None]:
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield
        # The server says that it stops into the output of a test, which is closed by now.
        logging.disable()
    logging.disable(logging.NOTSET)


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


def test_a_flow_whose_gate_fails_says_so(recipe_file: RecipeFile, tmp_path: Path) -> None:
    from flows.build import build_dataset

    build(load_recipe(str(recipe_file()), output=tmp_path / "out"))
    narrow = load_recipe(str(recipe_file(target=1)), output=tmp_path / "out")
    state = build_dataset(narrow, return_state=True)
    assert state.name == "Quarantined" and state.is_failed()
    assert "rivers-v2: held back by its gate" in (state.message or "")


@pytest.fixture(autouse=True)
def looked_at_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Decisions are seen at once."""
    monkeypatch.setattr("flows.runs.deciding._LOOK_S", 0.2)


def deciding(
    *answers: dict[str, Any] | None, meanwhile: Callable[[], object] = lambda: None
) -> threading.Thread:
    """A person who answers the forms of the runs that wait, one after another; None resumes a run
    without its form. ``meanwhile`` is done before, while the first of them waits.
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter
    from prefect.states import Running

    waits = FlowRunFilter.model_validate({"state": {"name": {"any_": ["AwaitingApproval"]}}})

    def answer() -> None:
        with get_client(sync_client=True) as client:
            for given in answers:
                until = time.monotonic() + 90
                while not (runs := client.read_flow_runs(flow_run_filter=waits)):
                    assert time.monotonic() < until
                    time.sleep(0.2)
                time.sleep(0.3)  # The form is saved before the state is, and read after it.
                if given is answers[0]:
                    meanwhile()
                if given is None:
                    client.set_flow_run_state(runs[0].id, Running(), force=True)
                else:
                    client.resume_flow_run(runs[0].id, run_input=given)
                while client.read_flow_run(runs[0].id).state_name == "AwaitingApproval":
                    time.sleep(0.1)

    thread = threading.Thread(target=copy_context().run, args=(answer,))
    thread.start()
    return thread


def test_approved_and_named(recipe_file: RecipeFile, tmp_path: Path) -> None:
    from prefect.client.orchestration import get_client

    from flows.build import build_dataset

    recipe = load_recipe(str(recipe_file(approval=True)), output=tmp_path / "out")
    person = deciding({"decision": "approve", "reason": "I read fifty rows, Ada"})
    state = build_dataset(recipe, return_state=True)
    person.join()
    assert state.name == "Completed"
    assert latest(recipe.output, "rivers") is not None
    said = move_by_hand(tmp_path / "out" / "rivers")
    assert "approved in Prefect run" in said and said.endswith("I read fifty rows, Ada")
    with get_client(sync_client=True) as client:
        run = client.read_flow_run(UUID(str(state.state_details.flow_run_id)))
        keys = {artifact.key for artifact in client.read_artifacts()}
    assert run.name == "rivers-v1" and {"dataset:rivers", "version:1"} <= {*run.tags}
    assert {"counters-rivers", "funnel-rivers", "cost-rivers", "rows-rivers"} <= keys
    assert any(str(key).startswith("progress-rivers-") for key in keys)
    again = build(recipe)
    assert not again.is_new and not awaits_approval(again.version)


def test_rejected_with_a_reason(recipe_file: RecipeFile, tmp_path: Path) -> None:
    from flows.build import build_dataset

    recipe = load_recipe(str(recipe_file(approval=True)), output=tmp_path / "out")
    why = {"decision": "reject", "reason": "too easy"}
    person = deciding(None, {"decision": "reject"}, why)
    state = build_dataset(recipe, return_state=True)
    person.join()
    assert state.name == "Rejected" and state.is_failed() and "too easy" in (state.message or "")
    assert latest(recipe.output, "rivers") is None
    assert "too easy" in rejection(find_version(recipe.output, "rivers@1"))


def test_an_approval_comes_too_late_once_a_later_version_is_the_latest(
    recipe_file: RecipeFile, tmp_path: Path
) -> None:
    from flows.build import build_dataset

    recipe = load_recipe(str(recipe_file(approval=True)), output=tmp_path / "out")
    other = load_recipe(str(recipe_file(target=8, gate=None)), output=tmp_path / "out")
    person = deciding({"decision": "approve"}, meanwhile=lambda: build(other))
    state = build_dataset(recipe, return_state=True)
    person.join()
    assert state.name == "Failed"
    assert "rivers-v2 became the latest while rivers-v1 waited" in (state.message or "")
    newest = latest(recipe.output, "rivers")
    assert newest is not None and newest.number == 2


def cancelling(when: Callable[[FlowRun], bool]) -> threading.Thread:
    """Somebody who cancels the run of rivers that is at work, as soon as that is so of it."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter
    from prefect.states import Cancelling

    ours = FlowRunFilter.model_validate(
        {"tags": {"all_": ["dataset:rivers"]}, "state": {"type": {"any_": ["RUNNING", "PAUSED"]}}}
    )

    def cancel() -> None:
        until = time.monotonic() + 90
        with get_client(sync_client=True) as client:
            while not (runs := [*filter(when, client.read_flow_runs(flow_run_filter=ours))]):
                assert time.monotonic() < until
                time.sleep(0.1)
            client.set_flow_run_state(runs[0].id, Cancelling(), force=True)

    thread = threading.Thread(target=copy_context().run, args=(cancel,))
    thread.start()
    return thread


def test_a_run_of_no_deployment_is_cancelled_all_the_same(
    recipe_file: RecipeFile,
    start_server: StartServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from flows.build import build_dataset

    monkeypatch.setattr("flows.runs.board.EVERY_S", 0.5)
    server = start_server({"latency": 0.5})
    path = recipe_file(server.url, {"concurrency": 2}, max_candidates=40, approval=True)
    recipe = load_recipe(str(path), output=tmp_path / "out")
    somebody = cancelling(lambda run: len(server.bodies()) >= 4)
    state = build_dataset(recipe, return_state=True)
    somebody.join()
    assert state.is_cancelled() and state.name == "Cancelled"
    assert 4 <= len(server.bodies()) < 20
    assert not list_versions(recipe.output, "rivers")
    somebody = cancelling(lambda run: run.state_name == "AwaitingApproval")
    state = build_dataset(recipe, return_state=True)
    somebody.join()
    assert state.name == "Cancelled"
    assert awaits_approval(find_version(recipe.output, "rivers@1"))


def test_only_runs_whose_process_is_gone_are_marked_as_crashed(
    recipe_file: RecipeFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect import flow
    from prefect.client.orchestration import get_client
    from prefect.states import Running

    from flows.runs import identity

    recipe = load_recipe(str(recipe_file()), output=tmp_path / "out")

    @flow
    def works() -> int:
        return identity.end_stale(recipe)

    (workspace(recipe).root / "place").write_text("here")
    monkeypatch.setattr(identity, "_ENDS_WITHIN_S", 0)
    soon = time.time() + 600
    labels = {
        "holds the lock, so it cannot": {"stillhouse.place": "here", "stillhouse.left": 0.0},
        "left it long ago": {"stillhouse.place": "here", "stillhouse.left": 1.0},
        "left it just now": {"stillhouse.place": "here", "stillhouse.left": soon},
        "works elsewhere": {"stillhouse.place": "there", "stillhouse.left": 0.0},
    }
    with get_client(sync_client=True) as client:
        runs = {
            name: client.create_flow_run(works, name=name, tags=["dataset:rivers"], state=Running())
            for name in labels
        }
        for name, run in runs.items():
            client.update_flow_run_labels(run.id, labels[name])
        assert works() == 2
        states = {name: client.read_flow_run(run.id).state_name for name, run in runs.items()}
    assert [*states.values()] == ["Crashed", "Crashed", "Running", "Running"]


def test_a_busy_dataset_is_skipped_and_errors_are_plain(
    recipe_file: RecipeFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.build import build_dataset

    recipe = load_recipe(str(recipe_file()), output=tmp_path / "out")
    hold = (
        "import sys, filelock\n"
        "with filelock.FileLock(sys.argv[1]): print('held', flush=True), input()"
    )
    lock = str(workspace(recipe).root / "rivers.lock")
    holder = subprocess.Popen(
        [sys.executable, "-c", hold, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None and holder.stdout.readline()
    skipped = build_dataset(recipe, return_state=True)
    holder.communicate(b"\n")
    assert skipped.name == "Skipped" and skipped.is_cancelled()
    partial = load_recipe(str(recipe_file(target=5000)), output=tmp_path / "out")
    short = build_dataset(partial, return_state=True)
    assert short.name == "Partial" and short.is_completed()
    monkeypatch.setenv("TEACHER_API_KEY", KEY)
    nowhere = load_recipe(str(recipe_file("http://127.0.0.1:9/v1")), output=tmp_path / "out")
    failed = build_dataset(nowhere, return_state=True)
    assert failed.name == "Failed" and "127.0.0.1:9" in (failed.message or "")
    assert "Traceback" not in (failed.message or "") and KEY not in (failed.message or "")


def test_the_budget_is_raised_and_the_build_goes_on(
    recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    from flows.build import build_dataset

    server = start_server()
    path = recipe_file(server.url, approval=True, budget={"max_requests": 8})
    recipe = load_recipe(str(path), output=tmp_path / "out")
    unpriced = {"decision": "raise budget", "max_usd": 3}  # Nobody knows what a call costs.
    more = {"decision": "raise budget", "max_requests": 500}
    person = deciding(unpriced, more, {"decision": "approve"})
    state = build_dataset(recipe, return_state=True)
    person.join()
    assert state.name == "Completed" and str(state.result()).endswith("rivers-v2")
    first, second = (find_version(recipe.output, f"rivers@{n}") for n in (1, 2))
    assert first.manifest["status"] == "partial" and second.manifest["status"] == "completed"
    assert "rivers-v2 came in its place" in rejection(first)
    assert second.manifest["recipe"]["budget"]["max_requests"] == 8, "the recipe is as it was"
    assert latest(recipe.output, "rivers") == second
    assert len(server.bodies()) == len({*server.bodies()}), "nothing is asked twice"


def test_exit_codes_are_those_of_a_build_without_prefect(
    recipe_file: RecipeFile,
    stillhouse: RunCommand,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from prefect.settings import PREFECT_API_URL

    monkeypatch.setenv("PREFECT_API_URL", str(PREFECT_API_URL.value()))
    monkeypatch.setenv("TEACHER_API_KEY", KEY)
    partial = stillhouse("build", recipe_file(target=5000), "--output", tmp_path / "out")
    assert partial.code == 7 and "Partial" in partial.out
    nowhere = recipe_file("http://127.0.0.1:9/v1")
    failed = stillhouse("build", nowhere, "--output", tmp_path / "out")
    assert failed.code == 4 and "error: teacher 'teacher'" in failed.err


def test_a_refresh_from_the_command_line_is_a_run(
    recipe_file: RecipeFile,
    documents: Path,
    stillhouse: RunCommand,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL

    recipe = recipe_file()
    build(load_recipe(str(recipe), output=tmp_path / "out"))
    monkeypatch.setenv("PREFECT_API_URL", str(PREFECT_API_URL.value()))
    words = ("refresh", recipe, "--output", tmp_path / "out")
    same = stillhouse(*words)
    assert same.code == 0 and "Nothing changed in the corpus" in same.out
    elm = documents / "elm.md"
    elm.write_text(elm.read_text().replace("77 km", "78 km"))
    made = stillhouse(*words)
    assert made.code == 0, made.err
    assert "rivers-v2" in made.out and "Calls sent for what changed: 0." in made.out
    short = recipe_file(target=5000)
    build(load_recipe(str(short), output=tmp_path / "short"))
    same = stillhouse("refresh", short, "--output", tmp_path / "short")
    assert same.code == 7 and "Partial" in same.out and "Nothing changed" not in same.out
    with get_client(sync_client=True) as client:
        flow = client.read_flow_by_name("refresh-dataset").id
        names = [run.name for run in client.read_flow_runs() if run.flow_id == flow]
    assert sorted(names) == ["rivers-v1", "rivers-v1", "rivers-v2"]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[None]:
    """The flow served by a process of its own."""
    from prefect.settings import PREFECT_API_URL

    script = tmp_path / "served.py"
    script.write_text(SERVED)
    known = {**os.environ, "PREFECT_API_URL": str(PREFECT_API_URL.value())}
    known |= {"PYTHONPATH": str(ROOT), "PREFECT_HOME": str(tmp_path / "prefect")}
    known["TEACHER_API_KEY"] = KEY
    with (tmp_path / "served.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, script], env=known, stdout=log, stderr=log)
        yield
        process.terminate()
        process.wait(30)


@pytest.mark.usefixtures("served")
def test_cancelled_within_seconds_and_taken_up(
    recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound
    from prefect.states import Cancelling, Running

    from flows.build import build_dataset

    server = start_server({"latency": 0.5})
    path = recipe_file(server.url, {"concurrency": 2}, max_candidates=24)
    recipe = load_recipe(str(path), output=tmp_path / "out")
    with get_client(sync_client=True) as client:
        for _ in range(600):
            try:
                deployment = client.read_deployment_by_name("build-dataset/served")
                break
            except ObjectNotFound:
                time.sleep(0.1)
        given = {"recipe": recipe.model_dump(mode="json")}
        run = client.create_flow_run_from_deployment(deployment.id, parameters=given)
        until = time.monotonic() + 120
        while len(server.bodies()) < 4:
            assert not client.read_flow_run(run.id).state.is_final()
            assert time.monotonic() < until, (tmp_path / "served.log").read_text()[-3000:]
            time.sleep(0.2)
        began = time.monotonic()
        client.set_flow_run_state(run.id, Cancelling(), force=True)
        while client.read_flow_run(run.id).state_name != "Cancelled":
            assert time.monotonic() - began < 15, (tmp_path / "served.log").read_text()[-3000:]
            time.sleep(0.05)
        print(f"cancelled after {time.monotonic() - began:.1f} s")
        sent = server.bodies()
        with exclusively(recipe):
            pass
        outcomes = [row["outcome"] for row in workspace(recipe).journal.attempts(run_of(recipe))]
        assert set(outcomes) <= {"ok", "cancelled", "unsent"}
        # A run whose process was killed stays as it was, until the next one finds it.
        client.set_flow_run_state(run.id, Running(), force=True)
        state = build_dataset(recipe, return_state=True)
        assert client.read_flow_run(run.id).state_name == "Crashed"
    assert state.is_completed()
    twice = len(server.bodies()) - len({*server.bodies()})
    assert len(sent) >= 4 and twice <= outcomes.count("cancelled")
