"""Texts of pages as one text that knows where they begin."""

from __future__ import annotations

from collections.abc import Sequence

_BETWEEN = "\n\n"


def joined(pages: Sequence[str]) -> tuple[str, tuple[int, ...]]:
    """The pages below each other, and the offset at which each begins. Pages without text count."""
    starts, length = [], 0
    for page in pages:
        starts.append(length)
        length += len(page) + len(_BETWEEN)
    return _BETWEEN.join(pages) + "\n", tuple(starts)
