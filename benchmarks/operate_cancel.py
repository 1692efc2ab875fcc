"""How long a cancelled run goes on: until its state says so, and until nothing is sent any more."""

from __future__ import annotations

import os
import time
from pathlib import Path

from benchmarks.load import KEY, server, stats
from benchmarks.made_rivers import write_rivers
from benchmarks.operate_flow import recipe_file
from benchmarks.prefect_server import Server, served, serving_prefect, until

_MUST_SEND, _MAY_SEND_LATE = 8, 3.0
"""Calls before a run is cancelled, and seconds after which no more may come."""


def cancelled_s(folder: Path) -> float:
    """Seconds from cancelling a run of a served deployment to its state `Cancelled`.

    Raises:
        RuntimeError: it ended otherwise, or went on sending.
    """
    os.environ["TEACHER_API_KEY"] = KEY
    documents = write_rivers(folder / "documents", 60)
    with server(latency=1.0) as url, serving_prefect(folder) as known:
        teacher = {"name": "slow", "kind": "openai", "base_url": url, "model": "m"}
        teachers = [{**teacher, "api_key_env": "TEACHER_API_KEY", "concurrency": 4}]
        recipe = recipe_file(documents, folder / "out", teachers=teachers, target=100)
        prefect = Server(known["PREFECT_API_URL"])
        words = ("--only", "build-dataset", "--recipe", recipe, "--reports", -1)
        with served(known, folder / "serve.log", *words):
            build = until(lambda: prefect.deployment("build-dataset"))
            run = prefect.ask(f"deployments/{build}/create_flow_run")["id"]
            until(lambda: stats(url)["requests"] >= _MUST_SEND)
            started = time.perf_counter()
            prefect.ask(f"flow_runs/{run}/set_state", state={"type": "CANCELLING"}, force=True)
            ended = prefect.ended(run, "Cancelled", "Completed", "Failed", "Crashed")
            took = time.perf_counter() - started
        before = stats(url)["requests"]
        time.sleep(_MAY_SEND_LATE)
        if ended != "Cancelled" or stats(url)["requests"] != before:
            raise RuntimeError(f"the run ended as {ended}, or went on sending")
    return took
