"""Runs on a Prefect server as one operates it, on PostgreSQL: what is told of them, what bounds
them, what they share, and what nobody may read.
"""

from __future__ import annotations

import json
import queue
import subprocess
import threading
import time
from collections.abc import Iterator
from contextvars import copy_context
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from conftest import RecipeFile, RunCommand, StartServer
from operated_server import PREFECT, following, serving_postgres
from teacher_server import KEY

from benchmarks.prefect_server import serving_prefect, until
from configs.errors import ConfigError
from configs.load import load_recipe
from configs.recipe import Recipe

LEASES = "prefect.server.concurrency.lease_storage.filesystem"
URL = "http://127.0.0.1:9/v1"
WRONG = "sk-test-a-key-that-is-refused"
pytestmark = [pytest.mark.timeout(240), pytest.mark.long]


@dataclass(frozen=True)
class Operated:
    """A Prefect server and the database that it keeps its runs in."""

    url: str
    database: sa.Engine


@pytest.fixture(scope="module")
def operated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operated]:
    """The one server of this module."""
    folder = tmp_path_factory.mktemp("prefect")
    settings = {
        "PREFECT_SERVER_DATABASE_DRIVER": "postgresql+asyncpg",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": LEASES,
        "PREFECT_SERVER_CONCURRENCY_MAXIMUM_CONCURRENCY_SLOT_WAIT_SECONDS": "0.5",
    }
    with (
        serving_postgres() as place,
        serving_prefect(
            folder,
            {"PREFECT_SERVER_DATABASE_CONNECTION_URL": f"postgresql+asyncpg://{place}", **settings},
        ) as known,
        following(url := known["PREFECT_API_URL"], folder / "client"),
    ):
        yield Operated(
            url, sa.create_engine(f"postgresql+psycopg://{place}", poolclass=sa.NullPool)
        )


def rows_with(database: sa.Engine, word: str) -> list[str]:
    """Tables that hold this word in any of their columns."""
    tables = sa.inspect(database).get_table_names()
    with database.connect() as connection:
        return [
            table
            for table in tables
            if connection.execute(
                sa.text(f'SELECT count(*) FROM "{table}" AS t WHERE t::text LIKE :word'),
                {"word": f"%{word}%"},
            ).scalar()
        ]


