"""Semantic figures against plain implementations and known values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.linalg import sqrtm
from scipy.spatial.distance import cdist

from verifiers.collapse import semantic
from verifiers.collapse.neighbours import Neighbours

Rows = NDArray[np.float32]


def rows(count: int, seed: int, width: int = 6) -> Rows:
    found = np.random.default_rng(seed).normal(size=(count, width)) + 0.5
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def test_vendi_of_equal_and_of_orthogonal_rows() -> None:
    """Friedman and Dieng 2022: n for n different rows, 1 for equal ones."""
    assert semantic.vendi(np.eye(8, dtype=np.float32)) == pytest.approx(8)
    assert semantic.vendi(np.tile(np.eye(8, dtype=np.float32)[0], (5, 1))) == pytest.approx(1)
    two = np.eye(8, dtype=np.float32)[[0, 0, 1, 1]]
    assert semantic.vendi(two) == pytest.approx(2)
    many = np.eye(4, dtype=np.float32)[np.arange(100) % 4]
    assert semantic.vendi(many) == pytest.approx(4), "more rows than dimensions"


@given(st.integers(1, 40), st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_vendi_invariants(count: int, seed: int) -> None:
    some = rows(count, seed)
    value = semantic.vendi(some)
    assert 1 - 1e-6 <= value <= min(count, 6) + 1e-6
    assert semantic.vendi(some[::-1]) == pytest.approx(value)
    assert semantic.vendi(np.concatenate([some, some])) == pytest.approx(value, rel=1e-5)


def test_vendi_influence_adds_up_to_its_logarithm() -> None:
    some = rows(50, 1)
    assert semantic.vendi_influence(some).mean() == pytest.approx(math.log(semantic.vendi(some)))


def test_centroid_similarity() -> None:
    assert semantic.centroid_similarity(np.eye(4, dtype=np.float32)) == pytest.approx(1 / 4)
    assert semantic.centroid_similarity(np.ones((3, 1), np.float32)) == pytest.approx(1)


def plain_cover(version: Rows, reference: Rows, k: int) -> tuple[float, ...]:
    """As in the code that Naeem et al. published, with distances."""
    within = np.sort(cdist(reference, reference), axis=1)
    mine = np.sort(cdist(version, version), axis=1)
    across = cdist(reference, version)
    reach, my_reach = within[:, k], mine[:, k]
    precision = (across <= reach[:, None]).any(axis=0).mean()
    recall = (across <= my_reach[None, :]).any(axis=1).mean()
    density = (across <= reach[:, None]).sum(axis=0).mean() / k
    coverage = (across.min(axis=1) <= reach).mean()
    limit = np.quantile(within[:, 1], 0.95)
    return precision, recall, density, coverage, (across.min(axis=0) > limit).mean()


@pytest.mark.parametrize("k", [1, 5])
def test_cover_against_distances(k: int) -> None:
    version, reference = rows(60, 1), rows(60, 2)
    expected = plain_cover(version, reference, k)
    assert semantic.cover(version, reference, k) == pytest.approx(expected, abs=1 / 59)


def test_cover_toy_case() -> None:
    """An outlier of the version makes its own ball large, and lies in none of the reference."""
    angle = np.deg2rad([0, 1, 2, 3, 4, 90])
    plane = np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)
    found = semantic.cover(plane, plane[:5], 1)
    assert found.precision == pytest.approx(5 / 6) and found.recall == 1
    assert found.coverage == 1 and found.far_share == pytest.approx(1 / 6)


def test_partings_of_listed_neighbours() -> None:
    pooled = rows(300, 3)
    rng = np.random.default_rng(4)
    true = np.arange(300) < 150
    near = Neighbours.among(pooled, true)
    for _ in range(5):
        version = rng.permutation(true)
        expected = semantic.cover(pooled[version], pooled[~version], 5)
        assert near.cover(version, 5) == pytest.approx(expected, abs=1e-9)
        own = semantic.nearest(pooled[version], pooled[version], 1, itself=True)[:, 0]
        assert near.nearest_own(version)[version] == pytest.approx(own, abs=1e-6)


def test_frechet_against_the_root_of_a_matrix() -> None:
    one, two = rows(80, 1).astype(np.float64), rows(80, 2, 6).astype(np.float64) * 1.1
    first, second = (np.cov(each, rowvar=False, bias=True) for each in (one, two))
    step = one.mean(axis=0) - two.mean(axis=0)
    expected = step @ step + np.trace(first + second - 2 * np.real(sqrtm(first @ second)))
    assert semantic.frechet(one, two) == pytest.approx(expected, abs=1e-6)
    assert semantic.frechet(one, one) == pytest.approx(0, abs=1e-9)


def test_mmd_against_loops() -> None:
    one, two, width = rows(9, 1), rows(7, 2), 0.7

    def kernel(a: Rows, b: Rows) -> float:
        return math.exp(-float(((a - b) ** 2).sum()) / width)

    def mean(left: Rows, right: Rows, same: bool) -> float:
        pairs = [(i, j) for i in range(len(left)) for j in range(len(right)) if not same or i != j]
        return sum(kernel(left[i], right[j]) for i, j in pairs) / len(pairs)

    expected = mean(one, one, True) + mean(two, two, True) - 2 * mean(one, two, False)
    assert semantic.mmd(one, two, width) == pytest.approx(expected, abs=1e-5)


def test_nearest_with_fewer_rows_than_asked() -> None:
    found = semantic.nearest(rows(2, 1), rows(2, 1), 3, itself=True)
    assert found.shape == (2, 3) and (found[:, 1:] == -1).all() and found[0, 0] == found[1, 0]
