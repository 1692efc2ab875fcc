"""Processes of their own, to be killed or to run side by side, forked from one that has imported
what takes seconds.

What is forked has a single thread: Polars, and with it our own modules, are imported after that.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
_FORKS = multiprocessing.get_context("forkserver")
_SERVERS, _COMMANDS = forkserver.ForkServer(), forkserver.ForkServer()
_SERVERS.set_forkserver_preload(["teacher_server"])
_COMMANDS.set_forkserver_preload(["imported"])


@dataclass(frozen=True)
class Command:
    """A command of ours in a process of its own, and the files that it writes to."""

    process: BaseProcess
    out: Path
    err: Path

    def ended(self, timeout: float = 100) -> int:
        """How it ended: its exit code, or less than zero the signal that killed it."""
        self.process.join(timeout)
        assert self.process.exitcode is not None, "it still runs"
        return self.process.exitcode


def command(*arguments: object, said: Path, path: Sequence[Path] = ()) -> Command:
    """Starts ``python -m flows.cli`` with these arguments; ``said`` is a new folder for what it
    prints, ``path`` comes before where modules are looked for.
    """
    said.mkdir(parents=True)
    names = (said / "out", said / "err")
    words, places = [*map(str, arguments)], [*map(str, path)]
    process = _FORKS.Process(target=_run, args=(words, places, names, dict(os.environ)))
    _start(process, _COMMANDS)
    return Command(process, *names)


def _start(process: BaseProcess, of: forkserver.ForkServer) -> None:
    """The context has one process to fork from; servers should not wait for what commands need.

    That process looks for what it imports where PYTHONPATH says: Python 3.11 does not tell it where
    we look, and it is silent about what it does not find.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT / "tests"), prepend=os.pathsep)
        patch.setattr(forkserver, "connect_to_new_process", of.connect_to_new_process)
        process.start()


def _run(
    words: list[str], places: list[str], said: tuple[Path, Path], environment: dict[str, str]
) -> None:
    threads = [task.joinpath("comm").read_text() for task in Path("/proc/self/task").glob("*")]
    assert all(name.startswith(("python", "pytest", "jemalloc")) for name in threads), threads
    for number, file in enumerate(said, 1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), number)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    sys.argv = ["stillhouse", *words]
    sys.path[:0] = [*places, str(ROOT)]
    from flows.cli import main

    try:
        main()
    finally:
        atexit._run_exitfuncs()  # as the end of a program does, and that of a fork does not


def server(words: Sequence[str]) -> tuple[BaseProcess, int]:
    """A teacher server and its port."""
    receiver, sender = _FORKS.Pipe(duplex=False)
    process = _FORKS.Process(target=_serve, args=([*words], sender), daemon=True)
    _start(process, _SERVERS)
    sender.close()
    with os.fdopen(os.dup(receiver.fileno())) as said:
        port = int(said.readline())
    receiver.close()
    return process, port


def _serve(words: list[str], sender: Connection) -> None:
    os.dup2(sender.fileno(), 1)
    sys.argv = ["teacher_server", *words]
    import teacher_server

    teacher_server.main()
