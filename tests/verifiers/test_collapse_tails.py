"""Tails against published numbers and plain counting."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifiers.collapse import kinds, tails

GIRDLED = np.array([46, 22, 17, 15, 15, 9, 8, 6, 6, 4, *[2] * 4, *[1] * 12])
LOGGED = np.array(
    [88, 22, 16, 15, 13, 10, 8, 8, 7, 7, 7, 5, 4, 4, 4, 3, 3, 3, 3, *[2] * 4, *[1] * 14]
)
"""Spiders of two treatments of a forest (Sackett et al. 2011), the example of iNEXT."""
COUNTS = st.lists(st.integers(1, 9), min_size=1, max_size=8).map(np.array)


@pytest.mark.parametrize(
    ("counts", "observed"),
    [(GIRDLED, (26, 12.060, 7.840)), (LOGGED, (37, 14.421, 6.761))],
)
def test_spiders_as_inext_prints_them(counts: np.ndarray, observed: tuple[float, ...]) -> None:
    for order, value in enumerate(observed):
        assert kinds.hill(counts, order) == pytest.approx(value, abs=5e-4)


def test_good_turing_of_the_fish() -> None:
    """Jurafsky and Martin's catch: 10 carp, 3 perch, 2 whitefish, 1 trout, 1 salmon, 1 eel."""
    assert kinds.unseen_mass(np.array([10, 3, 2, 1, 1, 1])) == pytest.approx(3 / 18)
    assert kinds.unseen_mass(np.zeros(0, np.int64)) == 0


def plain(counts: np.ndarray, size: int, order: int) -> float:
    """Expected numbers of kinds seen k times, counted with whole numbers."""
    total = int(counts.sum())
    seen = [
        sum(math.comb(c, k) * math.comb(total - c, size - k) for c in counts.tolist())
        / math.comb(total, size)
        for k in range(size + 1)
    ]
    shares = [(k / size, seen[k]) for k in range(1, size + 1)]
    if order == 1:
        return math.exp(-sum(p * math.log(p) * many for p, many in shares))
    return sum(p**order * many for p, many in shares) ** (1 / (1 - order))


@settings(max_examples=60, deadline=None)
@given(COUNTS, st.data())
def test_rarefaction_against_whole_numbers(counts: np.ndarray, data: st.DataObject) -> None:
    size = data.draw(st.integers(1, int(counts.sum())))
    for order in (0, 1, 2):
        expected = plain(counts, size, order)
        assert tails.rarefied(counts, size, order) == pytest.approx(expected, rel=1e-6)


def test_rarefied_to_all_and_to_one() -> None:
    for order in (0, 1, 2):
        assert tails.rarefied(GIRDLED, 168, order) == pytest.approx(kinds.hill(GIRDLED, order))
        assert tails.rarefied(GIRDLED, 1, order) == pytest.approx(1)
    with pytest.raises(ValueError, match="cannot draw 169 of 168"):
        tails.rarefied(GIRDLED, 169, 0)


@given(COUNTS)
def test_hill_numbers_fall_with_their_order(counts: np.ndarray) -> None:
    zero, one, two = (kinds.hill(counts, order) for order in (0, 1, 2))
    assert len(counts) + 1e-9 >= zero >= one - 1e-9 >= two - 2e-9 and two >= 1 - 1e-9
    assert kinds.hill(counts * 3, 1) == pytest.approx(one), "every row three times"


def test_emptied_kinds() -> None:
    theirs, mine = np.array([80, 40, 8, 4, 3]), np.array([40, 40, 2, 0, 0])
    assert kinds.emptied(mine, theirs) == pytest.approx(12 / 135)
    # 2 log(2/5) + 8 log(8/5) and 4 log 2, each less 1
    assert kinds.emptying(mine, theirs) == pytest.approx(0.92745**1.5 + 1.77259**1.5, abs=1e-4)
    assert kinds.emptying(theirs, mine) == -kinds.emptying(mine, theirs)


@given(st.lists(st.booleans(), min_size=1, max_size=30), st.integers(1, 5))
def test_counts_by_kind(mask: list[bool], count: int) -> None:
    labels = np.arange(len(mask)) % count
    masks = np.array([mask, [not each for each in mask]])
    found = kinds.counts_by_kind(kinds.places(labels, count), masks)
    assert found.tolist() == [np.bincount(labels[row], minlength=count).tolist() for row in masks]
    assert kinds.hill(found, 1).tolist() == [kinds.hill(row, 1) for row in found]


def test_rare_coverage() -> None:
    theirs = np.array([80, 10, 5, 3, 2, 0])
    assert kinds.rare_coverage(np.array([9, 0, 0, 1, 0, 4]), theirs, 0.1) == pytest.approx(1 / 3)
    assert kinds.rare_coverage(np.zeros(1, np.int64), np.array([9]), 0.1) == 1


def test_vanished_clusters_have_questions() -> None:
    rng = np.random.default_rng(3)
    rows = np.repeat(np.eye(9, dtype=np.float32), 20, axis=0)
    rows += rng.normal(0, 0.02, rows.shape).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    questions = [f"question of {row // 20}" for row in range(180)]
    assert tails.vanished(rows, rows, questions, 5, 2, 7) == []
    gone = tails.vanished(rows[:160], rows, questions, 5, 2, 7)
    assert gone and all(set(each.examples) == {"question of 8"} for each in gone)
    assert sum(each.share for each in gone) <= 1 / 9 + 1e-9
