"""Verbatim quotes: text between quotation marks must stand in the corpus, letter by letter.

A writer may leave words out ("..." or "[...]"), change the case of a first letter ("[T]he"), and
end a quote with the punctuation of the sentence around it; nothing else.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from store.corpus import Corpus, Document
from store.quotes import find_quote
from store.text import Span, visible, visible_places

_QUOTED = re.compile(
    r'"([^"\n]+)"|“([^“”\n]+)”|«([^«»\n]+)»|„([^„“”\n]+)[“”]'
    r"|(?<![\w'’])['‘](?=[^\W\d])((?:[^'‘’\n]|(?<=\w)['’](?=\w))+)['’](?!\w)"
)
_BLOCK = re.compile(r"^[ \t]{0,3}>(?!>)[ \t]?(.*)$", re.MULTILINE)
_LEAST_WORDS = 4
"""Shorter pieces between quotation marks are terms and titles rather than quotes."""
_LEFT_OUT = re.compile(r"\[ ?(?:\.{3}|…) ?\]|\.{3,4}|…")
_CHANGED = re.compile(r"\[(\w)\](?=\w)")
_END = " .,;:!?"
_WORD = re.compile(r"[^\W\d_]{4,}")


class Found(NamedTuple):
    """Where a quote stands."""

    document: Document
    start: int
    end: int


def quoted(text: str) -> list[str]:
    """Quotes in a text, without their marks, in order."""
    return [quote.text for quote in quotes_in(text)]


def quotes_in(text: str) -> list[Span]:
    """Quotes in a text with their offsets, and its block quotes (lines behind ">") line by line."""
    spans = [match.span(match.lastindex or 0) for match in _QUOTED.finditer(text)]
    blocks = [match.span(1) for match in _BLOCK.finditer(text)]
    spans = [one for one in spans if not any(two[0] <= one[0] < two[1] for two in blocks)]
    return [
        Span(start + len(raw) - len(raw.lstrip()), start + len(raw.rstrip()), raw.strip())
        for start, end in sorted([*spans, *blocks])
        if len((raw := text[start:end]).split()) >= _LEAST_WORDS
    ]


@dataclass(frozen=True, eq=False)
class QuoteIndex:
    """A corpus in which quotes are found by their words first, then letter by letter."""

    corpus: Corpus

    def find(self, quote: str, first: Iterable[str] = ()) -> Found | None:
        """The document and span that hold a quote, looking into the documents ``first`` before all;
        None if it stands nowhere.
        """
        plain = visible(quote)
        for form in _forms(plain):
            for document in self._candidates(form, first):
                span = _span(form, document.text)
                if span is not None:
                    return Found(document, *span)
        return None

    def _candidates(self, parts: tuple[str, ...], first: Iterable[str]) -> Iterator[Document]:
        """Documents with all words that stand whole inside the parts of a quote."""
        inner = {word for part in parts for word in _words(part)[1:-1]}
        held = sorted((self._holders.get(word, _NOWHERE) for word in inner), key=len)
        places = set(held[0]) if held else set(range(len(self.corpus.documents)))
        for more in held[1:]:
            places &= set(more)
        documents = [self.corpus.documents[place] for place in sorted(places)]
        ahead = set(first)
        yield from sorted(documents, key=lambda document: document.id not in ahead)

    @cached_property
    def _holders(self) -> dict[str, array[int]]:
        """The places of the documents that hold each word."""
        found: dict[str, array[int]] = {}
        for place, document in enumerate(self.corpus.documents):
            for word in set(_words(visible(document.text))):
                found.setdefault(word, array("I")).append(place)
        return found


_NOWHERE: array[int] = array("I")


def _words(text: str) -> list[str]:
    return _WORD.findall(text.replace("`", "").casefold())


def _forms(quote: str) -> dict[tuple[str, ...], None]:
    """A quote as it stands, and in the other forms that it may have in its source, in parts."""
    whole = [quote, quote.rstrip(_END)]
    parts = [part.strip(_END) for part in _LEFT_OUT.split(quote)]
    kept = [tuple(part for part in parts if re.search(r"\w", part))]
    changed = [
        tuple(_CHANGED.sub(_lower, part) for part in kept[0]),
        tuple(_CHANGED.sub(_upper, part) for part in kept[0]),
    ]
    swapped = [(part[0][:1].swapcase() + part[0][1:], *part[1:]) for part in kept if part]
    return dict.fromkeys(
        form for form in (*((w,) for w in whole), *kept, *changed, *swapped) if form
    )


def _lower(match: re.Match[str]) -> str:
    return match.group(1).lower()


def _upper(match: re.Match[str]) -> str:
    return match.group(1).upper()


def _span(parts: tuple[str, ...], text: str) -> tuple[int, int] | None:
    """From the first to the last part of a quote, which must stand in order."""
    seen = visible(text)
    spans: list[tuple[int, int]] = []
    for part in parts:
        at = spans[-1][1] if spans else 0
        span = find_quote(part, seen, near=at)
        if span is None or span[0] < at:
            return None
        spans.append(span)
    start, end = spans[0][0], spans[-1][1]
    if seen == text:
        return start, end
    places = visible_places(text)[1]
    return places[start], places[end]
