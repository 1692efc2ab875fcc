"""A flow killed at random points and started again, beside one that nobody disturbed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.load import KEY, server, stats
from benchmarks.made_rivers import write_rivers
from benchmarks.operate_flow import recipe_file, run
from benchmarks.prefect_server import serving_prefect, until

_IN_FLIGHT = 4


@dataclass(frozen=True)
class Kills:
    """How often it was killed, whether the version is the same, and calls paid more than once
    beyond those that were in flight.
    """

    count: int
    same: bool
    paid_twice: int


def killed(folder: Path, count: int = 10) -> Kills:
    """Kill a build of 120 candidates so often with signal 9, each time a few calls later.

    Raises:
        RuntimeError: the last start failed.
    """
    os.environ["TEACHER_API_KEY"] = KEY
    documents = write_rivers(folder / "documents", 60)
    with serving_prefect(folder) as known, server(latency=0.3) as url:
        teacher = {"name": "teacher", "kind": "openai", "base_url": url, "model": "m"}
        fields = {
            "teachers": [{**teacher, "api_key_env": "TEACHER_API_KEY", "concurrency": _IN_FLIGHT}],
            "target": 90,
            "shard_size": 30,
        }
        recipe = recipe_file(documents, folder / "killed", **fields)
        command = [sys.executable, "-m", "benchmarks.operate_runs", "flow", str(recipe)]
        for more in np.random.default_rng(10).integers(1, 10, count):
            _kill_after(int(more), command, known, url)
        run("flow", documents, folder / "killed", known, **fields)
        twice = stats(url)["paid_twice"]
        run("flow", documents, folder / "whole", known, **fields)
    same = _files(folder / "killed") == _files(folder / "whole") != {}
    return Kills(count, same, max(0, twice - count * _IN_FLIGHT))


def _kill_after(calls: int, command: Sequence[str], known: Mapping[str, str], url: str) -> None:
    """Start it, and kill it once the teacher has seen so many calls more, unless it has ended."""
    wanted, unsaid = stats(url)["requests"] + calls, subprocess.DEVNULL
    environment = {**os.environ, **known}
    process = subprocess.Popen(command, env=environment, stdout=unsaid, stderr=unsaid)
    until(lambda: stats(url)["requests"] >= wanted or process.poll() is not None)
    process.kill()
    process.wait()


def _files(output: Path) -> dict[str, bytes]:
    """What a version holds, without what differs between two runs of the same."""
    found = output.glob("rivers/rivers-v1/*/*.parquet")
    return {f"{path.parent.name}/{path.name}": path.read_bytes() for path in found}
