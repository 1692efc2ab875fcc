"""Texts as hashed n-grams, all texts of a block at once.

Short instructions need character n-grams: one changed word spoils three of the word 3-grams of a
ten-word question, but only a fifth of its character 5-grams.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

Unit = Literal["char", "word"]
_SEPARATOR = "\uffff"
"""A noncharacter, which no text should hold; where one does, it counts as a space."""
_SPACE, _END = np.uint32(ord(" ")), np.uint32(ord(_SEPARATOR))
_BASE = np.uint32(0x01000193)
_BLOCK_CHARS = 160_000
"""Characters hashed at a time: what is counted over and over stays in the processor's cache."""


@dataclass(frozen=True)
class Grams:
    """Hashed n-grams of some texts: text ``i`` has ``hashes[starts[i]:starts[i + 1]]``, uint32, in
    the order of the text and with repeats.
    """

    hashes: NDArray[np.uint32]
    starts: NDArray[np.int64]


def blocks(texts: pl.Series) -> Iterator[tuple[int, int]]:
    """Ranges of texts that are hashed together."""
    ends = np.cumsum(texts.str.len_chars().to_numpy().astype(np.int64)) // _BLOCK_CHARS
    cuts = np.flatnonzero(np.diff(ends)) + 1
    return pairwise([0, *cuts.tolist(), len(texts)])


def ngrams(texts: Sequence[str], size: int, unit: Unit = "char") -> Grams:
    """Hashed n-grams of the texts' words in folded case (NFKC), one space apart.

    The spaces around a text belong to it. A text shorter than ``size`` is one n-gram; a text
    without a letter, digit or symbol has none.
    """
    codes, told, ends = _folded(texts)
    gap = np.diff(told, prepend=-1) > 1
    if unit == "char":
        return _windows(*_between_ends(codes[told], told, ends, gap), size)
    words, told = _words(codes[told], np.flatnonzero(gap)), told[gap]
    gap = np.diff(np.searchsorted(ends, told), prepend=0) > 0
    return _windows(*_between_ends(words, told, ends, gap), size)


def distinct_grams(grams: Grams) -> Grams:
    """Each n-gram of a text once, in the order of the hashes."""
    ordered, starts = grams.hashes.copy(), grams.starts
    for start, stop in pairwise(starts.tolist()):
        ordered[start:stop].sort()
    first = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    first[starts[:-1][np.diff(starts) > 0]] = True
    return Grams(ordered[first], np.concatenate([[0], np.cumsum(first)])[starts])


def distinct(values: NDArray[Any]) -> NDArray[Any]:
    """Each value once, in order. NumPy's own ``unique`` hashes, which takes 15 times as long."""
    ordered = np.sort(values)
    first = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


def _folded(
    texts: Sequence[str],
) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.int64]]:
    """Characters of all texts, the places of those that tell something, and of the texts' ends."""
    whole = _SEPARATOR.join(text if text.isascii() else _composed(text) for text in texts)
    raw = f"{_SEPARATOR}{whole.casefold()}{_SEPARATOR}".encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(raw, np.uint32)
    return codes, np.flatnonzero(np.take(_telling(), codes)), np.flatnonzero(codes == _END)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace(_SEPARATOR, " ")


@lru_cache(maxsize=1)
def _telling() -> NDArray[np.bool_]:
    """Whether a character tells something: letters, marks, digits, symbols and emoji do."""
    found = np.zeros(0x110000, bool)
    # In other planes are no characters, or private ones; looking at all takes half a second.
    for code in chain(range(0x40000), range(0xE0000, 0xF0000)):
        found[code] = unicodedata.category(chr(code))[0] in "LMNS"
    return found


def _between_ends(
    values: NDArray[np.uint32],
    told: NDArray[np.int64],
    ends: NDArray[np.int64],
    gap: NDArray[np.bool_],
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Values with a space before each that has a gap before it, and the spaces that are ends of
    texts, one more than there are texts; neighbours share one.
    """
    places = np.cumsum(1 + gap) - 1
    size = int(places[-1]) + 2 if len(places) else 1
    spaced = np.full(size, _SPACE, np.uint32)
    spaced[places] = values
    behind = np.append(places, size)[np.searchsorted(told, ends)]
    return spaced, behind - 1


def _words(codes: NDArray[np.uint32], starts: NDArray[np.int64]) -> NDArray[np.uint32]:
    """One hash per word, words one after the other."""
    if not len(starts):
        return np.zeros(0, np.uint32)
    lengths = np.diff(starts, append=len(codes))
    power = np.cumprod(np.full(int(lengths.max()), _BASE, np.uint32), dtype=np.uint32)
    within = np.arange(len(codes)) - np.repeat(starts, lengths)
    return _mixed(np.add.reduceat(codes * power[within], starts, dtype=np.uint32))


def _windows(codes: NDArray[np.uint32], ends: NDArray[np.int64], size: int) -> Grams:
    """Hashes of all windows that lie in one text, ends included."""
    length = np.diff(ends) + 1
    count = np.where(length > 2, np.maximum(length - size + 1, 1), 0)
    padded = np.concatenate([codes, np.zeros(size, np.uint32)])
    hashed = padded[: len(codes)].copy()
    for offset in range(1, size):
        hashed *= _BASE
        hashed += padded[offset : offset + len(codes)]
    for text in np.flatnonzero((length > 2) & (length < size)):
        hashed[ends[text]] = _whole(codes[ends[text] : ends[text + 1] + 1])
    starts = np.concatenate([[0], np.cumsum(count)])
    rows = np.repeat(ends[:-1] - starts[:-1], count) + np.arange(starts[-1])
    return Grams(_mixed(hashed[rows]), starts)


def _whole(codes: NDArray[np.uint32]) -> np.uint32:
    total = 0
    for code in codes.tolist():
        total = (total * int(_BASE) + code) & 0xFFFFFFFF
    return np.uint32(total)


def _mixed(hashed: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Every bit spread over all (the finaliser of MurmurHash3)."""
    hashed = hashed ^ (hashed >> np.uint32(16))
    hashed *= np.uint32(0x85EBCA6B)
    hashed ^= hashed >> np.uint32(13)
    hashed *= np.uint32(0xC2B2AE35)
    hashed ^= hashed >> np.uint32(16)
    return hashed
