"""A Prefect server of its own, for what is measured or tested against a real one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

_STARTS_WITHIN_S = 120


@contextmanager
def serving_prefect(
    folder: Path, settings: Mapping[str, str] | None = None
) -> Iterator[dict[str, str]]:
    """A server whose database and log are in ``folder``, while the block runs.

    Yields the environment of whatever is to talk to it; ``settings`` are further ones of its own.

    Raises:
        RuntimeError: it did not come up; with the end of what it said.
    """
    port = _free_port()
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


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], url: str, said: Path) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/health", timeout=5).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError(f"the Prefect server did not start:\n{said.read_text()[-2000:]}")
