"""Parts of documents as Markdown, which is what passages are cut from."""

from __future__ import annotations

from collections.abc import Sequence


def heading(level: int, text: str) -> str:
    """A heading on one line."""
    return f"{'#' * min(level, 6)} {' '.join(text.split())}"


def table(rows: Sequence[Sequence[str]]) -> str:
    """A table whose first row is its head; short rows are filled up. Empty without rows."""
    if not rows:
        return ""
    width = max(map(len, rows))
    full = ([*row, *[""] * (width - len(row))] for row in rows)
    lines = ["| " + " | ".join(map(_cell, row)) + " |" for row in full]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
