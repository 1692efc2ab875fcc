"""What was read, in pieces: the documents with the hashes by which they are compared, and the
passages cut from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import pyarrow as pa

from configs.documents import Chunking
from store.chunks import cut
from store.corpus import DOCUMENTS, PASSAGES, Document, spans_of, table_of
from store.languages import language_of
from store.text import sha256

VERSION = "4"
LARGEST = 8_000_000
"""Characters from which on a piece is full."""
_TOLD = 700
"""Characters by which the language of a document is told."""
READ = pa.schema(
    [
        *DOCUMENTS,
        ("said", pa.string()),
        ("sha256", pa.string()),
        ("spans", pa.string()),
        ("passages", pa.int64()),
        ("characters", pa.int64()),
    ]
)
"""A document, hashes of its text (white space apart), of all about it and of where its
passages begin and end, how many of them it has, and how long it is."""


def pieces(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Documents in their order, about 8 million characters at a time."""
    taken: list[Document] = []
    size = 0
    for document in documents:
        taken.append(document)
        size += len(document.text)
        if size >= LARGEST:
            yield taken
            taken, size = [], 0
    if taken:
        yield taken


def tables_of(documents: Sequence[Document], chunking: Chunking) -> dict[str, pa.Table]:
    """The tables ``documents``, with their languages, and ``passages`` of a piece."""
    documents = [replace(one, language=language_of(one.text[:_TOLD])) for one in documents]
    cuts = [cut(document, chunking) for document in documents]
    columns = {
        "said": [sha256(_said(document.text)) for document in documents],
        "sha256": [document.sha256 for document in documents],
        "spans": [spans_of(passages) for passages in cuts],
        "passages": [len(passages) for passages in cuts],
        "characters": [len(document.text) for document in documents],
    }
    table = table_of(documents, DOCUMENTS)
    for name, values in columns.items():
        table = table.append_column(READ.field(name), pa.array(values, READ.field(name).type))
    return {
        "documents": table,
        "passages": table_of([p for passages in cuts for p in passages], PASSAGES),
    }


def _said(text: str) -> str:
    """What two documents that say the same have in common: all but white space, save in code."""
    return text if "```" in text else " ".join(text.split())
