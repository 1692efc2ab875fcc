"""Code that means harm, run shut in: no harm is done, and what fails is told with its reason."""

from __future__ import annotations

import os
import platform
import resource
import signal
import socket
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from store.sandbox import Run, run_python
from store.sandbox.calls import call_filter

SECRET = "the-secret-of-the-test"
MEMORY_MB = 256

HOSTILE = {
    "reads a system file": ("open('/etc/passwd')", "PermissionError"),
    "reads a file": ("print(open('$secret').read())", "PermissionError"),
    "writes to a file": ("open('$secret', 'a').write('x')", "PermissionError"),
    "makes a file": ("open('$folder/new', 'w')", "PermissionError"),
    "deletes a file": ("import os\nos.remove('$secret')", "PermissionError"),
    "lists a folder": ("import os\nprint(os.listdir('$folder'))", "PermissionError"),
    "reads over a symbolic link": (
        "import os\nos.symlink('$secret', 'a')\nprint(open('a').read())",
        "PermissionError",
    ),
    "makes a hard link": ("import os\nos.link('$secret', 'a')", "Error"),
    "moves a file in": ("import os\nos.rename('$secret', 'a')", "Error"),
    "connects by TCP": (
        "import socket\nsocket.create_connection(('127.0.0.1', $port))",
        "PermissionError",
    ),
    "sends by UDP": (
        "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "s.sendto(b'x', ('127.0.0.1', $port))",
        "PermissionError",
    ),
    "asks for a name": ("import socket\nsocket.getaddrinfo('example.com', 80)", "gaierror"),
    "connects in the file system": (
        "import socket\nsocket.socket(socket.AF_UNIX).connect('$socket')",
        "PermissionError",
    ),
    "connects to the machine's host": (
        "import socket\nsocket.socket(socket.AF_VSOCK).connect((2, 1))",
        "PermissionError",
    ),
    "forks without end": ("import os\nwhile True:\n    os.fork()", "PermissionError"),
    "forks past Python": ("import ctypes\nassert ctypes.CDLL(None).fork() == -1", ""),
    "starts threads without end": (
        "import threading, time\nthreading.stack_size(32768)\n"
        "while True:\n    threading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
        "still running|can't start new thread|MemoryError",
    ),
    "takes memory at once": ("x = bytearray(10 ** 10)", "MemoryError"),
    "takes memory bit by bit": ("x = []\nwhile True:\n    x.append(' ' * 10 ** 6)", "MemoryError"),
    "takes memory beside its own": ("import os\nos.memfd_create('x')", "PermissionError"),
    "does not end": ("while True:\n    pass", "still running after 1 s"),
    "hides from its end": (
        "import ctypes, os, signal, time\nctypes.CDLL(None).prctl(1, 0)\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "try:\n    os.setsid()\nexcept OSError:\n    pass\ntime.sleep(600)",
        "still running after 1 s",
    ),
    "waits for input": ("input()", "EOFError"),
    "prints without end": ("while True:\n    print('x' * 10_000)", "File too large"),
    "writes a huge file": ("open('a', 'w').write(' ' * 2 ** 25)", "File too large"),
    "writes large files": (
        "for i in range(9):\n    open(str(i), 'wb').write(bytes(10 ** 7))",
        "No space left",
    ),
    "makes many files": ("for i in range(10_000):\n    open(str(i), 'w')", "No space left"),
    "ends another process": ("import os\nos.kill($victim, 9)", "ProcessLookupError"),
    "ends its parent": (
        "import os\ntry:\n    os.kill(os.getppid(), 9)\nexcept PermissionError:\n    pass",
        "",
    ),
    "ends all it can": ("import os\nos.kill(-1, 9)", "PermissionError|ProcessLookupError"),
    "ends its group": ("import os\nos.kill(0, 9)", "ended by signal 9"),
    "reads its environment": ("import os\nprint(os.environ)", ""),
    "reads another's environment": (
        "print(open('/proc/$victim/environ').read())",
        "PermissionError",
    ),
    "reads its parent's environment": ("print(open('/proc/1/environ').read())", "PermissionError"),
    "traces another process": (
        "import ctypes\nassert ctypes.CDLL(None).ptrace(16, $victim, 0, 0) == -1",
        "",
    ),
    "becomes root": ("import os\nos.setuid(0)", "Invalid argument"),
    "changes its root": ("import os\nos.chroot('.')", "PermissionError"),
    "leaves its mount": (
        "import ctypes, os\nassert ctypes.CDLL(None).umount2(os.getcwd().encode(), 2) == -1",
        "",
    ),
    "asks a shell": (
        "import subprocess\nsubprocess.run('cat $secret', shell=True)",
        "PermissionError",
    ),
    "becomes a shell": (
        "import os\nos.execv('/bin/sh', ['sh', '-c', 'exec cat $secret'])",
        "Permission denied",
    ),
    "ends at once": ("import os\nos._exit(0)", ""),
    "does it at its end": (
        "import atexit\natexit.register(lambda: open('$secret', 'a').write('x'))",
        "",
    ),
    "writes to what it inherited": (
        "import os\nfor n in range(3, 64):\n    try:\n        os.write(n, b'ready')\n"
        "    except OSError:\n        continue\n    raise SystemExit(f'{n} is open')",
        "",
    ),
    "loads this project": ("import configs", "ModuleNotFoundError"),
    "does it in an example": (">>> open('$secret').read()", "Failed example"),
}
"""What a snippet does: its code, and why it fails (a pattern), nothing where it is without harm."""


