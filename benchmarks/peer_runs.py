"""Runs of ours and of peers in processes of their own, one thread each, on the same files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

_SCRIPT = Path(__file__).with_name("peers.py")
_LIMIT_S = 1_800
ONE_THREAD = {
    f"{name}_THREADS": "1"
    for name in ("OMP_NUM", "POLARS_MAX", "OPENBLAS_NUM", "MKL_NUM", "RAYON_NUM")
}


@contextmanager
def write(records: pl.DataFrame) -> Iterator[Path]:
    """A folder with the records, their texts and their vectors."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        records.drop("embedding").write_ipc(folder / "records.arrow")
        np.save(folder / "vectors.npy", records["embedding"].to_numpy())
        with (folder / "texts.jsonl").open("w", encoding="utf-8") as file:
            for question, answer in records.select("question", "answer").iter_rows():
                file.write(json.dumps(f"{question}\n{answer}") + "\n")
        yield folder


@dataclass(frozen=True)
class Peers:
    """Interpreters that may have peers installed; a peer runs in the first where it works."""

    pythons: Sequence[str]

    def run(self, name: str, folder: Path, threshold: float) -> dict[str, Any] | str:
        """What a peer made of the rows of a folder, or why it did not run."""
        reason = "no interpreter"
        for python in self.pythons:
            found = called([python, "-P", str(_SCRIPT), name, str(folder), str(threshold)])
            if not isinstance(found, str):
                return found
            reason = found
        return reason


def ours(module: str, *arguments: str) -> dict[str, Any]:
    """The JSON that a module of ours prints last."""
    found = called([sys.executable, "-m", module, *arguments])
    if isinstance(found, str):
        raise SystemExit(f"{module} {' '.join(arguments)}: {found}")
    return found


def called(command: Sequence[str]) -> dict[str, Any] | str:
    """The JSON on the last line of what a command prints, or the last line of its errors."""
    environment = {**os.environ, **ONE_THREAD}
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=_LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return f"more than {_LIMIT_S} s"
    except OSError as error:
        return f"{command[0]}: {error.strerror}"
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        return said[-1][:160]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
