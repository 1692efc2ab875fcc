"""Embedding, measured against sentence-transformers: ``python -m benchmarks.embedding``.

Ours and ``SentenceTransformer.encode`` with its defaults take turns on the same made-up texts, each
way in a process of its own for each number of threads; figures are medians of three turns, in texts
per CPU-second and per second. ``padding`` is the share of computed tokens that are padding,
``cosine`` the least one to plain float32. Ends with one line of JSON.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from configs.stages import Embedding
from store.embedding import embedder
from store.encoders import batches, load, precision
from store.runtimes import installed
from store.stages import Vectors
from store.vectors import VectorCache, hashes

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_WORDS = (
    "the of and a to river harbour lamp was is measured in every year council station method "
    "returns value argument default surveyed library copper when which counterfactual quantity "
    "hydroelectric annual 42 1962 (see) above-mentioned Kolvarin keeper freezes"
).split()
_KINDS = {"short": (16, 192), "long": (160, 24)}  # words of a text on average, and texts
_TURNS = 3
_KEPT = 20_000
_MAX_TOKENS = 256  # what the bundled model was made for, so that both sides do the same

Turn = Callable[[], Vectors]


def main() -> None:
    """Measure and print, or measure in this process what the arguments say."""
    if sys.argv[1:]:
        print(json.dumps(_measure(int(sys.argv[1]), sys.argv[2].split(","))))
        return
    ways = ["torch/float32", "torch/bfloat16"]
    ways += ["onnx/float32"] if installed("onnx") else []
    ways += ["openvino/float32", "openvino/bfloat16"] if installed("openvino") else []
    rows = []
    for threads in sorted({1, os.cpu_count() or 1}):
        command = [sys.executable, "-m", "benchmarks.embedding", str(threads), ",".join(ways)]
        limits = {name: str(threads) for name in ("OMP_NUM_THREADS", "RAYON_NUM_THREADS")}
        done = subprocess.run(
            command, env={**os.environ, **limits}, stdout=subprocess.PIPE, text=True, check=True
        )
        rows += json.loads(done.stdout.splitlines()[-1])
    print("threads  texts  way                texts/CPU-s  texts/s  padding  cosine")
    for row in rows:
        print(
            f"{row['threads']:>7}  {row['texts']:<5}  {row['way']:<17}  {row['per_cpu_s']:>11.1f}"
            f"  {row['per_s']:>7.1f}  {row['padding']:>7.3f}  {row['cosine']:.5f}"
        )
    hits = _hits()
    print(f"kept vectors: {hits['found_per_s']:,.0f} found and {hits['added_per_s']:,.0f} added /s")
    print(json.dumps({"auto": precision(Embedding()), "rows": rows, **hits}))


def _texts(words: int, count: int) -> list[str]:
    rng = random.Random(words)
    lengths = [max(3, int(rng.gauss(words, words * 0.35))) for _ in range(count)]
    return [" ".join(rng.choices(_WORDS, k=length)) + "?" for length in lengths]


def _measure(threads: int, ways: Sequence[str]) -> list[dict[str, Any]]:
    import torch

    torch.set_num_threads(threads)
    settings = {way: _settings(way) for way in ways}
    model = load(settings["torch/float32"]).model
    rows = []
    for kind, (words, count) in _KINDS.items():
        texts = _texts(words, count)
        lengths = model.preprocess(texts)["attention_mask"].sum(dim=1).numpy()
        turns: dict[str, Turn] = {"plain": partial(_plain, model, texts)}
        turns |= {way: partial(embedder(one), texts) for way, one in settings.items()}
        results = _take_turns(turns)
        for way, (found, cpu_s, wall_s) in results.items():
            budget = load(settings[way]).budget if way in settings else None
            rows.append(
                {
                    **{"threads": threads, "texts": kind, "way": way},
                    "per_cpu_s": round(count / cpu_s, 1),
                    "per_s": round(count / wall_s, 1),
                    "padding": round(_padding(texts, lengths, budget), 4),
                    "cosine": round(_cosine(found, results["plain"][0]), 6),
                }
            )
    return rows


def _settings(way: str) -> Embedding:
    backend, dtype = way.split("/")
    given = {"backend": backend, "dtype": dtype, "max_tokens": _MAX_TOKENS}
    return Embedding.model_validate(given)


def _plain(model: SentenceTransformer, texts: Sequence[str]) -> Vectors:
    found: Vectors = model.encode([*texts], normalize_embeddings=True, show_progress_bar=False)
    return found


def _take_turns(turns: dict[str, Turn]) -> dict[str, tuple[Vectors, float, float]]:
    """What each gives, and the medians of its CPU-seconds and seconds."""
    found = {name: turn() for name, turn in turns.items()}  # loads what there is to load
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in turns}
    for _ in range(_TURNS):
        for name, turn in turns.items():
            cpu_s, wall_s = time.process_time(), time.perf_counter()
            turn()
            spent[name].append((time.process_time() - cpu_s, time.perf_counter() - wall_s))
    return {
        name: (found[name], median(c for c, _ in times), median(w for _, w in times))
        for name, times in spent.items()
    }


def _padding(texts: Sequence[str], lengths: NDArray[np.int64], budget: int | None) -> float:
    """Share of padding in batches within a budget, or in those of sentence-transformers: 32 texts
    by falling number of characters.
    """
    if budget is None:
        order = np.argsort([-len(text) for text in texts])
        cut = [order[start : start + 32] for start in range(0, len(order), 32)]
    else:
        cut = batches(lengths, budget)
    padded = sum(len(rows) * int(lengths[rows].max()) for rows in cut)
    return float(1 - lengths.sum() / padded)


def _cosine(rows: Vectors, plain: Vectors) -> float:
    """The least one; rows that went through float16 are no longer of length one exactly."""
    return float(((rows * plain).sum(axis=1) / np.linalg.norm(rows, axis=1)).min())


def _hits() -> dict[str, float]:
    texts = [f"text {i}" for i in range(_KEPT)]
    rows = np.random.default_rng(1).standard_normal((_KEPT, 384)).astype(np.float16)
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        for first in range(0, _KEPT, 2_000):
            part = slice(first, first + 2_000)
            VectorCache(Path(folder)).add(hashes(texts[part]), rows[part])
        added = time.perf_counter()
        known, _ = VectorCache(Path(folder)).find(hashes(texts))
        found = time.perf_counter()
        assert known.all()
    return {
        "added_per_s": round(_KEPT / (added - started)),
        "found_per_s": round(_KEPT / (found - added)),
    }


if __name__ == "__main__":
    main()
