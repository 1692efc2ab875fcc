"""Texts to vectors, none of them twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Lock

import numpy as np

from configs.stages import Embedding
from store.encoders import Halves, identity, load
from store.stages import Embed, Progress, Vectors, silent
from store.text import digest, storable
from store.vectors import VectorCache, hashes

_VERSION = "1"
_WINDOW = 2048
"""Texts that are tokenised and kept together: the most that a killed run embeds again."""

_one_at_a_time = Lock()  # a forward pass takes all threads there are
_caches: dict[Path, VectorCache] = {}


def embedder(
    settings: Embedding,
    progress: Progress = silent,
    what: str = "embedding",
    kept: Path | None = None,
) -> Embed:
    """A function from texts to normalised float32 rows, in order, rounded through float16.

    Equal texts are computed once; with ``kept``, the folder of the vectors of every model, once
    and for all, so that a text has one vector whatever it was computed with. The model is loaded
    at the first text that is new, and stays.
    """

    def embed(texts: Sequence[str]) -> Vectors:
        distinct = list(dict.fromkeys(texts))
        if not distinct:
            return np.zeros((0, 0), np.float32)
        with _one_at_a_time:
            rows = _rows(distinct, settings, lambda done: progress(what, done, len(distinct)), kept)
        place = {text: i for i, text in enumerate(distinct)}
        result: Vectors = rows[[place[text] for text in texts]].astype(np.float32)
        return result

    return embed


def _cache(settings: Embedding, kept: Path) -> VectorCache:
    """One per model and process, since what it has in memory is worth keeping."""
    folder = kept / digest([_VERSION, identity(settings)])[:24]
    return _caches.setdefault(folder, VectorCache(folder))


def _rows(
    texts: list[str], settings: Embedding, told: Callable[[int], None], kept: Path | None
) -> Halves:
    keys = hashes(texts)
    cache = None if kept is None else _cache(settings, kept)
    known = np.zeros(len(texts), bool)
    rows = np.zeros((len(texts), 0), np.float16)
    if cache is not None:
        known, rows = cache.find(keys)
    done = int(known.sum())
    told(done)
    # Texts of like length are together, so little is spent on padding. Their order is their own,
    # since a vector depends in its last bits on what shared the batch.
    missing = np.flatnonzero(~known).tolist()
    missing.sort(key=lambda i: (-len(texts[i]), keys[i].tobytes()))
    for start in range(0, len(missing), _WINDOW):
        window = missing[start : start + _WINDOW]
        for_window = partial(_told_after, told, done + start)
        new = load(settings).encode([storable(texts[i]) for i in window], for_window)
        if cache is not None:
            cache.add(keys[window], new)
        if not rows.shape[1]:
            rows = np.zeros((len(texts), new.shape[1]), np.float16)
        rows[window] = new
    return rows


def _told_after(told: Callable[[int], None], before: int, count: int) -> None:
    told(before + count)
