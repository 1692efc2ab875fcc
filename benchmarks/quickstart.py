"""The quick start, measured: ``python -m benchmarks.quickstart``.

Runs the installed command as a user would, in a new folder, and ends with one line of JSON:
``published`` records, ``wall_s`` and ``peak_mb`` of the build, ``lies_caught`` and ``truths_kept``
of the planted-lie test, and ``help_s``, the best of five runs of ``stillhouse --help``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.lies import measure
from configs.load import load_recipe
from flows.pipeline import prepare
from flows.production import directly, produce
from flows.rounds import first_round
from store.versions import find_version

_COMMAND = [sys.executable, "-m", "flows.cli"]


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder)
        wall_s, peak_mb = _build(output)
        recipe = load_recipe("quickstart", output=output)
        published = find_version(output, recipe.name).manifest["funnel"][-1]["kept"]
        work, planned = prepare(recipe)
        caught = measure(
            recipe, produce(recipe, directly, work, first_round(recipe, planned)), count=400
        )
    print("kind       caught  planted")
    for kind, (found, count) in sorted(caught.by_kind.items()):
        print(f"{kind:<10} {found:>6}  {count:>7}")
    print(f"true records kept: {caught.truths_kept} of {caught.truths}")
    figures = {
        "published": published,
        "wall_s": round(wall_s, 1),
        "peak_mb": round(peak_mb),
        "lies_caught": round(caught.lies_caught, 4),
        "truths_kept": round(caught.kept_share, 4),
        "help_s": round(min(_help() for _ in range(5)), 3),
    }
    print(json.dumps(figures))


def _build(output: Path) -> tuple[float, float]:
    """Seconds and peak MB of memory of a build from nothing, in a process of its own."""
    started = time.monotonic()
    process = subprocess.Popen([*_COMMAND, "build", "quickstart", "--output", str(output)])
    # wait4 tells the peak of this very child.
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.monotonic() - started
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit("the quick start failed; see above")
    per_mb = 2**20 if sys.platform == "darwin" else 2**10
    return wall_s, usage.ru_maxrss / per_mb


def _help() -> float:
    started = time.monotonic()
    subprocess.run([*_COMMAND, "--help"], check=True, capture_output=True)
    return time.monotonic() - started


if __name__ == "__main__":
    main()
