"""A Prefect server of its own, for what is measured or tested against a real one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from benchmarks.object_store import free_ports

ROOT = Path(__file__).parent.parent
_STARTS_WITHIN_S = 120


@dataclass(frozen=True)
class Server:
    """A Prefect server by the address of its API, and what it knows."""

    api: str

    def ask(self, path: str, **body: Any) -> Any:
        """What it answers; it is asked again where its SQLite is busy, as people click again."""

        def answer() -> httpx.Response | None:
            found = httpx.post(f"{self.api}/{path}", json=body, verify=False)
            return None if found.status_code == 503 else found

        found: httpx.Response = until(answer)
        return found.raise_for_status().json()

    def deployment(self, name: str) -> str | None:
        """The id of a deployment that is served."""
        found = self.ask("deployments/filter", deployments={"name": {"any_": [name]}})
        return found[0]["id"] if found else None

    def state(self, run: object) -> str:
        """The name of a run's state."""
        found = httpx.get(f"{self.api}/flow_runs/{run}", verify=False).raise_for_status().json()
        return str(found["state"]["name"])

    def newest(self) -> str:
        """The id of the run that was made last."""
        found = self.ask("flow_runs/filter", sort="EXPECTED_START_TIME_DESC", limit=1)
        return str(found[0]["id"])

    def ended(self, run: str, *names: str) -> str:
        """The state of a run, once it is one of these."""
        return str(until(lambda: (name := self.state(run)) in names and name))


def until(found: Callable[[], Any], patience_s: float = 90) -> Any:
    """What is found, as soon as it is there.

    Raises:
        TimeoutError: it does not come.
    """
    deadline = time.monotonic() + patience_s
    while not (there := found()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"it did not come within {patience_s:g} s")
        time.sleep(0.1)
    return there


@contextmanager
def served(known: Mapping[str, str], log: Path, *words: object) -> Iterator[None]:
    """``stillhouse serve`` with these words in a process of its own, while the block runs."""
    command = [sys.executable, "-m", "flows.cli", "serve", *map(str, words)]
    environment = {**os.environ, **known}
    with log.open("w") as said:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=said, stderr=said)
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def serving_prefect(
    folder: Path, settings: Mapping[str, str] | None = None
) -> Iterator[dict[str, str]]:
    """A server whose database and log are in ``folder``, while the block runs.

    Yields the environment of whatever is to talk to it; ``settings`` are further ones of its own.

    Raises:
        RuntimeError: it did not come up; with the end of what it said.
    """
    (port,) = free_ports(1)
    known = {
        "PREFECT_HOME": str(folder / "prefect"),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_UI_API_URL": "/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "DO_NOT_TRACK": "1",
        **(settings or {}),
    }
    said = folder / "prefect-server.log"
    words = ["server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with said.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "prefect", *words],
            env={**os.environ, **known},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait(process, known["PREFECT_API_URL"], said)
        yield known
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, said: Path) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/health", timeout=5, verify=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError(f"the Prefect server did not start:\n{said.read_text()[-2000:]}")
