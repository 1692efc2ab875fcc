"""Kill -9 half-way through generation, run the same command again: nothing is paid for twice."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from conftest import RecipeFile, Server, StartServer
from forked import Command, command

from configs.load import load_recipe
from flows.pipeline import build

CONCURRENCY = 8


def start(recipe: Path, output: Path) -> Command:
    """A build in a process of its own."""
    said = output.with_name(f"{output.name}-said-{time.monotonic_ns()}")
    return command("build", recipe, "--output", output, said=said)


def run(recipe: Path, output: Path) -> None:
    process = start(recipe, output)
    assert process.ended() == 0, process.err.read_text()


def journaled(output: Path) -> set[str]:
    """Canonical bodies of the requests whose replies the journal holds."""
    engine = sa.create_engine(f"sqlite:///{output / '.stillhouse' / 'journal.sqlite'}")
    with engine.connect() as connection:
        rows = connection.execute(sa.text("select request from replies")).scalars().all()
    engine.dispose()
    return {hashlib.sha256(row.encode()).hexdigest() for row in rows}


def kill_half_way(recipe: Path, output: Path, server: Server, expected: int) -> None:
    """Start a build and kill it with signal 9 once half of its calls were made."""
    asked = len(server.bodies())
    begun = start(recipe, output)
    deadline = time.monotonic() + 90
    while len(server.bodies()) - asked < expected // 2 and time.monotonic() < deadline:
        assert begun.process.is_alive(), "the build ended before it could be killed"
        time.sleep(0.01)
    begun.process.kill()
    assert begun.ended() == -signal.SIGKILL


def files(output: Path) -> dict[str, bytes]:
    """Bytes of every published file; the manifest without what it says of the run itself."""
    (folder,) = output.glob("rivers/rivers-v1")
    found = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        data = path.read_bytes()
        if path.name == "manifest.json":
            manifest = json.loads(data)
            for key in ("run", "sha256"):
                del manifest[key]
            data = json.dumps(manifest, sort_keys=True).encode()
        found[path.relative_to(folder).as_posix()] = data
    return found


@pytest.mark.usefixtures("new_vectors")
def test_kill_and_resume(
    tmp_path: Path, start_server: StartServer, recipe_file: RecipeFile, capsys: Any
) -> None:
    server = start_server({"latency": 0.25})
    # One shard, so that nothing but the journal can save what was answered before the kill.
    probes = {"verifier": {"planted": 20}}
    recipe = recipe_file(server.url, target=40, shard_size=200, max_candidates=120, probes=probes)

    build(load_recipe(str(recipe), output=tmp_path / "whole"))
    calls = server.bodies()
    assert len(calls) == len(set(calls)) > 50

    killed = tmp_path / "killed"
    kill_half_way(recipe, killed, server, len(calls))
    sent_before = server.bodies()[len(calls) :]
    held = journaled(killed)
    assert held, "nothing was answered before the kill"
    run(recipe, killed)
    sent_after = server.bodies()[len(calls) + len(sent_before) :]

    twice = set(sent_before) & set(sent_after)
    with capsys.disabled():
        print(
            f"\nkill -9 after {len(sent_before)} of {len(calls)} calls: {len(held)} replies were "
            f"held, {len(sent_after)} calls after the restart, {len(twice)} of them sent before "
            f"(in flight at the kill), {len(held & set(sent_after))} of held replies asked again"
        )
    assert not held & set(sent_after), "a reply that had arrived was asked for again"
    assert len(twice) <= CONCURRENCY, "more than the calls in flight were sent twice"
    assert set(calls) == set(sent_before) | set(sent_after)
    assert files(tmp_path / "whole") == files(killed)
    assert not list((killed / ".stillhouse").glob("*.arrivals-*")), "left behind"


def test_ctrl_c_says_that_nothing_is_lost(
    tmp_path: Path, start_server: StartServer, recipe_file: RecipeFile
) -> None:
    server = start_server({"latency": 0.5})
    recipe = recipe_file(server.url, target=40, shard_size=200, max_candidates=120)
    begun = start(recipe, tmp_path / "out")
    deadline = time.monotonic() + 90
    while not server.bodies() and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(begun.process.pid or 0, signal.SIGINT)
    code, said = begun.ended(), begun.err.read_text()
    assert code == 130 and "Traceback" not in said
    assert said.endswith("stopped: what was answered is kept; run the same command to go on\n")
