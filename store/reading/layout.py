"""Headings and tables of a page from the size and place of its lines.

Lines of larger letters than most of the document is set in are headings. Lines that stand beside
each other, as many in several rows one below the other, are a table.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, groupby
from typing import NamedTuple

from store.reading import markdown

_LARGER = 1.15
_LONGEST_HEADING = 150
_LEADING = 1.4
"""Lines of one heading are less than this, times the size of its letters, below each other."""


class Line(NamedTuple):
    """A line of text, the size of its first letters, and where it begins, in points."""

    text: str
    size: float
    x: float
    y: float


def as_markdown(pages: Sequence[Sequence[Line]]) -> list[str]:
    """The text of each page."""
    letters: Counter[float] = Counter()
    for line in chain.from_iterable(pages):
        letters[_size(line)] += len(line.text)
    least = _LARGER * letters.most_common(1)[0][0] if letters else 0.0
    whole = [[*_whole_headings(page, least)] for page in pages]
    levels = _levels(whole, least)
    texts = ("\n".join(_parts(page, levels)) for page in whole)
    return [re.sub(r"\n{3,}", "\n\n", text).strip() for text in texts]


def _whole_headings(page: Sequence[Line], least: float) -> Iterator[Line]:
    """The lines, those put together that are one large one broken into several."""
    before: Line | None = None
    for line in page:
        if before and _size(line) > least and _goes_on(before, line):
            before = line._replace(text=f"{before.text} {line.text}")
            continue
        if before:
            yield before
        before = line
    if before:
        yield before


def _goes_on(before: Line, line: Line) -> bool:
    return _size(before) == _size(line) and 0 < before.y - line.y < _LEADING * line.size


def _levels(pages: Sequence[Sequence[Line]], least: float) -> dict[float, int]:
    """Level of the headings of each size. The largest is the title, where there is one of it and
    that stands on the first page.
    """
    lines = Counter(map(_size, chain.from_iterable(pages)))
    sizes = sorted((size for size in lines if size > least), reverse=True)
    titled = sizes and lines[sizes[0]] == 1 and sizes[0] in map(_size, pages[0])
    return {size: min(i, 6) for i, size in enumerate(sizes, start=1 if titled else 2)}


def _parts(page: Sequence[Line], levels: dict[float, int]) -> Iterator[str]:
    rows = [[*group] for _, group in groupby(page, key=lambda line: round(line.y))]
    for width, group in groupby(rows, key=len):
        block = [*group]
        if width > 1 and len(block) > 1:
            cells = [[cell.text for cell in row] for row in block]
            yield f"\n{markdown.table(cells)}\n"
        else:
            yield from (_text(line, levels) for row in block for line in row)


def _text(line: Line, levels: dict[float, int]) -> str:
    level = levels.get(_size(line), 0)
    if level and len(line.text) <= _LONGEST_HEADING and re.search(r"[^\W\d_]", line.text):
        return f"\n{markdown.heading(level, line.text)}\n"
    return line.text


def _size(line: Line) -> float:
    return round(line.size, 1)
