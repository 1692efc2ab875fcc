"""What the store of versions promises, measured: races, kills, flipped bits, and speed.

``python -m benchmarks.store`` races two publishers and kills one at each of its writes, in a folder
and in object storage (a SeaweedFS of its own, where the package is installed), flips bits in every
file, compares two versions of a million rows, and publishes beside a bare write of pyarrow. It
prints a table and ends with one line of JSON. ``--rounds`` and ``--rows`` make it smaller.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.table import Table

from benchmarks.object_store import BUCKET, serving_objects
from benchmarks.store_diff import diff_1m
from benchmarks.store_flips import missed
from benchmarks.store_kills import Killed, kill_apart
from benchmarks.store_publish import Published, publish_apart
from benchmarks.store_races import race
from benchmarks.store_read import first_row_1m

_FLIPS = 20
"""Flipped bits in each file."""
T = TypeVar("T")


def main() -> None:
    """Measure all and print it."""
    parser = argparse.ArgumentParser(prog="benchmarks.store", description=__doc__)
    parser.add_argument("--rounds", type=int, default=50, help="rounds of two racing publishers")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of large versions")
    asked = parser.parse_args()
    console = Console(width=120)
    measure = Measure(console)
    with tempfile.TemporaryDirectory(prefix="store-") as folder, _objects(Path(folder)) as bucket:
        places = {"a folder": f"{folder}/publish", "object storage": bucket}
        promises = _promises(measure, places, asked.rounds)
        flips = _flips(measure, Path(folder))
    speed = _speed(measure, asked.rows)
    console.print(measure.table)
    print(json.dumps({**promises, **flips, **speed}))


class Measure:
    """Does one thing after the other and keeps a table of what was found in how many seconds."""

    def __init__(self, console: Console) -> None:
        """With an empty table."""
        self.table = Table("what", "found", "seconds", header_style="bold")
        self._console = console

    def __call__(self, what: str, work: Callable[[], T], told: Callable[[T], str]) -> T:
        """Do ``work`` and keep what ``told`` says of its result."""
        self._console.print(f"{what} ...", style="dim")
        started = time.perf_counter()
        found = work()
        self.table.add_row(what, told(found), f"{time.perf_counter() - started:.0f}")
        return found


def _promises(measure: Measure, places: Mapping[str, str], rounds: int) -> dict[str, int]:
    """Two publishers at once, and one that is killed."""
    lost, kills = 0, []
    for where, root in places.items():
        race_there = partial(race, f"{root}/race", rounds)
        lost += measure(f"{rounds} races, {where}", race_there, "{} lost".format)
        for answered in (False, True) if root.startswith("s3:") else (False,):
            when = "after it was answered" if answered else "before it"
            kill = partial(kill_apart, f"{root}/kill-{when[:1]}", answered=answered)
            kills.append(measure(f"killed at each write, {when}, {where}", kill, _of_kills))
    return {
        "races_lost": lost,
        "crash_points_broken": sum(len(found.broken) for found in kills),
        "crash_points": sum(found.points for found in kills),
    }


def _of_kills(found: Killed) -> str:
    return f"{found.points} writes, {len(found.broken)} broken"


def _flips(measure: Measure, folder: Path) -> dict[str, int]:
    """Flipped bits."""
    flip = partial(missed, folder / "flips", _FLIPS)
    count, lost = measure(f"{_FLIPS} flipped bits in each file", flip, _of_flips)
    return {"flipped_bytes_missed": len(lost), "flipped_bytes": count}


def _of_flips(found: tuple[int, list[str]]) -> str:
    return f"{found[0]} flipped, {len(found[1])} missed"


def _speed(measure: Measure, rows: int) -> dict[str, float]:
    """Large versions: published, compared, read."""
    with tempfile.TemporaryDirectory(prefix="store-") as folder:
        publish = partial(publish_apart, Path(folder), rows)
        published = measure(f"{rows:,} rows published", publish, _of_publishing)
    differ = measure(f"two versions of {rows:,} rows compared", partial(diff_1m, rows), _of_diff)
    first = measure("their first row, streamed", partial(first_row_1m, rows), _of_first)["as_it_is"]
    return {
        "diff_1m_s": round(differ["seconds"], 1),
        "diff_1m_peak_gb": round(differ["peak_gb"], 2),
        "publish_mb_s_ratio": round(published.ratio, 2),
        "publish_mb_s": round(published.mb / published.ours_s),
        "first_row_s": round(first["row_s"], 2),
        "first_row_with_import_s": round(first["both_s"], 2),
    }


def _of_publishing(found: Published) -> str:
    return f"{found.mb / found.ours_s:.0f} MB/s, pyarrow alone {found.mb / found.bare_s:.0f} MB/s"


def _of_diff(found: dict[str, Any]) -> str:
    return f"{found['seconds']:.1f} s, {found['peak_gb']:.2f} GB"


def _of_first(found: dict[str, Any]) -> str:
    return f"{found['as_it_is']['row_s']:.2f} s after the import"


@contextmanager
def _objects(folder: Path) -> Iterator[str]:
    """The URL of a bucket at a server of its own."""
    (folder / "objects").mkdir()
    with serving_objects(folder / "objects") as known:
        os.environ.update(known)
        yield f"s3://{BUCKET}/store"


if __name__ == "__main__":
    main()
