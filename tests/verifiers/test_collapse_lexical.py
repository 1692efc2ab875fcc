"""Lexical figures against worked examples and a plain implementation."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifiers.collapse import grams, lexical

SOME_WORDS = st.lists(st.sampled_from("a b c d e f".split()), max_size=9).map(" ".join)


def test_distinct_n() -> None:
    assert lexical.distinct_n("a b a b".split(), 1) == pytest.approx(2 / 4)
    assert lexical.distinct_n("a b a b".split(), 2) == pytest.approx(2 / 3)
    assert lexical.distinct_n([], 2) == 0


def test_compression_ratio() -> None:
    assert lexical.compression_ratio("") == 0
    repeated = lexical.compression_ratio("the same again " * 200)
    assert repeated > 10 > lexical.compression_ratio("abcdefgh") > 0


def test_mtld_by_hand() -> None:
    assert lexical.mtld("a b a b a b".split()) == pytest.approx(3), "a factor every three words"
    # 3 of 4 differ: (1 - 0.75) / (1 - 0.72) of a factor, from both ends
    assert lexical.mtld("a b c a".split()) == pytest.approx(4 / ((1 - 0.75) / 0.28))
    assert lexical.mtld("a b c d".split()) == 4, "no factor at all"
    assert lexical.mtld([]) == 0


def test_zipf_slope_of_a_zipfian_text() -> None:
    tokens = [f"w{rank}" for rank in range(1, 101) for _ in range(round(100_000 / rank))]
    assert lexical.zipf_slope(tokens) == pytest.approx(-1, abs=1e-3)
    assert lexical.zipf_slope(["a"]) == 0


def test_openings() -> None:
    kinds = lexical.openings(["What is the time?", "what is, the moon", "Why", "", "Why"])
    assert kinds[0] == kinds[1] and kinds[2] == kinds[4] and len(set(kinds.tolist())) == 3


def test_entropy_and_takeover() -> None:
    assert lexical.entropy(np.array([1, 1, 1, 1])) == pytest.approx(math.log(4))
    assert lexical.entropy(np.array([7, 0])) == 0
    assert lexical.top_share(np.array([3, 1])) == 0.75
    assert lexical.takeover(np.array([6, 4]), np.array([4, 6])) == pytest.approx(0.2)


def naive_share(texts: list[str], size: int, least: float, others: int) -> float:
    sets = []
    for text in texts:
        words = text.split()
        windows = [tuple(words[i : i + size]) for i in range(max(1, len(words) - size + 1))]
        sets.append(set(windows) if words else set())
    rows = Counter(gram for own in sets for gram in own)
    found = 0
    for own in sets:
        again = sum(rows[gram] > others for gram in own)
        found += bool(own) and again >= max(least * len(own), 1)
    return found / len(texts)


@settings(max_examples=60, deadline=None)
@given(st.lists(SOME_WORDS, min_size=1, max_size=12), st.sampled_from([0.0, 0.5, 1.0]))
def test_repeated_share_against_counting(texts: list[str], least: float) -> None:
    shared = grams.shared_grams(texts, 3)
    every = np.ones(len(texts), bool)
    for others in (1, 2):
        expected = naive_share(texts, 3, least, others)
        assert grams.repeated_share(shared, every, least, others) == pytest.approx(expected)
    some = np.arange(len(texts)) % 2 == 0
    expected = naive_share(texts[::2], 3, least, 1)
    assert grams.repeated_share(shared, some, least) == pytest.approx(expected)


@given(st.lists(SOME_WORDS.filter(bool), min_size=1, max_size=8))
@settings(max_examples=30, deadline=None)
def test_doubled_rows_are_all_near_duplicates(texts: list[str]) -> None:
    shared = grams.shared_grams(texts * 2, 5)
    assert grams.repeated_share(shared, np.ones(2 * len(texts), bool), 0.5) == 1


def test_masked_frames() -> None:
    texts = [f"What was the capital of {name} in {year}?" for name, year in
             [("Peru", 1900), ("Chad", 1950), ("Oman", 2000)]]  # fmt: skip
    every = np.ones(3, bool)
    assert grams.repeated_share(grams.shared_grams(texts, 8), every, 0, 2) == 0
    assert grams.repeated_share(grams.shared_grams(texts, 8, masked=True), every, 0, 2) == 1


def test_no_text_at_all() -> None:
    shared = grams.shared_grams(["", "?!"], 5)
    assert grams.repeated_share(shared, np.ones(2, bool), 0.5) == 0
    assert grams.repeated_share(grams.shared_grams([], 5), np.zeros(0, bool), 0.5) == 0
