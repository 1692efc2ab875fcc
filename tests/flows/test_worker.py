"""The deployments of ``prefect.yaml``, run by a worker of their pool as a user starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from conftest import ROOT, RecipeFile

from benchmarks.prefect_server import Server, serving_prefect, until
from flows.deployments.offers import OFFERS
from store.versions import find_version

PREFECT = Path(sys.executable).with_name("prefect")
pytestmark = [pytest.mark.timeout(300), pytest.mark.long]


def test_a_worker_makes_what_was_asked_before_it_came(
    recipe_file: RecipeFile, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    given = {"recipe_file": str(recipe_file()), "target": 6, "output": str(output)}
    with serving_prefect(tmp_path) as known:
        environment = {**os.environ, **known, "PREFECT_WORKER_QUERY_SECONDS": "1"}

        def say(*words: str) -> None:
            done = subprocess.run(
                [PREFECT, *words], cwd=ROOT, env=environment, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stdout + done.stderr

        say("work-pool", "create", "stillhouse", "--type", "process")
        say("deploy", "--all")
        server = Server(known["PREFECT_API_URL"])
        assert {*(each["name"] for each in server.ask("deployments/filter"))} == {
            offer.name for offer in OFFERS
        }
        words = [word for item in given.items() for word in ("-p", _told(*item))]
        say("deployment", "run", "build-dataset/build-dataset", *words)
        made = server.newest()
        assert server.state(made) in ("Scheduled", "Late")
        worker = subprocess.Popen(
            [PREFECT, "worker", "start", "--pool", "stillhouse", "--with-healthcheck"],
            cwd=ROOT,
            env={**environment, "PREFECT_WORKER_WEBSERVER_PORT": "0"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            ended = until(lambda: _final(server, made), 150)
        finally:
            worker.terminate()
            worker.wait(30)
    assert ended == "Completed"
    assert len(find_version(output, "rivers").table("data")) == 6


def _told(name: str, value: object) -> str:
    return f"{name}={json.dumps(value)}"


def _final(server: Server, run: str) -> str:
    """The name of a run's state, once it is final."""
    found = httpx.get(f"{server.api}/flow_runs/{run}", verify=False).json()["state"]
    final = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
    return str(found["name"]) if found["type"] in final else ""