def test_variables_bound_what_runs_may_spend(
    operated: Operated, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    from prefect.variables import Variable

    from flows.pipeline import build
    from flows.runs.budgets import within_variables

    server = start_server()
    path = recipe_file(server.url, name="a.river-set", budget={"max_requests": 9})
    recipe = load_recipe(str(path), output=tmp_path / "out")
    assert within_variables(recipe) == recipe
    try:
        Variable.set("stillhouse_budget", {"max_requests": 400, "max_usd": 5})
        Variable.set("stillhouse_budget_a_river_set", {"max_requests": 4, "max_usd": 6})
        bounded = within_variables(recipe).ceilings
        assert (bounded.max_requests, bounded.max_usd, bounded.max_tokens) == (4, 5, None)
        Variable.set("stillhouse_budget", {"max_requests": 400}, overwrite=True)
        Variable.set("stillhouse_budget_a_river_set", {"max_requests": 4}, overwrite=True)
        built = build(within_variables(recipe))
        assert server.stats()["requests"] == 4 and built.version.manifest["status"] == "partial"
        place = "max_requests of the Prefect Variable stillhouse_budget_a_river_set"
        assert f"{place} is 4" in built.version.manifest["note"]
        assert built.version.manifest["recipe"]["budget"] == recipe.budget.model_dump(mode="json")
        for value in (20, {"max_eur": 3}, {"max_usd": "a lot"}, {"max_usd": -1}):
            Variable.set("stillhouse_budget", value, overwrite=True)
            with pytest.raises(ConfigError, match="Variable stillhouse_budget is no budget"):
                within_variables(recipe)
    finally:
        with operated.database.begin() as connection:
            connection.exec_driver_sql("DELETE FROM variable")


def made_limit(name: str, limit: int) -> None:
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        client.upsert_global_concurrency_limit_by_name(name, limit)


def slots_held(name: str) -> int:
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        return client.read_global_concurrency_limit_by_name(name).active_slots


def test_runs_that_share_a_server_wait_for_each_other_and_their_key_stands_nowhere(
    operated: Operated,
    recipe_file: RecipeFile,
    start_server: StartServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    from prefect.blocks.system import Secret
    from prefect.client.schemas.objects import State

    from flows.build import build_dataset
    from flows.runs import limits

    notices = list[str]()
    monkeypatch.setattr(limits, "notice", notices.append)
    server = start_server({"latency": 0.1})
    made_limit("shared-server", 4)
    Secret(value=KEY).save("teacher-key")
    Secret(value=WRONG).save("wrong-key")
    sharing = {
        **{"concurrency": 4, "concurrency_limit": "shared-server"},
        **{"api_key_env": None, "api_key_block": "teacher-key"},
    }

    def recipe_of(number: int, **teacher: object) -> Recipe:
        path = recipe_file(server.url, {**sharing, **teacher}, name=f"rivers-{number}", seed=number)
        return load_recipe(str(path), output=tmp_path / str(number))

    peak, states = 0, list[State[Any]]()

    def run(recipe: Recipe) -> None:
        states.append(build_dataset(recipe, return_state=True))

    # Each in a context of its own, as runs in two processes are.
    recipes = [recipe_of(number) for number in range(2)]
    runs = [threading.Thread(target=copy_context().run, args=(run, each)) for each in recipes]
    for each in runs:
        each.start()
    while any(each.is_alive() for each in runs):
        peak = max(peak, slots_held("shared-server"))
        time.sleep(0.1)
    assert [state.name for state in states] == ["Completed"] * 2
    stats = server.stats()
    assert stats["requests"] >= 24 and stats["most_in_flight"] == 4 == peak
    assert slots_held("shared-server") == 0
    assert any(said.startswith("waiting for 4 of the 4 slots") for said in notices)
    refused = recipe_of(3, api_key_block="wrong-key")
    assert build_dataset(refused, return_state=True).is_failed()
    # Runs and their parameters, states with messages, logs, artifacts, events: all that there is.
    until(lambda: "log" in rows_with(operated.database, "the key in wrong-key is refused"))
    assert {"flow_run", "log", "artifact"} <= {*rows_with(operated.database, "rivers-1")}
    assert rows_with(operated.database, KEY) == rows_with(operated.database, WRONG) == []
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path


def test_slots_are_given_back_whatever_happens_and_a_bad_limit_is_told(
    operated: Operated, recipe_file: RecipeFile
) -> None:
    from prefect import flow

    from flows.runs.limits import check_limits
    from flows.runs.tasks import as_task
    from flows.teachers import asking

    def ask(recipe: Recipe) -> None:
        with asking(recipe, ["teacher"]):
            assert slots_held("small") == 3
            raise RuntimeError("the shard fails")

    @flow
    def failing() -> None:
        as_task(ask, recipe, label="ask")

    limited = {"concurrency": 3, "concurrency_limit": "small"}
    recipe = load_recipe(str(recipe_file(URL, limited)))
    with pytest.raises(ConfigError, match="prefect gcl create small --limit 3"):
        check_limits(recipe)
    made_limit("small", 2)
    with pytest.raises(ConfigError, match="has 2 slots, and 3 calls may be in flight"):
        check_limits(recipe)
    made_limit("small", 3)
    check_limits(recipe)
    with pytest.raises(RuntimeError, match="the shard fails"):
        failing()
    assert slots_held("small") == 0


def test_doctor_looks_at_the_server_and_at_what_a_recipe_names_there(
    operated: Operated, recipe_file: RecipeFile, tmp_path: Path
) -> None:
    from prefect.blocks.system import Secret
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import WorkPoolCreate

    from flows.doctor_prefect import examine_prefect

    made_limit("doctor", 3)
    Secret(value=KEY).save("doctor-key")
    named = {
        **{"concurrency": 4, "concurrency_limit": "doctor"},
        **{"api_key_env": None, "api_key_block": "doctor-key"},
    }
    recipe = load_recipe(str(recipe_file(URL, named, budget={"max_usd": 7})))
    found = {each.name: each for each in examine_prefect(recipe)}
    assert found["prefect database"].found == "PostgreSQL" and found["prefect version"].well
    assert "has 3 slots, and 4 calls" in found["concurrency limits"].found
    assert not found["concurrency limits"].well and found["leases of limits"].well
    assert found["secret block doctor-key"].found == "holds a key"
    assert found["budget"].found == "max_usd 7" and found["deployments"].found == "none"
    assert found["work pool stillhouse"].optional and not found["work pool stillhouse"].well
    assert all(KEY not in str(each) for each in found.values())
    Secret(value=" ").save("doctor-key", overwrite=True)
    with get_client(sync_client=True) as client:
        client.create_work_pool(WorkPoolCreate(name="stillhouse", type="process"))
    found = {each.name: each for each in examine_prefect(recipe)}
    assert "is empty" in found["secret block doctor-key"].found
    assert found["work pool stillhouse"].found == "0 workers online"
    assert not found["work pool stillhouse"].well


@pytest.fixture
def told() -> Iterator[tuple[str, queue.Queue[dict[str, Any]]]]:
    """A webhook: its URL, and what it is told."""
    heard = queue.Queue[dict[str, Any]]()

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Webhook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/secret-path", heard
        server.shutdown()


def end_in(flow_name: str, state: str, kind: str, message: str) -> None:
    """A run of this flow, which came to that state."""
    from prefect import Flow
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.objects import State, StateType
    from prefect.states import Running

    flow = Flow(lambda: None, name=flow_name)
    with get_client(sync_client=True) as client:
        run = client.create_flow_run(flow, tags=["dataset:a.b-c", "other"], state=Running())
        ended = State(type=StateType(kind), name=state, message=message)
        client.set_flow_run_state(run.id, ended, force=True)


def test_shipped_automations_tell_a_webhook(
    operated: Operated,
    told: tuple[str, queue.Queue[dict[str, Any]]],
    stillhouse: RunCommand,
    recipe_file: RecipeFile,
    tmp_path: Path,
) -> None:
    from prefect import tags
    from prefect.blocks.webhook import Webhook

    from flows.build import build_dataset

    url, heard = told
    assert "there is no Webhook block 'stillhouse'" in stillhouse("automations").err
    Webhook(url=url, headers={"Content-Type": "application/json"}).save("stillhouse")
    file = tmp_path / "automations.yaml"
    file.write_text(stillhouse("automations").out)
    made = subprocess.run(
        [PREFECT, "automation", "create", "--from-file", file],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0 and "Created 6 automation" in made.stdout, made
    ends = {
        "Failed": ("FAILED", 'a "quoted" reason\nin two lines'),
        "Partial": ("COMPLETED", "the budget is used up"),
        "Quarantined": ("FAILED", "held back by its gate"),
        "Damaged": ("FAILED", "a file is altered"),
        "AwaitingApproval": ("PAUSED", "look at the report"),
        "Crashed": ("CRASHED", "the machine went away"),
    }
    end_in("somebody-elses", "Failed", "FAILED", "not ours")
    blocked = recipe_file(URL, {"api_key_env": None, "api_key_block": "none"})
    with tags("dataset:rivers"):
        build_dataset(load_recipe(str(blocked), output=tmp_path / "out"), return_state=True)
    real = heard.get(timeout=30)
    assert real["dataset"] == "rivers" and real["state"] == "Failed"
    assert "cannot read the Prefect Secret block 'none'" in real["text"]
    end_in("build-dataset", "Completed", "COMPLETED", "nothing to tell")
    for state, (kind, message) in ends.items():
        end_in("build-dataset", state, kind, message)
    found = [heard.get(timeout=30) for _ in ends]
    assert {each["state"]: each["message"] for each in found} == {
        state: message for state, (_, message) in ends.items()
    }
    for each in found:
        assert each["dataset"] == "a.b-c" and each["flow"] == "build-dataset"
        assert "/runs/flow-run/" in each["link"] and each["message"] in each["text"]
    assert heard.empty()
    assert rows_with(operated.database, "secret-path") == []
