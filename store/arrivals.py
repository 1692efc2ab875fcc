"""What has arrived and is not in the database yet: a file of this process, read again after a kill.

A transaction that waits for the disk takes milliseconds, in which a killed process would lose
replies that were paid for; appending to a file takes microseconds, and the file outlives the
process. Nobody uses a reply before its transaction is on the disk.
"""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
from filelock import FileLock, Timeout

_TURN_OVER = 1 << 20
"""Bytes after which the other file is used, once all that is in it is in the database."""


class Arrivals:
    """Two files beside a journal, used in turn. Safe for threads."""

    def __init__(self, journal: Path) -> None:
        """Make the files, and hold the lock that says this process lives."""
        base = _base(journal, uuid.uuid4().hex[:8])
        self._paths = [base.with_name(f"{base.name}-{turn}") for turn in (0, 1)]
        self._lock = FileLock(f"{base}.lock")
        self._lock.acquire()
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._files = [os.open(path, flags, 0o600) for path in self._paths]
        self._size, self._open = [0, 0], [0, 0]
        self._turn = 0
        self._guard = threading.Lock()

    def keep(self, operation: object) -> int:
        """Append an operation, a dataclass; returns the file it is in."""
        line = orjson.dumps(operation, option=orjson.OPT_APPEND_NEWLINE)
        with self._guard:
            other = 1 - self._turn
            if self._size[self._turn] > _TURN_OVER and self._open[other] == 0:
                os.ftruncate(self._files[other], 0)
                self._size[other], self._turn = 0, other
            os.write(self._files[self._turn], line)
            self._size[self._turn] += len(line)
            self._open[self._turn] += 1
            return self._turn

    def written(self, files: Sequence[int]) -> None:
        """Operations in these files are in the database now."""
        with self._guard:
            for file in files:
                self._open[file] -= 1

    def close(self) -> None:
        """Take the files away, unless something in them was not written."""
        for file in self._files:
            os.close(file)
        if not any(self._open):
            _remove(self._paths)
        self._lock.release()
        if not any(self._open):
            Path(self._lock.lock_file).unlink(missing_ok=True)


def recover(journal: Path, write: Callable[[list[dict[str, Any]]], None]) -> None:
    """Hand over what processes left behind that were killed, then take their files away."""
    for lock_file in sorted(journal.parent.glob(f"{journal.name}.arrivals-*.lock")):
        lock = FileLock(lock_file)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue  # It lives.
        base = lock_file.with_suffix("")
        paths = [base.with_name(f"{base.name}-{turn}") for turn in (0, 1)]
        write([operation for path in paths for operation in _operations(path)])
        _remove(paths)
        lock.release()
        lock_file.unlink(missing_ok=True)


def _base(journal: Path, name: str) -> Path:
    return journal.with_name(f"{journal.name}.arrivals-{name}")


def _operations(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_bytes().splitlines() if path.exists() else ():
        try:
            yield orjson.loads(line)
        except orjson.JSONDecodeError:
            return  # The write that the kill cut off; nothing comes after it.


def _remove(paths: Sequence[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
