"""What Prefect adds to a build: seconds, and memory over many shards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FIRST = 100
"""Shards after which memory is compared with that at the end: what is loaded once is there."""


@dataclass(frozen=True)
class Run:
    """A build in a process of its own: seconds, and MB of memory after each shard."""

    wall_s: float
    memory_mb: tuple[float, ...]

    @property
    def growth_mb(self) -> float:
        """By how much memory grew from the first shards to the last."""
        first = self.memory_mb[min(_FIRST, len(self.memory_mb) - 1)]
        return self.memory_mb[-1] - first


def recipe_file(documents: Path, output: Path, **fields: Any) -> Path:
    """A recipe over made rivers, whose teacher is rules unless the fields name another."""
    path = output.with_suffix(".yaml")
    data = {
        "name": "rivers",
        "corpus": [{"path": str(documents)}],
        "teachers": [{"name": "rules", "kind": "grounded-templates"}],
        "methods": [{"styles": {"question_answer": 3, "cloze": 1, "true_false": 1}}],
        "output": str(output),
        **fields,
    }
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def run(how: str, documents: Path, output: Path, server: Mapping[str, str], **fields: Any) -> Run:
    """Build ``directly`` or in a ``flow``, with these fields of a recipe.

    Raises:
        RuntimeError: the build failed; with the end of what it said.
    """
    recipe = recipe_file(documents, output, **fields)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.operate_runs", how, str(recipe)],
        env={**os.environ, **server},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"the build failed:\n{done.stderr[-2000:]}")
    found = json.loads(done.stdout.splitlines()[-1])
    return Run(found["wall_s"], tuple(found["memory_mb"]))
