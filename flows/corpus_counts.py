"""What was read of a corpus: how much, in which languages, of which days, what twice, what not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

import numpy as np
import polars as pl

from configs.filters import NearDedup
from configs.recipe import Chunking, CorpusSource
from filters.minhash import banding_for, candidates, signatures
from filters.near import jaccard
from flows.progress import report
from store.chunks import cut
from store.corpus import Document, LeftOut
from store.languages import language_of
from store.reading.folding import fold
from store.reading.source import look_at

_CHARS_OF_TOKEN = 4
"""About as many characters of English make a token of most models."""
_ALIKE = 0.9
_COMPARED = 20_000
"""Characters of a document by which it is compared with others."""


@dataclass(frozen=True)
class Alike:
    """Two documents that are nearly the same, and the share of character n-grams they share."""

    left: str
    right: str
    share: float


@dataclass(frozen=True)
class CorpusCounts:
    """What stands in a corpus. ``tokens`` is a rough count. ``kinds`` counts documents by suffix,
    ``languages`` by code, empty where there is too little text to tell.
    """

    documents: int
    passages: int
    paged: int
    tokens: int
    kinds: Counter[str]
    languages: Counter[str]
    dated: tuple[date, ...]
    problems: tuple[LeftOut, ...]
    twins: tuple[LeftOut, ...]
    alike: tuple[Alike, ...]


def count_corpus(sources: Sequence[CorpusSource], chunking: Chunking) -> CorpusCounts:
    """Read the sources of a corpus and count what was found.

    Raises:
        ConfigError: nothing is at the place of a source, or a library is lacking.
    """
    found: list[Document] = []
    problems: list[LeftOut] = []
    for number, source in enumerate(sources):
        report("reading corpus", number, len(sources))
        reading = look_at(source, report)
        found += reading.documents
        problems += reading.left_out
    documents, twins = fold(found)
    passages = [piece for document in documents for piece in cut(document, chunking)]
    return CorpusCounts(
        documents=len(documents),
        passages=len(passages),
        paged=sum(bool(document.pages) for document in documents),
        tokens=sum(len(document.text) for document in documents) // _CHARS_OF_TOKEN,
        kinds=Counter(_kind(document) for document in documents),
        languages=Counter(language_of(document.text) for document in documents),
        dated=tuple(sorted(d.valid_from for d in documents if d.valid_from)),
        problems=tuple(problems),
        twins=tuple(twins),
        alike=_alike(documents),
    )


def _kind(document: Document) -> str:
    if document.kind != "prose":
        return document.kind
    return PurePosixPath(document.id.partition(":")[0]).suffix.lower() or "text"


def _alike(documents: Sequence[Document]) -> tuple[Alike, ...]:
    """Documents that are nearly the same, most alike first."""
    if len(documents) < 2:
        return ()
    settings = NearDedup()
    texts = pl.Series([document.text[:_COMPARED] for document in documents])
    banding = banding_for(_ALIKE, len(texts))
    signed = signatures(texts, settings.ngram, settings.unit, banding)
    left, right, _ = candidates(
        signed, banding, _ALIKE, lambda rows: signed[rows, 0].astype(np.uint64)
    )
    shares = jaccard(texts, left, right, settings)
    pairs = [
        Alike(documents[one].id, documents[other].id, float(share))
        for one, other, share in zip(left, right, shares, strict=True)
        if share >= _ALIKE
    ]
    return tuple(sorted(pairs, key=lambda pair: -pair.share))
