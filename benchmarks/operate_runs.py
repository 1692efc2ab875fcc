"""One build in a process of its own: ``python -m benchmarks.operate_runs directly|flow RECIPE``.

Prints one line of JSON: seconds of the build, imports left out, and the memory of the process in MB
after each of its shards of candidates.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from configs.load import load_recipe
from configs.recipe import Recipe
from flows.pipeline import Built, build
from flows.production import Step, directly

_COLLECT_EVERY = 100
"""Shards between two collections of garbage; memory is compared at these."""


def main() -> None:
    """Build and print."""
    how, path = sys.argv[1:]
    recipe, memory = load_recipe(path), list[float]()

    def make(recipe: Recipe, step: Step) -> Built:
        return build(recipe, _watched(step, memory))

    run = _in_flow(recipe, make) if how == "flow" else lambda: make(recipe, directly)
    started = time.perf_counter()
    run()
    print(json.dumps({"wall_s": time.perf_counter() - started, "memory_mb": memory}))


def _in_flow(recipe: Recipe, make: Callable[[Recipe, Step], Built]) -> Callable[[], object]:
    import flows.build  # sets what must be set before Prefect is imported

    assert flows.build
    from prefect import flow

    from flows.runs.dataset import run_dataset

    # The flow of a user, but for the watch on memory.
    @flow(name="build-dataset", flow_run_name=recipe.name)
    def measured() -> object:
        return run_dataset(recipe, make)

    return measured


def _watched(step: Step, memory: list[float]) -> Step:
    """The same, noting the memory of the process after each shard of candidates."""

    def run(function: Callable[..., Any], *args: Any, label: str) -> Any:
        found = step(function, *args, label=label)
        if label.startswith("generate"):
            if len(memory) % _COLLECT_EVERY == 0:
                gc.collect()  # It takes most of a second where a plan is large.
            memory.append(_resident_mb())
        return found

    return run


def _resident_mb() -> float:
    line = next(x for x in Path("/proc/self/status").read_text().splitlines() if "VmRSS" in x)
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
