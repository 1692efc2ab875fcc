"""Shuts itself in, then becomes another program. Run as a script, by its path, with nothing of the
project: ``jail.py FOLDER MEMORY_BYTES CPU_SECONDS STATUS_FD PROGRAM ARGUMENT...``.

Linux only. Namespaces of its own leave it no network and no other process to see; Landlock leaves
it the folder to write, and Python and system libraries to read; limits hold memory, time, files.
It writes ``ready`` to STATUS_FD where all of that holds, else what does not, and then ends.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

_NAMESPACES = 0x10000000 | 0x40000000 | 0x20000000 | 0x08000000  # user, network, processes, IPC
_NO_NEW_PRIVILEGES, _DEATH_SIGNAL = 38, 1
_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_READ = 0b1101
"""Landlock's rights to run a file, read it, and list a folder."""
_FILE_ONLY = 0b101
_READABLE = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/dev/null", "/dev/urandom")
_NAMED_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many rights on files a version of Landlock knows."""
_FILE_BYTES = 16 * 2**20
_OPEN_FILES = 64
_PROCESSES = 32
_ENVIRONMENT = {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"}

_libc = ctypes.CDLL(None, use_errno=True)


class _Rules(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def _call(what: str, result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")
    return result


def _limit(memory: int, seconds: int) -> None:
    for name, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, _FILE_BYTES),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_NPROC, _PROCESSES),
        (resource.RLIMIT_CORE, 0),
    ):
        held = resource.getrlimit(name)[1]
        most = most if held == resource.RLIM_INFINITY else min(most, held)
        resource.setrlimit(name, (most, most))


def _confine(folder: str) -> None:
    """Leaves files outside ``folder`` out of reach, but for what Python needs to start."""
    version = _call("landlock", _libc.syscall(_CREATE, None, 0, 1))
    rights = (1 << _NAMED_RIGHTS.get(version, 16)) - 1
    rules = _Rules(rights, 3, 3)
    size = 8 if version < 4 else 16 if version < 6 else 24
    held = _call("landlock", _libc.syscall(_CREATE, ctypes.byref(rules), size, 0))
    _allow(held, folder, rights)
    for path in {*_READABLE, sys.base_prefix, os.path.realpath(sys.executable)}:
        if Path(path).exists():
            _allow(held, path, _READ if Path(path).is_dir() else _FILE_ONLY)
    _call("no new privileges", _libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    _call("landlock", _libc.syscall(_RESTRICT, held, 0))
    os.close(held)


def _allow(held: int, path: str, rights: int) -> None:
    folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
    rule = _Beneath(rights, folder)
    _call(path, _libc.syscall(_ADD_RULE, held, 1, ctypes.byref(rule), 0))
    os.close(folder)


def main(folder: str, memory: str, seconds: str, status: str, *program: str) -> int:
    """Runs ``program`` shut in; its exit status, or 128 and the signal that ended it."""
    told = int(status)
    try:
        _call("namespaces", _libc.unshare(_NAMESPACES))
        child = os.fork()
        if child == 0:
            _libc.prctl(_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
            _confine(folder)
            _limit(int(memory), int(seconds))
            os.write(told, b"ready")
            os.close(told)
            os.execve(
                program[0], program, {"PYTHONHASHSEED": "0", "HOME": folder, "LC_ALL": "C.UTF-8"}
            )
    except OSError as error:
        os.write(told, f"{error}".encode())
        os._exit(1)
    os.close(told)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return ended if ended >= 0 else 128 - ended


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
