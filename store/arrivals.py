"""What has arrived and is not in the database yet: a file of this process, read again after a kill.

A transaction that waits for the disk takes milliseconds, in which a killed process would lose
replies that were paid for; appending to a file takes microseconds, and the file outlives the
process. Nobody uses a reply before its transaction is on the disk.
"""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import orjson
from filelock import FileLock, Timeout

T = TypeVar("T")
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

    @property
    def lock_file(self) -> Path:
        """What says that this process lives."""
        return Path(self._lock.lock_file)

    def keep(self, operation: object) -> int:
        """Append an operation, a dataclass; returns the file it is in."""
        line = orjson.dumps(operation, option=orjson.OPT_APPEND_NEWLINE)
        with self._guard:
            other = 1 - self._turn
            if self._size[self._turn] > _TURN_OVER and self._open[other] == 0:
                os.ftruncate(self._files[other], 0)
                self._size[other], self._turn = 0, other
            self._append(line)
            self._size[self._turn] += len(line)
            self._open[self._turn] += 1
            return self._turn

    def forget(self) -> None:
        """Empty the files in which nothing waits any more, so that no byte of a reply is left."""
        with self._guard:
            for turn, waiting in enumerate(self._open):
                if waiting == 0:
                    os.ftruncate(self._files[turn], 0)
                    self._size[turn] = 0

    def _append(self, line: bytes) -> None:
        file, rest = self._files[self._turn], memoryview(line)
        try:
            while rest:
                rest = rest[os.write(file, rest) :]
        except OSError:
            # A piece of a line would spoil the next one.
            os.ftruncate(file, self._size[self._turn])
            raise

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


def others_live(journal: Path, own: Path) -> bool:
    """Whether a process beside the one with its ``own`` lock has a journal open."""
    for lock_file in journal.parent.glob(f"{journal.name}.arrivals-*.lock"):
        if lock_file == own:
            continue
        try:
            with FileLock(lock_file, timeout=0):
                pass
        except Timeout:
            return True
    return False


def recover(
    journal: Path, read: Callable[[Any], T | None], write: Callable[[list[T]], None]
) -> None:
    """Hand over what processes left behind that were killed, then take their files away. A file
    with something that ``read`` makes nothing of is kept under a name that ends in ``.unread``.
    """
    for lock_file in sorted(journal.parent.glob(f"{journal.name}.arrivals-*.lock")):
        lock = FileLock(lock_file)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue  # It lives.
        base = lock_file.with_suffix("")
        paths = [base.with_name(f"{base.name}-{turn}") for turn in (0, 1)]
        found = {path: _operations(path, read) for path in paths if path.exists()}
        write([one for some in found.values() for one in some if one is not None])
        for path in (path for path, some in found.items() if None in some):
            path.rename(f"{path}.unread")
        _remove(paths)
        lock.release()
        lock_file.unlink(missing_ok=True)


def _base(journal: Path, name: str) -> Path:
    return journal.with_name(f"{journal.name}.arrivals-{name}")


def _operations(path: Path, read: Callable[[Any], T | None]) -> list[T | None]:
    """What a file holds; None for lines that cannot be read."""
    *lines, rest = path.read_bytes().split(b"\n")
    found = [_operation(line, read) for line in lines]
    # The kill may have cut off the last write, which is then no loss.
    last = _operation(rest, read)
    return found if last is None else [*found, last]


def _operation(line: bytes, read: Callable[[Any], T | None]) -> T | None:
    try:
        return read(orjson.loads(line))
    except orjson.JSONDecodeError:
        return None


def _remove(paths: Sequence[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
