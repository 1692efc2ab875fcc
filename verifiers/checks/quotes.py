"""Verbatim quotes: text between quotation marks must stand in the corpus, letter by letter."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from store.corpus import Corpus, Document
from store.quotes import find_quote

_QUOTED = re.compile(r'"([^"\n]+)"|“([^”\n]+)”')
_LEAST_WORDS = 4
"""Shorter pieces between quotation marks are terms and titles rather than quotes."""


class Found(NamedTuple):
    """Where a quote stands."""

    document: Document
    start: int
    end: int


def quoted(text: str) -> list[str]:
    """Quotes in a text, without their marks; one trailing comma or point is not part of it."""
    found = (match.group(1) or match.group(2) for match in _QUOTED.finditer(text))
    return [quote.strip() for quote in found if len(quote.split()) >= _LEAST_WORDS]


def find_in_corpus(quote: str, first: Iterable[str], corpus: Corpus) -> Found | None:
    """The document and span that hold a quote, looking into the documents ``first`` before all.

    A final comma or point may belong to the sentence around the quote.
    """
    for text in dict.fromkeys((quote, quote.rstrip(".,;"))):
        for document in _ordered(first, corpus):
            span = find_quote(text, document.text)
            if span is not None:
                return Found(document, *span)
    return None


def _ordered(first: Iterable[str], corpus: Corpus) -> Iterable[Document]:
    ahead = [name for name in dict.fromkeys(first) if name in corpus.document]
    yield from (corpus.document[name] for name in ahead)
    yield from (document for document in corpus.documents if document.id not in ahead)
