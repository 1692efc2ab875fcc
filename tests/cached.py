"""Servers that no package brings: make targets put them into the user's cache."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx


def cached(name: str) -> Path:
    """Where ``make`` puts it."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "stillhouse" / name


@contextmanager
def running(
    command: Sequence[str | Path], path: str, log: Path, patience_s: float = 30
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A server on a port of its own, once ``path`` answers; {port} stands for it in the command."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with log.open("wb") as out:
        words = [str(word).replace("{port}", str(port)) for word in command]
        process = subprocess.Popen(words, stdout=out, stderr=out)
    url = f"http://127.0.0.1:{port}"
    try:
        _await(url + path, process, log, time.monotonic() + patience_s)
        yield url, process
    finally:
        process.kill()
        process.wait()


def _await(url: str, process: subprocess.Popen[bytes], log: Path, until: float) -> None:
    while True:
        try:
            if httpx.get(url, verify=False).is_success:
                return
        except httpx.HTTPError:
            pass
        assert process.poll() is None and time.monotonic() < until, log.read_text()[-2000:]
        time.sleep(0.05)
