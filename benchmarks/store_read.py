"""How soon a version is read: the first of a million rows, streamed by `datasets`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.store_content import content, manifest
from store.publish import publish
from store.versions import Version

_FIRST_ROW = """
import json, os, sys, time
began = time.perf_counter()
import datasets
imported = time.perf_counter()
rows = datasets.load_dataset(sys.argv[1], split="train", streaming=True)
row = next(iter(rows))
got = time.perf_counter()
said = {"import_s": imported - began, "row_s": got - imported, "both_s": got - began}
print(json.dumps(said), flush=True)
# A stream that was not read to its end can abort the interpreter when it shuts down.
os._exit(0)
"""


def first_row_1m(rows: int = 1_000_000) -> dict[str, Any]:
    """Seconds until `load_dataset(streaming=True)` has given the first row of a version: to import
    `datasets`, from there on, and both; each in a process of its own, with an empty cache. It
    imports PyTorch where that is installed, hence twice: as it is, and without (`USE_TORCH=0`).
    """
    with tempfile.TemporaryDirectory() as temporary:
        version = made_version(Path(temporary), rows)
        found = {
            name: first_row(version, Path(temporary) / name, torch)
            for name, torch in (("as_it_is", "AUTO"), ("without_torch", "0"))
        }
    return {"rows": rows, **found}


def first_row(version: Version, cache: Path, torch: str = "AUTO") -> dict[str, float]:
    """The same of a version that there is."""
    own = {"HF_DATASETS_CACHE": str(cache), "HF_HUB_OFFLINE": "1", "USE_TORCH": torch}
    asked = [sys.executable, "-c", _FIRST_ROW, str(version.path)]
    said = subprocess.run(asked, env={**os.environ, **own}, stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(said.stdout)
    return found


def made_version(root: Path, rows: int) -> Version:
    """A version with so many rows, each with an id and a question of its own."""
    return publish(root, "made", content(rows, "one"), manifest(rows))


if __name__ == "__main__":
    Console().print_json(data=first_row_1m())
