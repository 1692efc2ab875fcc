"""Vectors of texts, computed once in a test run: most builds of tests are over the same texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from configs.stages import Embedding
from store import encoders
from store.encoders import Halves


@dataclass(frozen=True)
class Remembering:
    """An encoder that knows what it has encoded."""

    settings: Embedding
    known: dict[str, Halves] = field(default_factory=dict)

    def encode(self, texts: Sequence[str], done: Callable[[int], None]) -> Halves:
        """As that of :class:`store.encoders.Encoder`, save for the last bits of a row, which depend
        on what shared its batch.
        """
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        if new:
            rows = encoders.load(self.settings).encode(new, lambda _: None)
            self.known.update(zip(new, rows, strict=True))
        done(len(texts))
        return np.stack([self.known[text] for text in texts])


remembering = cache(Remembering)
