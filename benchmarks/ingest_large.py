"""Large corpora: written, read in a process of their own, and killed half-way.

``python -m benchmarks.ingest_large FOLDER OUTPUT`` reads a folder and prints JSON.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import orjson

from benchmarks.made_documents import made_text
from benchmarks.peer_runs import ONE_THREAD, ours
from benchmarks.peers import peak_bytes
from configs.corpus import CorpusSource
from configs.documents import Chunking, Folding
from flows.reading import read_sources
from flows.snapshot import assemble, listed
from store.shards import Shards

_SMALL, _ROW, _FILE = 1_000, 4_000, 100_000_000
_WAIT_S = 0.2


def write_many(folder: Path, count: int) -> Path:
    """So many Markdown files of 2 kB, a thousand in a folder."""
    for number in range(count):
        path = folder / f"{number // 1000:04}" / f"{number:06}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made_text(number, _SMALL), encoding="utf-8")
    return folder


def write_few(folder: Path, gigabytes: float) -> Path:
    """JSON Lines of 100 MB each, of documents of 4 kB. To be written quickly, each block of a
    thousand documents is repeated with other ids and other first words.
    """
    folder.mkdir(parents=True)
    texts = [made_text(number, _ROW) for number in range(1_000)]
    written, number, part = 0, 0, 0
    while written < gigabytes * 1e9:
        size = 0
        with (folder / f"{part:03}.jsonl").open("wb") as file:
            while size < _FILE and written + size < gigabytes * 1e9:
                text = _renumbered(texts[number % len(texts)], number)
                size += file.write(orjson.dumps({"id": str(number), "text": text}) + b"\n")
                number += 1
        written += size
        part += 1
    return folder


def read_whole(folder: Path, output: Path) -> dict[str, Any]:
    """What reading a folder took, in a process of its own."""
    return ours("benchmarks.ingest_large", str(folder), str(output))


def read_killed(folder: Path, output: Path) -> dict[str, Any]:
    """The same with the process killed once half of the pieces are there; ``wall_s`` is of both,
    ``after_s`` of the second.
    """
    command = [sys.executable, "-m", "benchmarks.ingest_large", str(folder), str(output)]
    expected = sum(1 for _ in folder.rglob("*.md")) / 1_000  # files of a batch, and so of a piece
    started = time.perf_counter()
    process = subprocess.Popen(command, env={**os.environ, **ONE_THREAD}, stdout=subprocess.DEVNULL)
    while len([*output.glob("shards/piece-*")]) < expected / 2 and process.poll() is None:
        time.sleep(_WAIT_S)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = time.perf_counter() - started
    run = read_whole(folder, output)
    return {**run, "after_s": run["wall_s"], "wall_s": run["wall_s"] + before}


def main() -> None:
    """Read a folder and print what it took."""
    folder, output = map(Path, sys.argv[1:3])
    shards, source = Shards(output / "shards"), CorpusSource(path=str(folder), max_mb=1_000)
    started = time.perf_counter()
    found = read_sources(shards, [source], Chunking(), ())
    listing = listed(shards, found, Folding().threshold)
    key = assemble(shards, found, listing)
    wall = time.perf_counter() - started
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    print(
        json.dumps(
            {
                "key": key,
                "documents": len(listing.rows),
                "folded": len(listing.twins),
                "passages": int(listing.kept["passages"].sum()),
                "mb": size,
                "wall_s": round(wall, 1),
                "mb_s": round(size / wall, 2),
                "peak_gb": round(peak_bytes() / 1e9, 2),
            }
        )
    )


def _renumbered(text: str, number: int) -> str:
    """The text with other numbers, as another report of the same form."""
    shift = str(number % 997)
    return f"Report {number}. " + text.translate(_DIGITS[number % 7]).replace(" 1", f" {shift}1")


_DIGITS = [str.maketrans("0123456789", "0123456789"[n:] + "0123456789"[:n]) for n in range(7)]


if __name__ == "__main__":
    main()
