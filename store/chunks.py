"""Cutting documents into passages at headings, paragraphs and sentences, with exact offsets."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from configs.documents import Chunking
from store.corpus import Document, Passage
from store.text import Span, sentences

_HEADING = re.compile(r"^(#{1,6})[ \t]+(\S[^\n]*)$", re.MULTILINE)
# A fence left open runs to the end, and one line of ```code``` opens none.
FENCE = r"^ {0,3}(?P<fence>`{3,}(?=[^`\n]*$)|~{3,}).*?(?:^ {0,3}(?P=fence)[`~]*[ \t\r]*$|\Z)"
"""A block of code, as a pattern for lines of which the dot takes line ends, too."""
_FENCE = re.compile(FENCE, re.MULTILINE | re.DOTALL)


def cut(document: Document, settings: Chunking) -> list[Passage]:
    """Passages of a document, in order; each one's text is ``document.text[start:end]``.

    A passage never crosses a heading or a page. It holds whole sentences up to ``max_chars`` and
    repeats up to ``overlap_chars`` of whole sentences from the one before it. A single sentence
    that is longer than ``max_chars`` is cut between words.
    """
    passages: list[Passage] = []
    for section, body in _sections(document.text):
        for start, end in _windows_of_pages(body, document.pages, settings):
            text = document.text[start:end]
            if re.search(r"\w", text):
                number = len(passages)
                passages.append(
                    Passage(
                        id=f"{document.id}#{number}",
                        document_id=document.id,
                        title=document.title,
                        section=section,
                        start=start,
                        end=end,
                        text=text,
                        page=bisect_right(document.pages, start) or None,
                    )
                )
    return passages


def _sections(text: str) -> Iterator[tuple[str, Span]]:
    """Runs of text between headings, each with the path of headings above it."""
    fences = [match.span() for match in _FENCE.finditer(text)]
    headings = [match for match in _HEADING.finditer(text) if not _within(match.start(), fences)]
    yield from _body("", text, 0, headings[0].start() if headings else len(text))
    path: list[tuple[int, str]] = []
    for i, match in enumerate(headings):
        level = len(match.group(1))
        path = [part for part in path if part[0] < level] + [(level, heading_text(match.group(2)))]
        end = headings[i + 1].start() if i + 1 < len(headings) else len(text)
        names = [name for depth, name in path if depth > 1]
        yield from _body(" > ".join(names), text, match.end(), end)


def _within(at: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a place is in one of some spans, which are in order."""
    before = bisect_right(spans, (at, sys.maxsize)) - 1
    return before >= 0 and at < spans[before][1]


def heading_text(line: str) -> str:
    """What a heading says, without the marks that may close it."""
    line = line.rstrip(" \t\r")
    bare = line.rstrip("#")
    return bare.rstrip(" \t") if bare.endswith((" ", "\t")) else line


def _body(section: str, text: str, start: int, end: int) -> Iterator[tuple[str, Span]]:
    if text[start:end].strip():
        yield section, Span(start, end, text[start:end])


def _windows_of_pages(
    body: Span, pages: Sequence[int], settings: Chunking
) -> Iterator[tuple[int, int]]:
    """Windows of what of a body stands on each page, so that each has one page to be cited by."""
    starts = [body.start, *(page for page in pages if body.start < page < body.end)]
    for start, end in zip(starts, [*starts[1:], body.end], strict=True):
        text = body.text[start - body.start : end - body.start]
        yield from _windows(Span(start, end, text), settings)


def _windows(body: Span, settings: Chunking) -> Iterator[tuple[int, int]]:
    """Start and end of each window, in document offsets."""
    pieces = [
        (body.start + start, body.start + end)
        for sentence in sentences(body.text)
        for start, end in _short_enough(sentence, settings.max_chars)
    ]
    first = 0
    while first < len(pieces):
        last = first
        while last + 1 < len(pieces) and pieces[last + 1][1] - pieces[first][0] <= (
            settings.max_chars
        ):
            last += 1
        yield pieces[first][0], pieces[last][1]
        if last + 1 == len(pieces):
            return
        following = last + 1
        while following - 1 > first and (
            pieces[last][1] - pieces[following - 1][0] <= settings.overlap_chars
            and pieces[last + 1][1] - pieces[following - 1][0] <= settings.max_chars
        ):
            following -= 1
        first = following


def _short_enough(sentence: Span, limit: int) -> Iterator[tuple[int, int]]:
    """The sentence, or its parts cut between words where it is longer than ``limit``."""
    start = 0
    while len(sentence.text) - start > limit:
        space = sentence.text.rfind(" ", start + limit // 2, start + limit)
        end = space if space > start else start + limit
        yield sentence.start + start, sentence.start + end
        start = end + (sentence.text[end : end + 1] == " ")
    yield sentence.start + start, sentence.end
