"""Deployments at a real Prefect server: registered, run, refused in words, and scheduled."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import ROOT, RecipeFile, RunCommand
from prefect.settings import PREFECT_API_URL, temporary_settings
from ruamel.yaml import YAML

from benchmarks.prefect_server import serving_prefect, until
from configs.errors import ConfigError
from flows.deployments.offers import OFFERS
from flows.deployments.schedules import schedule_refresh
from store.versions import find_version

BIN = Path(sys.executable).parent
BUILD, REFRESH = "build-dataset/build-dataset", "refresh-dataset/refresh-dataset"


@dataclass(frozen=True)
class Prefect:
    """A server and what its users need to find it."""

    api: str
    environment: dict[str, str]
    serving: subprocess.Popen[str]

    def say(self, *words: str) -> str:
        """What a command prints, in one line."""
        done = subprocess.run(
            [BIN / words[0], *words[1:]], env=self.environment, text=True, capture_output=True
        )
        return " ".join(f"{done.stdout} {done.stderr}".split())

    def deployment(self, name: str) -> dict[str, Any]:
        """A deployment as the server knows it."""
        found: dict[str, Any] = httpx.get(f"{self.api}/deployments/name/{name}").json()
        return found

    def launch(self, name: str, parameters: dict[str, Any]) -> httpx.Response:
        """Send a form as the UI does."""
        where = f"{self.api}/deployments/{self.deployment(name)['id']}/create_flow_run"
        return httpx.post(where, json={"parameters": parameters, "enforce_parameter_schema": True})


@contextmanager
def started(command: list[str | Path], **how: Any) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(command, text=True, **how)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prefect]:
    home = tmp_path_factory.mktemp("prefect")
    settings = {"PREFECT_SERVER_UI_ENABLED": "false", "PREFECT_RUNNER_POLL_FREQUENCY": "1"}
    serve = [BIN / "stillhouse", "serve", "--only", "build-dataset", "--only", "refresh-dataset"]
    with serving_prefect(home, settings) as known:
        api, environment = known["PREFECT_API_URL"], {**os.environ, **known, "COLUMNS": "200"}
        how = {"env": environment, "cwd": home, "stdout": subprocess.DEVNULL}
        with started([*serve, "--reports", "0"], **how, stderr=subprocess.PIPE) as serving:
            name = f"{api}/deployments/name/{REFRESH}"
            until(lambda: httpx.get(name).is_success or serving.poll() is not None)
            yield Prefect(api, environment, serving)
            serving.send_signal(signal.SIGINT)
            _, said = serving.communicate(timeout=20)
            assert serving.returncode == 0 and "shutting down" in said


def test_a_run_from_the_command_line_makes_the_version(
    prefect: Prefect, recipe_file: RecipeFile, tmp_path: Path
) -> None:
    given = {"recipe_file": str(recipe_file()), "target": 6, "output": str(tmp_path / "out")}
    words = [f"{name}={json.dumps(value)}" for name, value in given.items()]
    wanted = [word for pair in words for word in ("-p", pair)]
    said = prefect.say("prefect", "deployment", "run", BUILD, "--watch", *wanted)
    assert "finished successfully in 'Completed'" in said
    version = find_version(tmp_path / "out", "rivers")
    assert version.manifest["recipe"]["target"] == 6


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"target": -1}, "-1 is less than the minimum of 0"),
        ({"teacher": {"max_tokens": 1}}, "1 is less than the minimum of 16"),
        ({"target": 2**60}, "greater than the maximum of 9007199254740992"),
        ({"generation": {"seed": 10**40}}, "greater than the maximum of 9007199254740992"),
        ({"target": "many"}, "'many' is not of type 'integer'"),
        ({"recipe": "mine"}, "'mine' is not one of"),
        ({"budget": {"max_usd": -1}}, "-1 is less than the minimum of 0"),
        ({"verification": {"policy": "harsh"}}, "'harsh' is not one of"),
    ],
)
def test_what_is_out_of_bounds_is_refused_in_words(
    prefect: Prefect, parameters: dict[str, Any], said: str
) -> None:
    refused = prefect.launch(BUILD, parameters)
    assert refused.status_code == 409 and said in refused.json()["detail"]


def test_a_form_that_nobody_touched_is_accepted(prefect: Prefect) -> None:
    # The UI sends every field, empty numbers as null.
    fields = prefect.deployment(BUILD)["parameter_openapi_schema"]["properties"]
    untouched = {name: field["default"] for name, field in fields.items()}
    untouched["recipe_file"] = "no-such-recipe.yaml"
    sent = prefect.launch(BUILD, untouched)
    assert sent.status_code == 201, sent.text
    # It need not run; where SQLite is busy it does, and fails for its recipe.
    httpx.delete(f"{prefect.api}/flow_runs/{sent.json()['id']}")


def test_a_refresh_is_scheduled_paused_until_it_is_resumed(prefect: Prefect) -> None:
    def schedules() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = prefect.deployment(REFRESH)["schedules"]
        return found

    when = ("--cron", "0 3 * * 1", "--timezone", "Europe/Berlin")
    with temporary_settings({PREFECT_API_URL: prefect.api}):
        schedule_refresh("rivers", "0 4 * * *", "UTC", {}, active=True)
    said = prefect.say("stillhouse", "schedule", "rivers", *when, "-o", "out")
    (made,) = schedules()
    assert made["schedule"] == {"cron": when[1], "timezone": when[3], "day_or": True}
    assert made["parameters"] == {"dataset": "rivers", "output": str(Path("out").absolute())}
    assert not made["active"]
    assert not prefect.deployment(REFRESH)["global_concurrency_limit"]
    assert "no dataset rivers is in out on this machine" in said
    assert "in place of its earlier schedule" in said
    printed = re.search(r"prefect deployment schedule resume (\S+) (\S+)", said)
    assert printed and printed.groups() == (REFRESH, made["id"])
    for word, active in (("resume", True), ("pause", False)):
        prefect.say("prefect", "deployment", "schedule", word, *printed.groups())
        assert schedules()[0]["active"] is active


@pytest.mark.parametrize(
    ("cron", "zone", "said"),
    [("0 3", "UTC", "Invalid cron string"), ("0 3 * * 1", "Mars", "Invalid timezone")],
)
def test_a_time_that_is_none_is_refused(cron: str, zone: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        schedule_refresh("rivers", cron, zone, {}, active=False)


def test_prefect_yaml_offers_the_same() -> None:
    said = YAML(typ="safe").load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    assert [each["name"] for each in said["deployments"]] == [offer.name for offer in OFFERS]
    for each, offer in zip(said["deployments"], OFFERS, strict=True):
        module = f"flows/deployments/{offer.module}.py"
        assert each["entrypoint"] == f"{module}:{offer.module}" and (ROOT / module).is_file()
        assert each["description"] == offer.description
        assert tuple(each["tags"]) == offer.tags
        assert "concurrency_limit" not in each, "a pause for an approval would end the run"
        assert not any(schedule["active"] for schedule in each.get("schedules", ()))
        assert offer.flow().name == offer.name


def test_without_a_server_it_says_what_to_type(stillhouse: RunCommand) -> None:
    said = stillhouse("serve")
    assert said.code == 2 and "prefect server start" in said.err
    assert "export PREFECT_API_URL=" in said.err
    said = stillhouse("serve", "--only", "nothing")
    assert said.code == 2 and "there are: build-dataset" in said.err
