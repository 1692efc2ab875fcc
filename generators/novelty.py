"""How alike two requests are worded: ROUGE-L, as Self-Instruct's novelty gate measures it."""

from __future__ import annotations

from collections.abc import Sequence

from store.text import normalise


def rouge_l(one: str, other: str) -> float:
    """F-measure of the longest common subsequence of words, from 0 to 1 (Lin 2004)."""
    first, second = normalise(one).split(), normalise(other).split()
    longest = longest_common(first, second)
    return 2 * longest / (len(first) + len(second)) if longest else 0.0


def longest_common(first: Sequence[str], second: Sequence[str]) -> int:
    """Words of the longest common subsequence."""
    row = [0] * (len(second) + 1)
    for word in first:
        before = 0
        for place, other in enumerate(second, 1):
            kept = row[place]
            row[place] = before + 1 if word == other else max(row[place], row[place - 1])
            before = kept
    return row[-1]
