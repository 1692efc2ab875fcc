"""Wording: how often rows repeat each other's words, and how they begin."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from store.text import words

Rows = NDArray[np.int64]
_FACTOR = 0.72
_WORD = r"[\p{L}\p{N}][\p{L}\p{N}\p{M}]*"
_OPENING = rf"^\W*((?:{_WORD}\W+){{0,2}}{_WORD})"


def distinct_n(tokens: Sequence[str], n: int) -> float:
    """Share of different n-grams among all (distinct-n, Li et al. 2016, arXiv 1510.03055):
    ``|set of n-grams| / |n-grams|``; 0 without any. It falls as a text grows: compare equal counts.
    """
    grams = list(zip(*(tokens[i:] for i in range(n)), strict=False))
    return len(set(grams)) / len(grams) if grams else 0.0


def compression_ratio(text: str) -> float:
    """Bytes of a text over bytes of its deflated form; more means more repetition
    (Shaib et al. 2024, arXiv 2403.00553).
    """
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw, 9)) if raw else 0.0


def mtld(tokens: Sequence[str]) -> float:
    """Measure of textual lexical diversity (McCarthy and Jarvis 2010): the mean length of a stretch
    whose type-token ratio stays above 0.72, forwards and backwards. The unfinished stretch at the
    end counts as ``(1 - ratio) / (1 - 0.72)`` of one; where there is none, the text's length.
    """
    if not tokens:
        return 0.0
    return (_stretch(tokens) + _stretch(tokens[::-1])) / 2


def _stretch(tokens: Sequence[str]) -> float:
    factors, seen, count, ratio = 0.0, set[str](), 0, 1.0
    for token in tokens:
        seen.add(token)
        count += 1
        ratio = len(seen) / count
        if ratio < _FACTOR:
            factors, seen, count, ratio = factors + 1, set(), 0, 1.0
    factors += (1 - ratio) / (1 - _FACTOR)
    return len(tokens) / factors if factors else float(len(tokens))


def zipf_slope(tokens: Sequence[str], ranks: int = 1000) -> float:
    """Slope of log frequency over log rank (Zipf 1949), least squares over the first ``ranks``
    ranks; near -1 in natural text, steeper where few words take over. 0 with fewer than two.
    """
    counts = sorted(Counter(tokens).values(), reverse=True)[:ranks]
    if len(counts) < 2:
        return 0.0
    rank = np.log(np.arange(1, len(counts) + 1))
    frequency = np.log(counts)
    centred = rank - rank.mean()
    return float((centred * frequency).sum() / (centred**2).sum())


def tokens_of(texts: Sequence[str], budget: int) -> list[str]:
    """The first ``budget`` words of all the texts together."""
    found: list[str] = []
    for text in texts:
        found += words(text)
        if len(found) >= budget:
            break
    return found[:budget]


def openings(texts: Sequence[str]) -> Rows:
    """A number for each text, equal where the first three words are (in folded case)."""
    found = pl.Series("text", texts, dtype=pl.String).str.extract(_OPENING).str.to_lowercase()
    plain = found.str.replace_all(r"[^\p{L}\p{N}\p{M}]+", " ").fill_null("")
    return plain.rank("dense").to_numpy().astype(np.int64) - 1


def entropy(counts: NDArray[np.int64]) -> float:
    """Shannon entropy in nats of some counts (Shannon 1948): ``-sum p log p``."""
    share = counts[counts > 0] / max(1, counts.sum())
    return float(-(share * np.log(share)).sum())


def top_share(counts: NDArray[np.int64]) -> float:
    """Share of the most frequent of some counts."""
    return float(counts.max() / counts.sum()) if len(counts) and counts.sum() else 0.0


def takeover(mine: NDArray[np.int64], theirs: NDArray[np.int64]) -> float:
    """By how much the share of one kind exceeds that among the others, at most over all kinds:
    ``max(p - q)``.
    """
    one, two = mine / max(1, mine.sum()), theirs / max(1, theirs.sum())
    return float((one - two).max()) if len(one) else 0.0
