"""Filters, ours beside those of other packages: ``python -m benchmarks.filters``.

Quality on planted copies and rephrased questions, speed with one thread, and a million made rows.
``--data`` names a folder with labelled files (see ``benchmarks.labelled``); without it all rows are
made up. ``--peers`` names interpreters with datasketch, datatrove, rensa, text-dedup, distilabel or
semhash; those that none of them has are listed. Ends with one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.filter_million import SIZES, million_table
from benchmarks.filter_quality import decontamination_line, planted_table, rephrased_table
from benchmarks.filter_speed import cell_recall, speed_tables
from benchmarks.labelled import enough, planted
from benchmarks.made_rows import Planted, made
from benchmarks.peer_runs import Peers
from configs.stages import Embedding
from store.embedding import embedder
from store.stages import Embed

_MADE = 20_000


def main() -> None:
    """Print the tables and the line of JSON."""
    given = _arguments()
    console, peers = Console(width=190), Peers(given.peers)
    with tempfile.TemporaryDirectory() as temporary:
        embed = embedder(Embedding(), kept=given.cache or Path(temporary))
        real, found = _quality(given.data, embed, peers, console)
    counts = [int(count) for count in given.rows.split(",") if count]
    ratios = [speed_tables(real, count, peers, console) for count in counts]
    minhash, semantic = ratios[0] if ratios else (None, None)
    cells = cell_recall(enough(real, counts[0]), console) if counts else None
    sizes = SIZES[:-1] if given.skip_million else SIZES
    curve = million_table(sizes, console)
    peak, wall = curve.get(SIZES[-1], (None, None))
    figures = {
        "minhash_speed_ratio": minhash,
        "semantic_speed_ratio": semantic,
        "cell_recall": cells,
        "million_peak_gb": peak,
        "million_wall_s": wall,
    }
    print(json.dumps({**found, **figures}))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Filters beside their peers.")
    parser.add_argument("--data", type=Path, help="folder of labelled files")
    parser.add_argument("--peers", nargs="+", default=[sys.executable], help="interpreters")
    parser.add_argument("--rows", default="52000,200000", help="rows of the runs for speed")
    parser.add_argument("--cache", type=Path, help="folder that keeps the vectors of texts")
    parser.add_argument("--skip-million", action="store_true", help="stop at 100,000 rows")
    return parser.parse_args()


def _quality(
    data: Path | None, embed: Embed, peers: Peers, console: Console
) -> tuple[Planted | None, dict[str, Any]]:
    """The labelled rows, if there are any, and the figures of quality."""
    if data is None:
        rows = made(_MADE)
        return None, {**planted_table(rows, "made rows", console), "paraphrase_f1": None}
    real = planted(data / "planted_alpaca.jsonl.gz", embed)
    found: dict[str, Any] = dict(planted_table(real, "planted_alpaca", console))
    answers = planted(data / "planted_answers.jsonl.gz", embed)
    planted_table(answers, "planted_answers", console)
    pairs = data / "rephrased_benchmarks.jsonl.gz"
    found["paraphrase_f1"] = rephrased_table(pairs, embed, peers, console)
    found |= decontamination_line(pairs, real, embed, console)
    return real, found


if __name__ == "__main__":
    main()
