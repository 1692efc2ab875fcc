"""Runs Python that nobody has read, for a moment and shut in as far as the kernel allows.

What holds: a folder of its own in memory, of 64 MB and 1000 files, gone with the program; no
network, not even the machine's own, and no sockets in the file system; no sight of other processes
and none of its own, only threads; no file outside the folder but Python and system libraries, to
read; no inherited environment; limits of time, memory, file size and open files; its end when time
is up or who started it has ended. It needs no root and no other program, only Linux with user
namespaces, Landlock (5.13) and seccomp on x86-64 or ARM64. Where one is missing, nothing is run.

What does not hold: the kernel is the machine's, so a hole in it is a way out; the filter refuses
the calls that are known to be a danger and lets all others through; until time is up a program may
burn all cores with threads. Code from a source that means harm belongs into a virtual machine.
"""

from __future__ import annotations

import contextlib
import os
import platform
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, NamedTuple

from store.sandbox.calls import call_filter

_HERE = Path(__file__).parent
_JAIL, _EXAMPLES = _HERE / "jail.py", _HERE / "examples.py"
_SHOWN = 300
_READ = 20_000
"""Last bytes of what is written that are read."""
_PRINTED = 4_000
"""First bytes of its standard output that are kept."""
_SIGNALLED = 128
_PATIENCE_S = 5


class Run(NamedTuple):
    """How a piece of code ended. ``shut_in`` is False where it was not run, for ``why``;
    ``printed`` is the beginning of what it wrote to its standard output.
    """

    shut_in: bool
    ok: bool
    why: str
    printed: str = ""


def run_python(code: str, timeout_s: float, memory_mb: int) -> Run:
    """Runs a program, or the ``>>>`` examples of a text, in a jail of its own."""
    if not sys.platform.startswith("linux"):
        return Run(False, False, "code is only run on Linux")
    with tempfile.TemporaryDirectory(
        prefix="stillhouse-run-", ignore_cleanup_errors=True
    ) as folder:
        room = Path(folder).resolve()
        (room / "block.py").write_text(code, encoding="utf-8", errors="replace")
        program = [str(room / "block.py")]
        if code.lstrip().startswith(">>>"):
            (room / "examples.py").write_bytes(_EXAMPLES.read_bytes())
            program.insert(0, str(room / "examples.py"))
        return _jailed(room, program, timeout_s, memory_mb)


def _jailed(room: Path, program: list[str], timeout_s: float, memory_mb: int) -> Run:
    steps = call_filter(platform.machine())
    if not steps:
        return Run(False, False, f"no filter of calls for {platform.machine()}")
    python = [os.path.realpath(sys.executable), "-I", "-S", "-B", "-X", "utf8"]
    told, tells = os.pipe()
    limits = [str(room), str(memory_mb * 2**20), str(int(timeout_s) + 1), steps.hex(), str(tells)]
    # What it writes is kept outside the folder, where it cannot be made into something else.
    with (
        tempfile.TemporaryFile() as output,
        tempfile.TemporaryFile() as errors,
        os.fdopen(told, "rb") as status,
    ):
        process = subprocess.Popen(
            [*python, str(_JAIL), *limits, *python, *program],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            cwd=room,
            env={},
            pass_fds=(tells,),
            start_new_session=True,
        )
        os.close(tells)
        ended = _wait(process, timeout_s)
        shut_in = status.read(_SHOWN).decode("utf-8", "replace")
        said, printed = _last_words(errors), _first_words(output)
    if shut_in != "ready":
        return Run(False, False, shut_in or "the jail did not start")
    if ended is None:
        return Run(True, False, f"still running after {timeout_s:g} s", printed)
    if ended > _SIGNALLED:
        said = said or f"ended by signal {ended - _SIGNALLED}"
    why = "" if ended == 0 else said or f"ended with status {ended}"
    return Run(True, ended == 0, why, printed)


def _wait(process: subprocess.Popen[bytes], timeout_s: float) -> int | None:
    """The exit status, or None where time was up; in any case nothing is left running."""
    try:
        return process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        process.terminate()  # the guard ends what it guards, waits for that, and ends
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE_S)
        return None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _first_words(output: IO[bytes]) -> str:
    output.seek(0)
    return output.read(_PRINTED).decode("utf-8", "replace")


def _last_words(errors: IO[bytes]) -> str:
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(size - _READ, 0))
    lines = errors.read().decode("utf-8", "replace").split("\n")
    return next((line.strip()[:_SHOWN] for line in reversed(lines) if line.strip()), "")
