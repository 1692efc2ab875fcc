"""Documents in quantity: sentences of the shipped corpus in other orders and with other numbers."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import numpy as np

from store.text import sentences

_CORPUS = Path(__file__).parent.parent / "data" / "corpora"
_PARAGRAPH, _SECTION = 5, 4
"""Sentences of a paragraph, and paragraphs below a heading."""


def made_text(number: int, characters: int) -> str:
    """Markdown of about so many characters; the same number gives the same text."""
    rng = np.random.default_rng(number)
    parts = [f"# Report {number}"]
    size = 0
    while size < characters:
        parts.append(f"## Part {len(parts)} of report {number}")
        for _ in range(_SECTION):
            drawn = [_sentences()[at] for at in rng.integers(0, len(_sentences()), _PARAGRAPH)]
            text = re.sub(r"\d+", lambda _: str(rng.integers(2, 10_000)), " ".join(drawn))
            parts.append(text)
            size += len(text)
    return "\n\n".join(parts) + "\n"


@lru_cache(maxsize=1)
def _sentences() -> list[str]:
    texts = [path.read_text(encoding="utf-8") for path in sorted(_CORPUS.rglob("*.md"))]
    found = [" ".join(one.text.split()) for text in texts for one in sentences(text)]
    return [one for one in found if 40 < len(one) < 300 and not one.startswith(("#", "|", "-"))]
