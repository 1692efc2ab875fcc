"""Publishers that are killed at each of their writes: afterwards stands the old version or the new.

A child is forked for each write, killed just before it, and another looks at what is left and
publishes again. The parent reads and writes nothing, since what it opened would be forked along.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from configs.locations import Location, location_of

_WRITING = os.O_WRONLY | os.O_RDWR
_CHANGES = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.truncate"}
_SENDING = {
    *("put_object", "upload_part", "create_multipart_upload", "complete_multipart_upload"),
    *("delete_object", "delete_objects"),
}


@dataclass(frozen=True)
class Killed:
    """Writes at which a publisher was killed, and those after which something was not right."""

    points: int
    broken: tuple[int, ...]


def kill_apart(root: str, step: int = 1, answered: bool = False) -> Killed:
    """The same in a process of its own: only one that has used nothing yet can be forked."""
    command = [sys.executable, "-m", "benchmarks.store_kills", root, str(step), str(int(answered))]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, timeout=600)
    points, broken = json.loads(done.stdout)
    return Killed(points, tuple(broken))


def kill_at_every_write(root: str, rows: int = 40, step: int = 1, answered: bool = False) -> Killed:
    """Kill a publisher of a second version before each of its writes, or in object storage after
    they were answered; look at every ``step``-th of them.
    """
    import datasets  # noqa: F401  what children need is imported once
    import s3fs  # noqa: F401

    broken: list[int] = []
    point = 1
    while True:
        place = f"{root}/{uuid.uuid4().hex}"
        if _in_child(partial(_publish, place, rows, "old")) != 0:
            raise RuntimeError("the first version could not be published")
        ended = _in_child(partial(_die, place, rows, point, answered))
        if ended == 0:
            return Killed((point - 1) // step, tuple(broken))
        if ended != -signal.SIGKILL:
            raise RuntimeError(f"a publisher failed before write {point}")
        if _in_child(partial(_look, place, rows)) != 0:
            broken.append(point)
        point += step


def _in_child(work: Callable[[], object]) -> int:
    """The exit code of a forked child that does this, less than zero where it was killed."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _publish(place: str, rows: int, say: str) -> Any:
    from benchmarks.store_content import content, manifest
    from store.publish import publish

    return publish(location_of(place), "made", content(rows, say), manifest(rows))


def _die(place: str, rows: int, point: int, answered: bool) -> None:
    root = location_of(place)
    left = [point]
    if isinstance(root, Path):
        sys.addaudithook(lambda event, args: _before_change(str(root), left, event, args))
    else:
        _hook_sending(left, answered)
    _publish(place, rows, "new")


def _before_change(root: str, left: list[int], event: str, args: tuple[Any, ...]) -> None:
    if event == "open":
        changes = isinstance(args[2], int) and bool(args[2] & _WRITING)
    else:
        changes = event in _CHANGES
    if changes and str(args[0]).startswith(root):
        _count(left)


def _hook_sending(left: list[int], answered: bool) -> None:
    import s3fs

    send = s3fs.S3FileSystem._call_s3

    async def counted(self: Any, method: str, *args: Any, **more: Any) -> Any:
        if method not in _SENDING:
            return await send(self, method, *args, **more)
        if not answered:
            _count(left)
        found = await send(self, method, *args, **more)
        if answered:
            _count(left)
        return found

    s3fs.S3FileSystem._call_s3 = counted


def _count(left: list[int]) -> None:
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)


def _look(place: str, rows: int) -> None:
    """See that the old version or the new one stands whole, and that publishing goes on."""
    root = location_of(place)
    _check_standing(root, rows)
    version = _publish(place, rows, "new")
    said = _answers(version)
    assert said == {"new"}, f"published again, it says {said}"
    _check_standing(root, rows)


def _check_standing(root: Location, rows: int) -> None:
    from store.checks import check_pointers, verify
    from store.versions import latest, list_versions

    versions = list_versions(root, "made")
    first = latest(root, "made")
    assert first is not None, "no version is the latest"
    assert first in versions, "the latest version is not among the versions"
    for version in versions:
        assert verify(version) == [], f"{version.name}: {verify(version)}"
        said = _answers(version)
        assert said in ({"old"}, {"new"}), f"{version.name} says {said}"
        assert len(version.table("data")) == rows, f"{version.name} has lost rows"
    problems = list(check_pointers(root, "made"))
    assert not problems, str(problems)


def _answers(version: Any) -> set[str]:
    return {text.partition(" ")[0] for text in version.table("data", ["answer"])["answer"]}


if __name__ == "__main__":
    found = kill_at_every_write(sys.argv[1], step=int(sys.argv[2]), answered=sys.argv[3] == "1")
    print(json.dumps([found.points, found.broken]))
