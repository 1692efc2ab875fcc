"""A run that is stopped settles its ledger, keeps what is finished, and goes on as if never."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest
from conftest import RecipeFile, StartServer

from configs.load import load_recipe
from flows.pipeline import build
from flows.workspace import exclusively, run_of, workspace


class Stopped(BaseException):
    """As Prefect's TerminationSignal."""


def _raise(_number: int, _frame: object) -> None:
    raise Stopped


def test_stop_and_go_on(recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path) -> None:
    server = start_server({"latency": 0.3})
    path = recipe_file(server.url, {"concurrency": 8}, target=16, max_candidates=20)
    recipe = load_recipe(str(path), output=tmp_path / "stopped")
    stop = threading.Thread(target=_stop_after, args=(server.log, 6))
    before = signal.signal(signal.SIGUSR1, _raise)
    try:
        stop.start()
        with pytest.raises(Stopped):
            build(recipe)
    finally:
        stop.join()
        signal.signal(signal.SIGUSR1, before)
    sent = server.bodies()
    journal = workspace(recipe).journal
    attempts = journal.attempts(run_of(recipe))
    outcomes = [attempt["outcome"] for attempt in attempts]
    assert set(outcomes) <= {"ok", "cancelled", "unsent"} and "cancelled" in outcomes
    assert journal.spent(run_of(recipe)).requests == outcomes.count("ok") + outcomes.count(
        "cancelled"
    )
    with exclusively(recipe):
        pass  # The lock is free.
    time.sleep(0.5)
    assert server.bodies() == sent, "nothing is sent after the stop"
    again = build(recipe)
    resent = len(server.bodies()) - len({*server.bodies()})
    assert resent <= outcomes.count("cancelled"), "only what was in flight is asked again"
    whole = build(load_recipe(str(path), output=tmp_path / "whole"))
    names = {name: facts for name, facts in again.version.files.items() if "data/" in name}
    assert names == {n: f for n, f in whole.version.files.items() if "data/" in n} != {}


def _stop_after(log: Path, count: int) -> None:
    until = time.monotonic() + 60
    while len(log.read_text().splitlines()) < count and time.monotonic() < until:
        time.sleep(0.02)
    os.kill(os.getpid(), signal.SIGUSR1)