@dataclass(frozen=True)
class World:
    """What snippets try to harm."""

    folder: Path
    tcp: socket.socket
    udp: socket.socket
    unix: socket.socket
    victim: subprocess.Popen[bytes]

    def aimed(self, code: str) -> str:
        """A snippet with its aims filled in."""
        return string.Template(code).substitute(
            secret=self.folder / "secret.txt",
            folder=self.folder,
            port=self.tcp.getsockname()[1],
            socket=self.folder / "socket",
            victim=self.victim.pid,
        )

    def is_unharmed(self) -> bool:
        """Whether nothing of it was changed, reached or ended."""
        there = sorted(path.name for path in self.folder.iterdir())
        return (
            there == ["secret.txt", "socket"]
            and (self.folder / "secret.txt").read_text() == SECRET
            and not any(map(was_reached, (self.tcp, self.udp, self.unix)))
            and self.victim.poll() is None
        )


def was_reached(listener: socket.socket) -> bool:
    try:
        if listener.type == socket.SOCK_DGRAM:
            listener.recv(1)
        else:
            listener.accept()
    except BlockingIOError:
        return False
    return True


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    tried = run_python("x = 1", 20, MEMORY_MB)
    if not tried.shut_in:
        pytest.skip(f"this machine cannot shut code in: {tried.why}")
    folder = tmp_path_factory.mktemp("w")
    (folder / "secret.txt").write_text(SECRET)
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv("STILLHOUSE_SECRET", SECRET)
        patch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("rooms")))
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(tcp.getsockname())
        unix = stack.enter_context(socket.socket(socket.AF_UNIX))
        unix.bind(str(folder / "socket"))
        unix.listen()
        for listener in (tcp, udp, unix):
            listener.setblocking(False)
        victim = subprocess.Popen(["sleep", "600"])
        stack.callback(victim.wait)
        stack.callback(victim.kill)
        yield World(folder, tcp, udp, unix, victim)


def left_behind() -> list[str]:
    """Command lines of processes that were started in a room of these tests."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().decode(errors="replace")
        except OSError:  # it has ended
            continue
        if f"{tempfile.gettempdir()}/stillhouse-run-" in line:
            found.append(line)
    return found


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the jail is Linux's")
@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_code_does_no_harm(what: str, world: World) -> None:
    code, why = HOSTILE[what]
    most = max(MEMORY_MB * 1024, *map(taken, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
    start = time.perf_counter()
    ended = run_python(world.aimed(code), 1 if "still" in why else 20, MEMORY_MB)
    assert time.perf_counter() - start < 10
    assert ended.shut_in and ended.ok == (not why), ended
    assert not why or any(part in ended.why for part in why.split("|")), ended
    assert world.is_unharmed()
    assert SECRET not in f"{ended.printed}{ended.why}" and len(ended.printed) <= 4000
    assert left_behind() == [] and not [*Path(tempfile.gettempdir()).iterdir()]
    # A child counts the memory of the process it was forked from.
    assert taken(resource.RUSAGE_CHILDREN) <= most + 16 * 1024


def taken(by: int) -> int:
    """Most memory that a process took, in KiB."""
    return resource.getrusage(by).ru_maxrss


@pytest.mark.usefixtures("world")
def test_threads_and_files_of_its_own_are_allowed() -> None:
    code = (
        "import threading\nopen('a', 'w').write('said')\n"
        "t = threading.Thread(target=lambda: print(open('a').read()))\nt.start()\nt.join()"
    )
    assert run_python(code, 20, MEMORY_MB) == Run(True, True, "", "said\n")


@pytest.mark.usefixtures("world")
def test_the_program_ends_with_who_started_it() -> None:
    sleeps = "import time\ntime.sleep(600)"
    code = f"from store.sandbox import run_python\nrun_python({sleeps!r}, 600, 256)"
    place = {**os.environ, "TMPDIR": tempfile.gettempdir()}
    caller = subprocess.Popen([sys.executable, "-c", code], env=place, cwd=Path.cwd())
    try:
        until(lambda: any("jail.py" not in line for line in left_behind()))
    finally:
        caller.kill()
        caller.wait()
    until(lambda: not left_behind())
    assert caller.returncode == -signal.SIGKILL and not left_behind()


def until(holds: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, left_behind()
        time.sleep(0.05)


def test_nothing_is_run_on_a_machine_whose_calls_are_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert call_filter("riscv64") == b"" and len(call_filter("aarch64")) % 8 == 0
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    ended = run_python("x = 1", 20, MEMORY_MB)
    assert not ended.shut_in and ("riscv64" in ended.why or "Linux" in ended.why)
