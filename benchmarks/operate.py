"""What operating a build with Prefect costs and keeps: ``python -m benchmarks.operate``.

Builds the same 10,000 records directly and in a flow, in turn, against a Prefect server of its own;
follows the memory of a build of 1,000 shards; refreshes a dataset of which 10 % of the documents
changed, 5 % are gone and 5 % are new; kills a flow ten times; cancels a run of a served deployment.
Prints a table and ends with one line of JSON. ``--records``, ``--shards`` and ``--turns`` make it
smaller.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.made_rivers import write_rivers
from benchmarks.operate_cancel import cancelled_s
from benchmarks.operate_flow import run
from benchmarks.operate_kills import killed
from benchmarks.operate_refresh import refreshed
from benchmarks.prefect_server import serving_prefect

_RECORDS_A_DOCUMENT = 5


def main() -> None:
    """Measure all and print it."""
    parser = argparse.ArgumentParser(prog="benchmarks.operate", description=__doc__)
    parser.add_argument("--records", type=int, default=10_000, help="of the builds compared")
    parser.add_argument("--shards", type=int, default=1_000, help="of the build followed")
    parser.add_argument("--turns", type=int, default=2, help="builds of each kind")
    asked = parser.parse_args()
    console, found = Console(width=120), dict[str, Any]()
    parts = (
        ("cancel", lambda at: {"cancel_s": round(cancelled_s(at), 1)}),
        ("kills", _kills),
        ("refresh", _refresh),
        ("memory", lambda at: _memory(at, asked.shards)),
        ("overhead", lambda at: _overhead(at, asked.records, asked.turns)),
    )
    table = Table("what", "found", "seconds", header_style="bold")
    for name, measure in parts:
        console.print(f"{name} ...", style="dim")
        started = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="operate-") as folder:
            figures = measure(Path(folder))
        told = ", ".join(f"{key} {value}" for key, value in figures.items())
        table.add_row(name, told, f"{time.perf_counter() - started:.0f}")
        found |= figures
    console.print(table)
    print(json.dumps(found))


def _kills(folder: Path) -> dict[str, int | bool]:
    seen = killed(folder)
    return {"kills": seen.count, "kills_same": seen.same, "kills_paid_twice": seen.paid_twice}


def _refresh(folder: Path) -> dict[str, int]:
    seen = refreshed(folder, 200)
    return {
        "refresh_requests": seen.requests,
        "refresh_untouched_requests": seen.untouched,
        "refresh_again_requests": seen.again,
    }


def _memory(folder: Path, shards: int) -> dict[str, float]:
    """Growth of memory from the 100th shard of ten candidates to the last; and of a build without
    the verifier, which remembers the latest 4,096 texts of a kind that it has read.
    """
    documents = write_rivers(folder / "documents", shards * 10 // 7 + 100)
    # The first round asks for 1.3 times the target.
    fields = {"target": shards * 10 * 10 // 13, "shard_size": 10, "canary": None}
    bare = {"verifiers": {"grounding": None}, "probes": {"verifier": None, "canaries": None}}
    with serving_prefect(folder) as server:
        done = run("flow", documents, folder / "out", server, **fields)
        plain = run("flow", documents, folder / "plain", server, **fields, **bare)
    return {
        "shards": len(done.memory_mb),
        "rss_growth_mb_1000_shards": round(done.growth_mb, 1),
        "rss_growth_mb_without_verifier": round(plain.growth_mb, 1),
    }


def _overhead(folder: Path, records: int, turns: int) -> dict[str, float]:
    """Share of wall time that flow and tasks add, over turns of both."""
    documents = write_rivers(folder / "documents", records // _RECORDS_A_DOCUMENT)
    wall = {"directly": 0.0, "flow": 0.0}
    with serving_prefect(folder) as server:
        for turn in range(turns):
            for how in wall:
                output = folder / f"{how}-{turn}"
                wall[how] += run(how, documents, output, server, target=records).wall_s
    return {
        "directly_s": round(wall["directly"] / turns, 1),
        "flow_s": round(wall["flow"] / turns, 1),
        "flow_overhead": round(wall["flow"] / wall["directly"] - 1, 4),
    }


if __name__ == "__main__":
    main()
