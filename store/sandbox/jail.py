"""Runs a program shut in. Run as a script, by its path, with nothing of the project:
``jail.py FOLDER MEMORY_BYTES CPU_SECONDS FILTER STATUS_FD PROGRAM ARGUMENT...``.

Linux only. Namespaces of its own leave it no network and no other process to see; Landlock leaves
it the folder to write, and Python and system libraries to read; limits hold memory, time, files;
the filter (hexadecimal, ``calls.py``) refuses calls. It writes ``ready`` to STATUS_FD where all of
that holds, else what does not, and then ends.

Three processes: the guard, which ends with its caller and ends all on SIGTERM; the first of the
namespace, with whose end the kernel ends all others there, and which they cannot harm; the program.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

_NAMESPACES = 0x10000000 | 0x40000000 | 0x20000000 | 0x08000000 | 0x20000
"""Of users, network, processes, IPC and mounts."""
_NOBODY = 65534
_PRIVATE, _PLAIN_FILES = 0x40000 | 0x4000, 0x2 | 0x4
"""Flags of mounts: all beneath are its own; no set-user-id, no devices."""
_NO_NEW_PRIVILEGES, _DEATH_SIGNAL, _FILTER_CALLS = 38, 1, 22
_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_READ = 0b1101
"""Landlock's rights to run a file, read it, and list a folder."""
_FILE_ONLY = 0b101
_READABLE = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/dev/null", "/dev/urandom")
_NAMED_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many rights on files a version of Landlock knows."""
_FILE_BYTES = 16 * 2**20
_FOLDER = b"size=64m,nr_inodes=1000,mode=700"
"""What the files of the folder may take together."""
_OPEN_FILES = 64
_PROCESSES = 32

_libc = ctypes.CDLL(None, use_errno=True)


class _Rules(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


class _Program(ctypes.Structure):
    _fields_ = (("steps", ctypes.c_ushort), ("first", ctypes.c_char_p))


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


def _own_folder(folder: str) -> None:
    """Puts a folder in memory, limited in size, in the place of ``folder``, with the same files. It
    is gone with the program.
    """
    files = {path: path.read_bytes() for path in Path(folder).iterdir()}
    _call("mounts", _libc.mount(None, b"/", None, _PRIVATE, None))
    _call("folder", _libc.mount(b"none", folder.encode(), b"tmpfs", _PLAIN_FILES, _FOLDER))
    for path, content in files.items():
        path.write_bytes(content)
    os.chdir(folder)


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


def _refuse_calls(steps: bytes) -> None:
    program = _Program(len(steps) // 8, steps)
    _call("filter of calls", _libc.prctl(_FILTER_CALLS, 2, ctypes.byref(program), 0, 0))


def _end_with_parent() -> None:
    _call("death signal", _libc.prctl(_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0))


def _become_nobody() -> None:
    """Files of a folder in memory need an owner; under this one a program has no rights of root."""
    own = os.getuid(), os.getgid()
    _call("namespaces", _libc.unshare(_NAMESPACES))
    Path("/proc/self/setgroups").write_text("deny")
    for name, id_ in zip(("uid_map", "gid_map"), own, strict=True):
        Path(f"/proc/self/{name}").write_text(f"{_NOBODY} {id_} 1")


def _wait(child: int) -> int:
    """A child's exit status, or 128 and the signal that ended it."""
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return ended if ended >= 0 else 128 - ended


def main(folder: str, memory: str, seconds: str, steps: str, status: str, *program: str) -> int:
    """Runs ``program`` shut in; its exit status, or 128 and the signal that ended it."""
    told = int(status)
    try:
        _end_with_parent()
        _become_nobody()
        first = os.fork()
        if first:
            signal.signal(signal.SIGTERM, lambda *_: os.kill(first, signal.SIGKILL))
            os.close(told)
            return _wait(first)
        _end_with_parent()
        _own_folder(folder)
        child = os.fork()
        if child:
            os.close(told)
            os._exit(_wait(child))
        os.setsid()  # a signal to its own group reaches nobody else
        _confine(folder)
        _limit(int(memory), int(seconds))
        _refuse_calls(bytes.fromhex(steps))
        os.write(told, b"ready")
        os.close(told)
        environment = {"PYTHONHASHSEED": "0", "HOME": folder, "LC_ALL": "C.UTF-8"}
        os.execve(program[0], program, environment)
    except OSError as error:
        os.write(told, f"{error}".encode())
        os._exit(1)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
