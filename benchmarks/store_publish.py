"""How fast a large version is published, beside writing the same table with pyarrow alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.store_content import content, manifest
from store.publish import publish
from store.records import RECORDS, to_arrow

_WORDS = 120


@dataclass(frozen=True)
class Published:
    """Megabytes of text in memory, seconds of ours, and seconds of the bare write."""

    mb: float
    ours_s: float
    bare_s: float

    @property
    def ratio(self) -> float:
        """Our megabytes per second in those of the bare write."""
        return self.bare_s / self.ours_s


def publish_apart(root: Path, rows: int) -> Published:
    """The same in a process of its own, whose threads nobody else has used."""
    command = [sys.executable, "-m", "benchmarks.store_publish", str(root), str(rows)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return Published(*json.loads(done.stdout.splitlines()[-1]))


def publish_beside_bare(root: Path, rows: int) -> Published:
    """Publish so many records of 120 words, then write the same tables bare, flushed to the disk.

    The bare write is what a script would do: one file a split, zstd, nothing checked.
    """
    made = content(rows, "one", _WORDS)
    tables = {name: to_arrow(split, RECORDS) for name, split in made.splits.items()}
    started = time.perf_counter()
    publish(root / "ours", "made", made, manifest(rows))
    ours = time.perf_counter() - started
    (root / "bare").mkdir(parents=True)
    started = time.perf_counter()
    for name, table in tables.items():
        _write_bare(table, root / "bare" / f"{name}.parquet")
    bare = time.perf_counter() - started
    return Published(sum(table.nbytes for table in tables.values()) / 1e6, ours, bare)


def _write_bare(table: pa.Table, path: Path) -> None:
    with path.open("wb") as file:
        pq.write_table(table, file, compression="zstd")
        file.flush()
        os.fsync(file.fileno())


if __name__ == "__main__":
    found = publish_beside_bare(Path(sys.argv[1]), int(sys.argv[2]))
    print(json.dumps([found.mb, found.ours_s, found.bare_s]))
