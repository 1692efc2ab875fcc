"""Texts as hashed words and n-grams, and which n-grams come back in other rows.

Only n-grams that more than one row holds are kept, so a million rows need little more than one
64-bit number per word for a moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
_STEP = 50_000
"""Rows whose words are in memory at a time."""
_WORD = r"[\p{L}\p{N}][\p{L}\p{N}\p{M}]*"
_ODD = np.uint64(0x9E3779B97F4A7C15)
_ROW_BITS = np.uint64(24)
_ROWS = np.uint64((1 << 24) - 1)
"""Rows are numbered in 24 bits beside 40 bits of a hash: 16 million rows at most."""


@dataclass(frozen=True)
class Words:
    """Hashed words: text ``i`` has ``hashes[starts[i]:starts[i + 1]]``, uint64."""

    hashes: NDArray[np.uint64]
    starts: NDArray[np.int64]


@dataclass(frozen=True)
class Shared:
    """The n-grams that at least two rows hold, once per row: ``gram`` and ``row`` of each; and how
    many different n-grams each row has.
    """

    gram: NDArray[np.int64]
    row: NDArray[np.int64]
    distinct: NDArray[np.int64]


def word_lists(texts: Sequence[str], masked: bool = False) -> Iterator[Words]:
    """Words of the texts in folded case, some rows at a time.

    ``masked`` puts one sign in place of each word with a digit, and another in place of each
    capitalised word but a text's first: what remains of a filled-in template is its frame.
    """
    for start in range(0, len(texts), _STEP):
        column = pl.Series("word", texts[start : start + _STEP], dtype=pl.String)
        lists = column.str.extract_all(_WORD)
        counts = lists.list.len().fill_null(0).to_numpy().astype(np.int64)
        starts = np.concatenate([[0], np.cumsum(counts)])
        flat = pl.DataFrame({"word": lists.explode(empty_as_null=False)})
        word = pl.col("word").str.to_lowercase()
        if masked:
            first = np.zeros(len(flat), bool)
            first[starts[:-1][counts > 0]] = True
            flat = flat.with_columns(first=pl.Series(first))
            is_name = pl.col("word").str.contains(r"^\p{Lu}") & ~pl.col("first")
            word = (
                pl.when(pl.col("word").str.contains(r"\p{N}"))
                .then(pl.lit("0"))
                .when(is_name)
                .then(pl.lit("N"))
                .otherwise(word)
            )
        yield Words(flat.select(word.hash(seed=1)).to_series().to_numpy(), starts)


def shared_grams(texts: Sequence[str], size: int, masked: bool = False) -> Shared:
    """The word n-grams that come back. A text shorter than ``size`` words is one n-gram; a text
    without words has none.

    Raises:
        ValueError: more than 16 million texts.
    """
    if len(texts) > int(_ROWS):
        raise ValueError(f"{len(texts):,} rows; n-grams of at most {int(_ROWS):,} are compared")
    parts, distinct, before = [np.zeros(0, np.uint64)], [], 0
    for words in word_lists(texts, masked):
        hashes, row = _windows(words, size)
        packed = (hashes & ~_ROWS) | (row + before).astype(np.uint64)
        packed.sort()
        packed = packed[np.concatenate([[True], packed[1:] != packed[:-1]])[: len(packed)]]
        within = (packed & _ROWS).astype(np.int64) - before
        distinct.append(np.bincount(within, minlength=len(words.starts) - 1))
        parts.append(packed)
        before += len(words.starts) - 1
    every = np.concatenate(parts)
    parts.clear()
    every.sort()
    gram, row = _repeated(every)
    return Shared(gram, row, np.concatenate([np.zeros(0, np.int64), *distinct]))


def _windows(words: Words, size: int) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Hash and row of each n-gram."""
    counts = np.diff(words.starts)
    row = np.repeat(np.arange(len(counts)), counts)
    left = np.repeat(words.starts[1:], counts) - np.arange(len(words.hashes))
    hashes = words.hashes.copy()
    for offset in range(1, size):
        reach = np.flatnonzero(left > offset)
        hashes[reach] = hashes[reach] * _ODD + words.hashes[reach + offset]
    hashes ^= hashes >> np.uint64(29)
    hashes *= _ODD
    whole = (left >= size) | ((left == counts[row]) & (left < size))
    return hashes[whole], row[whole]


def _repeated(every: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers and rows of the n-grams that stand more than once in an ordered list."""
    same = (every[1:] >> _ROW_BITS) == (every[:-1] >> _ROW_BITS)
    again = np.concatenate([same, [False]])[: len(every)]
    again[1:] |= same
    kept = every[again]
    new = np.concatenate([[True], (kept[1:] >> _ROW_BITS) != (kept[:-1] >> _ROW_BITS)])
    gram = np.cumsum(new[: len(kept)]) - 1
    return gram.astype(np.int64), (kept & _ROWS).astype(np.int64)


def repeated_share(shared: Shared, rows: Mask, least: float, others: int = 1) -> float:
    """Share of the rows of which at least ``least`` of the n-grams (or one, if 0) stand in that
    many other ones of the rows.
    """
    if not rows.any():
        return 0.0
    inside = rows[shared.row]
    gram, row = shared.gram[inside], shared.row[inside]
    counts = np.bincount(gram, minlength=1)
    found = np.bincount(row[counts[gram] > others], minlength=len(rows))
    enough = np.maximum(least * shared.distinct, 1)
    return float(((found >= enough) & (shared.distinct > 0))[rows].mean())
