"""Time and memory of the collapse panel on made rows.

``python -m benchmarks.collapse_cost COUNT`` probes so many rows beside their corpus and a parent
version in this process and prints JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

import numpy as np
import polars as pl
from rich.console import Console

from benchmarks.made_rows import made
from benchmarks.peers import peak_bytes
from configs.stages import CollapseProbe, Embedding
from store.embedding import embedder
from verifiers.collapse import Side, measure

_TIMED, _PARENT = 1000, 100_000


def cost_ratio(console: Console) -> float:
    """Seconds of the panel on 100,000 rows over those of embedding them, of which a sample is
    timed.
    """
    command = [sys.executable, "-m", "benchmarks.collapse_cost", "100000"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = json.loads(said.splitlines()[-1])
    rows = made(_TIMED).records
    texts = [f"{q}\n{a}" for q, a in rows.select("question", "answer").iter_rows()]
    embed = embedder(Embedding())
    embed(["a text that loads the model"])
    started = time.perf_counter()
    embed(texts)
    embedding = (time.perf_counter() - started) * 100_000 / _TIMED
    console.print(
        f"100,000 rows: {found['seconds']:.0f} s and {found['peak_gb']:.2f} GB at most; embedding "
        f"them {embedding:.0f} s (from {_TIMED:,})"
    )
    return round(float(found["seconds"]) / embedding, 4)


def main() -> None:
    """Probe so many rows."""
    count = int(sys.argv[1])
    version, parent = _side(made(count, 1).records), _side(made(min(count, _PARENT), 2).records)
    passages = _side(made(min(count, 20_000), 3).records)
    corpus = Side(passages.questions, [""] * len(passages), passages.vectors)
    references = {"corpus": corpus, "parent": parent}
    started = time.perf_counter()
    measure(version, references, CollapseProbe(), 7)
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": round(seconds, 1), "peak_gb": round(peak_bytes() / 1e9, 2)}))


def _side(records: pl.DataFrame) -> Side:
    """The rows with what a build knows of each."""
    count = len(records)
    claims = np.tile(np.array([[3, 3]]), (count, 1))
    documents = [[f"document {row % 1000}"] for row in range(count)]
    questions, answers = records["question"].to_list(), records["answer"].to_list()
    return Side(questions, answers, records["embedding"].to_numpy(), claims, documents)


if __name__ == "__main__":
    main()
