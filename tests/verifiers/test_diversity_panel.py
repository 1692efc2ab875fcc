"""Figures of the diversity panel on cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from verifiers.diversity import cluster_coverage, compression_ratio, distinct_n, vendi


def test_vendi() -> None:
    assert vendi(np.eye(8, dtype=np.float32)) == pytest.approx(8)
    assert vendi(np.tile(np.eye(8, dtype=np.float32)[0], (5, 1))) == pytest.approx(1)
    two = np.eye(8, dtype=np.float32)[[0, 0, 1, 1]]
    assert vendi(two) == pytest.approx(2)
    many = np.eye(4, dtype=np.float32)[np.arange(100) % 4]
    assert vendi(many) == pytest.approx(4), "more rows than dimensions"


def test_distinct_n() -> None:
    assert distinct_n("a b a b".split(), 1) == pytest.approx(2 / 4)
    assert distinct_n("a b a b".split(), 2) == pytest.approx(2 / 3)
    assert distinct_n([], 2) == 0


def test_compression_ratio() -> None:
    assert compression_ratio("") == 0
    assert compression_ratio("the same again " * 200) > 10 > compression_ratio("abcdefgh") > 0


def test_cluster_coverage_falls_with_lost_clusters() -> None:
    rng = np.random.default_rng(3)
    centres = np.eye(9, dtype=np.float32)
    passages = np.repeat(centres, 9, axis=0) + rng.normal(0, 0.02, (81, 9)).astype(np.float32)
    passages /= np.linalg.norm(passages, axis=1, keepdims=True)
    assert cluster_coverage(passages, passages, 7) == 1
    assert cluster_coverage(passages[:27], passages, 7) < 0.5
