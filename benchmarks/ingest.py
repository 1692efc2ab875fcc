"""Speed and memory of reading documents.

``python -m benchmarks.ingest`` prints a table of megabytes per second by format, each beside the
bare library that reads it, and one of large corpora: so many documents, read once whole and once
killed half-way and begun again; and so much text. It ends with one line of JSON. ``--documents``
and ``--gb`` make it smaller. It needs the extra ``documents`` and room for four times the text.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.ingest_formats import Speed, speeds
from benchmarks.ingest_large import read_killed, read_whole, write_few, write_many


def main() -> None:
    """Measure all and print it."""
    parser = argparse.ArgumentParser(prog="benchmarks.ingest", description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000, help="small documents in a row")
    parser.add_argument("--gb", type=float, default=2.0, help="gigabytes of text in large files")
    asked = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory(prefix="ingest-") as folder:
        root = Path(folder)
        formats = speeds(root / "formats")
        console.print(_formats_table(formats))
        many = write_many(root / "many", asked.documents)
        runs = {
            f"{asked.documents:,} documents": read_whole(many, root / "whole"),
            "the same, killed half-way": read_killed(many, root / "killed"),
        }
        if (
            runs["the same, killed half-way"]["key"]
            != runs[f"{asked.documents:,} documents"]["key"]
        ):
            raise SystemExit("a reading that was killed and begun again gave another corpus")
        runs[f"{asked.gb:g} GB of text"] = read_whole(
            write_few(root / "few", asked.gb), root / "large"
        )
    console.print(_runs_table(runs))
    whole, killed, large = runs.values()
    print(
        json.dumps(
            {
                "ratio_to_bare": {one.suffix: round(one.ratio, 2) for one in formats},
                "documents": whole["documents"],
                "documents_s": whole["wall_s"],
                "documents_peak_gb": whole["peak_gb"],
                "resumed_share": round(killed["after_s"] / whole["wall_s"], 2),
                "gb_mb_s": large["mb_s"],
                "gb_peak_gb": large["peak_gb"],
            }
        )
    )


def _formats_table(found: list[Speed]) -> Table:
    table = Table("format", "MB", "ours MB/s", "bare MB/s", "bare library", "ours / bare")
    for one in found:
        cells = (f"{one.mb:.1f}", f"{one.ours:.2f}", f"{one.bare:.2f}", one.library)
        table.add_row(one.suffix, *cells, f"{one.ratio:.2f}")
    table.title = "files to documents, one process"
    return table


def _runs_table(runs: dict[str, dict[str, Any]]) -> Table:
    table = Table("corpus", "MB", "seconds", "MB/s", "passages", "peak GB", "folded")
    for name, run in runs.items():
        table.add_row(
            name,
            f"{run['mb']:,.0f}",
            f"{run['wall_s']:,.0f}",
            f"{run['mb_s']:.2f}",
            f"{run['passages']:,}",
            f"{run['peak_gb']:.2f}",
            f"{run['folded']:,}",
        )
    table.title = "files to a snapshot with passages, languages and near copies folded, one process"
    return table


if __name__ == "__main__":
    main()
