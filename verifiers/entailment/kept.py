"""A model's answers, kept on disk, so that no pair is judged twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import orjson

from store.stages import Entail, Entailed, Pair
from store.text import digest, storable
from store.vectors import Halves, VectorCache, hashes

_VERSION = "1"
_WINDOW = 512
"""Pairs that are judged and kept together: the most that a killed run judges again."""
_NONE = -1.0


def kept(judge: Entail, identity: object, folder: Path) -> Entail:
    """The same judge with a memory; ``identity`` is all that decides what it says of a pair, and
    ``folder`` holds the answers of every judge.

    Probabilities are rounded as they are stored (float16), so that they are equal cold and warm.
    What is no answer is not kept.
    """
    cache = VectorCache(folder / digest([_VERSION, identity])[:24])

    def entail(pairs: Sequence[Pair]) -> list[Entailed]:
        distinct = list(dict.fromkeys(pairs))
        keys = hashes([_key(pair) for pair in distinct])
        known, rows = cache.find(keys)
        found = {distinct[i]: _answer(rows[i]) for i in np.flatnonzero(known).tolist()}
        missing = np.flatnonzero(~known).tolist()
        for start in range(0, len(missing), _WINDOW):
            window = missing[start : start + _WINDOW]
            answers = judge([distinct[i] for i in window])
            told = [(i, a) for i, a in zip(window, answers, strict=True) if a.supported is not None]
            new = np.array([_row(answer) for _, answer in told], np.float16).reshape(-1, 2)
            if told:
                cache.add(keys[[i for i, _ in told]], new)
            found.update((distinct[i], a) for i, a in zip(window, answers, strict=True))
            found.update((distinct[i], _answer(row)) for (i, _), row in zip(told, new, strict=True))
        return [found[pair] for pair in pairs]

    return entail


def _key(pair: Pair) -> str:
    return orjson.dumps([storable(pair.claim), storable(pair.evidence)]).decode()


def _row(answer: Entailed) -> tuple[float, float]:
    return (answer.supported or 0.0, _NONE if answer.contradicted is None else answer.contradicted)


def _answer(row: Halves) -> Entailed:
    supported, against = (float(value) for value in row)
    return Entailed(supported, None if against == _NONE else against)
