"""The Dockerfile and the compose file, as far as they can be checked without an engine."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT

COMPOSE = ROOT / "compose.yaml"
DOCKERFILE = (ROOT / "Dockerfile").read_text()
IGNORED = (ROOT / ".dockerignore").read_text().split("\n")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
OF_POSTGRES = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD_FILE", "PGPASSWORD"}
OF_PREFECT = {"PREFECT_SERVER_ENCRYPTION_KEY"}  # which it reads beside its settings
TASTE = {"DO_NOT_TRACK", "PYTHONUNBUFFERED", "PIP_NO_CACHE_DIR", "PIP_DISABLE_PIP_VERSION_CHECK"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return found


def is_known(name: str) -> bool:
    """Whether a variable is read by Prefect, by PostgreSQL or by us."""
    import prefect.settings

    from flows.workspace import JOURNAL_VARIABLE, WORK_VARIABLE

    others = {JOURNAL_VARIABLE, WORK_VARIABLE} | OF_POSTGRES | OF_PREFECT | TASTE
    return name in others or (name.startswith("PREFECT_") and hasattr(prefect.settings, name))


def commands_in(words: list[str]) -> list[list[str]]:
    """The programs that a command of the files starts, with their arguments."""
    if words[:2] == ["sh", "-c"]:
        return [shlex.split(part.removeprefix(" exec ")) for part in words[2].split("&&")[1:]]
    return [words]


def test_variables_are_those_that_something_reads(compose: dict[str, Any]) -> None:
    named = set(re.findall(r"\b(?:PREFECT|STILLHOUSE|PG|POSTGRES)_?[A-Z_]+\b", COMPOSE.read_text()))
    for service in compose["services"].values():
        named |= set(service.get("environment", {}))
    for line in re.findall(r"^(?:ENV)?\s+([A-Z_]+)=", DOCKERFILE, re.M):
        named.add(line)
    assert "PREFECT_HOME" in named and not is_known("PREFECT_SERVER_DATABASE_HOSTNAME")
    assert [name for name in sorted(named) if not is_known(name)] == []


def test_programs_and_options_are_there(compose: dict[str, Any]) -> None:
    from prefect.cli._app import _app

    (default,) = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.M)
    wanted = [yaml.safe_load(default)]
    for service in compose["services"].values():
        wanted += commands_in(service["command"]) if "command" in service else []
    assert len(wanted) == 4
    for program, *words in wanted:
        assert program == "prefect"
        options = [word for word in words if word != "--no-prompt"]
        _app.parse_args(options, exit_on_error=False, print_error=False)


def test_services_wait_for_what_can_say_that_it_is_well(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name, service in services.items():
        assert "image" in service and "healthcheck" in service, name
        for other, how in service.get("depends_on", {}).items():
            assert how == {"condition": "service_healthy"}
            assert "test" in services[other]["healthcheck"]
        program = service["healthcheck"].get("test", ["CMD", "", "", ""])
        if program[1] == "python":
            compile(program[3], name, "exec")
    (health,) = re.findall(r"HEALTHCHECK[^\[]*(\[.*\])", DOCKERFILE)
    compile(yaml.safe_load(health)[2], "Dockerfile", "exec")


def test_volumes_and_secrets_are_declared_and_none_is_written_down(
    compose: dict[str, Any],
) -> None:
    for kind in ("volumes", "secrets", "configs"):
        used = set()
        for service in compose["services"].values():
            for given in service.get(kind, ()):
                used.add(given["source"] if isinstance(given, dict) else given.split(":")[0])
        assert used == set(compose[kind]), kind
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            secret = re.search("PASSWORD|KEY|TOKEN|AUTH", name)
            assert not secret or str(value).startswith("/run/secrets/"), name
    assert not re.search(r"://[^/\s]*:[^/\s]*@", COMPOSE.read_text())
    ignored = (ROOT / ".gitignore").read_text().split()
    assert {"/secrets/", "/.env"} <= set(ignored)
    ports = [port for service in compose["services"].values() for port in service.get("ports", ())]
    assert ports == ["127.0.0.1:4200:4200"]


def test_the_image_gets_all_that_it_runs_and_no_more() -> None:
    allowed = {line[1:] for line in IGNORED if line.startswith("!")}
    assert IGNORED[1] == "*" and "data/outputs" in IGNORED
    rooms = {name.partition(".")[0] for name in PYPROJECT["tool"]["setuptools"]["packages"]}
    needed = {*rooms, PYPROJECT["project"]["readme"], *PYPROJECT["project"]["license-files"]}
    assert needed | {"pyproject.toml", "constraints.txt"} <= allowed
    assert {*allowed} - {"prefect.yaml"} <= {path.name for path in ROOT.iterdir()}
    for sources in re.findall(r"^COPY (.+) \S+$", DOCKERFILE, re.M):
        for source in sources.split():
            assert (ROOT / source).exists() and (source == "." or source in allowed)


def test_the_image_has_tested_versions_and_is_nobodys_root() -> None:
    (torch,) = re.findall(r"torch==(\S+)", DOCKERFILE)
    assert f"torch=={torch}" in (ROOT / "Makefile").read_text()
    (extras,) = re.findall(r"--editable '\.\[(.*)\]'", DOCKERFILE)
    assert {*extras.split(",")} <= PYPROJECT["project"]["optional-dependencies"].keys()
    assert DOCKERFILE.count("-c constraints.txt") == DOCKERFILE.count("RUN pip install") == 2
    users = re.findall(r"^USER (\S+)$", DOCKERFILE, re.M)
    assert users == ["stillhouse"] and f"useradd --create-home --uid 1000 {users[0]}" in DOCKERFILE


def test_folders_of_volumes_belong_to_the_user(compose: dict[str, Any]) -> None:
    """A new volume takes the owner of the folder that it hides; there must be one."""
    (made,) = re.findall(r"install -d -o stillhouse -g stillhouse (.+)$", DOCKERFILE, re.M)
    places = [
        volume.split(":")[1]
        for name, service in compose["services"].items()
        for volume in service.get("volumes", ())
        if name != "postgres"
    ]
    assert {*places} <= {*made.split()}
    assert {"PREFECT_HOME=/prefect", "STILLHOUSE_WORK=/work"} <= {
        part.strip() for part in re.split(r"[ \\\n]", DOCKERFILE)
    }
    assert Path("/app/data/outputs") == Path("/app") / "data/outputs"
