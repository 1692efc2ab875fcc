"""Where the text that a record was written from stands, once its document has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from store.corpus import Corpus, Document, Passage
from store.quotes import find_quote
from store.text import normalise, sha256

Row = Mapping[str, Any]


def anchored(row: Row, corpus: Corpus, changed: frozenset[str]) -> tuple[list[Row], bool]:
    """The sources of a record over the corpus of now, all of whose documents are there, and whether
    the text of each still stands, word for word. One whose text is gone becomes the passage of its
    document that shares most words with the record.
    """
    found, whole = [], True
    for source in row["sources"]:
        if source["document_id"] not in changed:
            found.append(source)
            continue
        document = corpus.document[source["document_id"]]
        passages = corpus.passages_of(document.id)
        span = next(_spans(row, source, document, passages), None)
        whole = whole and span is not None
        if span is None:
            near = _nearest(row, passages)
            span = (near.start, near.end) if near else (0, 0)
        found.append(_source(document, passages, *span))
    return found, whole


def _spans(
    row: Row, source: Row, document: Document, passages: Sequence[Passage]
) -> Iterator[tuple[int, int]]:
    """Where the very text of a source stands: at its place, as a quote, or as a passage."""
    same = (source["start"], source["end"])
    quotes = (find_quote(quote, document.text, near=source["start"]) for quote in row["quotes"])
    moved = ((passage.start, passage.end) for passage in passages)
    for start, end in (same, *filter(None, quotes), *moved):
        if sha256(document.text[start:end]) == source["sha256"]:
            yield start, end


def _nearest(row: Row, passages: Sequence[Passage]) -> Passage | None:
    said = set(normalise(f"{row['question']} {row['answer']}").split())
    scored = [(len(said & set(normalise(p.text).split())), -p.start, p) for p in passages]
    return max(scored, key=lambda each: each[:2])[2] if scored else None


def _source(document: Document, passages: Sequence[Passage], start: int, end: int) -> Row:
    inside = (p for p in passages if p.start <= start and end <= p.end)
    begun = (p for p in passages if p.start <= start < p.end)
    passage = next(inside, next(begun, None))
    return {
        "document_id": document.id,
        "passage_id": passage.id if passage else "",
        "title": document.title,
        "start": start,
        "end": end,
        "sha256": sha256(document.text[start:end]),
    }
