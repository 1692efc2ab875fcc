"""Small records and contexts for the tests of filters."""

from __future__ import annotations

import random
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from store.corpus import Corpus, Document, Passage
from store.embedding import Embed
from store.records import RECORDS, REFERENCES, frame, polars_schema
from store.references import with_vectors
from store.stages import Context

DIM = 8
WORDS = """river stone lamp copper bridge winter garden market window silver thunder ladder
basket mirror engine pocket forest candle harbour meadow signal kettle anchor button carpet
desert eagle feather glacier hammer island jacket kitchen lantern mountain needle orchard
pepper quarry ribbon saddle temple umbrella valley whistle yellow zebra bottle cabin dragon
every under slowly brightly carries follows builds opens gathers returns measures holds""".split()


def unit(rng: np.random.Generator, count: int, size: int = DIM) -> NDArray[np.float32]:
    """Random unit rows."""
    rows = rng.normal(size=(count, size))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def record(id_: str, question: str, answer: str, **other: Any) -> dict[str, Any]:
    """A record; ``quotes``, ``document``, ``embedding`` and ``support`` may be given."""
    document = other.get("document", "doc")
    source = {"document_id": document, "passage_id": f"{document}#0", "title": document}
    row = dict.fromkeys(RECORDS.names, "")
    return {
        **row,
        "id": id_,
        "question": question,
        "answer": answer,
        "messages": [],
        "request_keys": [],
        "quotes": list(other.get("quotes", ())),
        "sources": [{**source, "start": 0, "end": 1, "sha256": "0" * 64}],
        "language": "en",
        "generation_depth": 0,
        "tier": 1,
        "valid_as_of": None,
        "embedding": list(other.get("embedding", [1.0] + [0.0] * (DIM - 1))),
        **({"support": other["support"]} if "support" in other else {}),
    }


def frame_of(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Records as the frame a stage gets."""
    schema = dict(polars_schema(RECORDS)) | {"embedding": pl.Array(pl.Float32, DIM)}
    if rows and "support" in rows[0]:
        schema["support"] = pl.Float64()
    return pl.DataFrame(list(rows), schema=schema)


def sentence(rng: random.Random, length: int) -> str:
    """A made-up sentence."""
    return " ".join(rng.choice(WORDS) for _ in range(length)).capitalize() + "."


def hashed(texts: Sequence[str]) -> NDArray[np.float32]:
    """A vector per text: the same for the same text, and unlike any other."""
    seeds = [zlib.crc32(text.encode("utf-8", "surrogatepass")) for text in texts]
    rows = [unit(np.random.default_rng(seed), 1, 64)[0] for seed in seeds]
    return np.array(rows, np.float32).reshape(-1, 64)


def exam(*items: tuple[str, str], embed: Embed = hashed) -> pl.DataFrame:
    """Questions and answers as the items of an evaluation set."""
    rows = [
        {"set": "exam", "id": f"{i:03}", "question": question, "answer": answer}
        for i, (question, answer) in enumerate(items)
    ]
    return with_vectors(frame(rows, REFERENCES), embed, answers=False)


def context(target: int = 0, seed: int = 7, **other: Any) -> Context:
    """A context with one passage; ``other`` are more of its fields."""
    text = "The lamp in the harbour is made of copper."
    passage = Passage("doc#0", "doc", "doc", "", 0, len(text), text)
    corpus = Corpus((Document("doc", "doc", text),), (passage,))
    return Context(corpus, unit(np.random.default_rng(1), 1), seed, target, **other)
