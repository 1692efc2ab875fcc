"""Facts: claims that hold, and sources that are still told."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from store.shares import wilson
from verifiers.collapse import facts

EVIDENCE = pl.DataFrame(
    {
        "record_id": ["a", "a", "b", "z"],
        "verdict": ["supported", "not_found", "supported", "supported"],
        "passage_id": ["p1", "p2", "p1", "p9"],
    }
)


def test_claims_by_row() -> None:
    claims = facts.claims_of(["b", "c", "a"], EVIDENCE)
    assert claims.tolist() == [[1, 1], [0, 0], [1, 2]]
    assert facts.accuracy(claims) == pytest.approx(2 / 3)
    assert facts.accuracy(np.zeros((2, 2), np.int64)) == 1
    assert facts.supporting_passages(["a", "b"], EVIDENCE) == 1


def test_recall_over_documents() -> None:
    told = facts.Told.of([["x", "y"], ["y", "y"], ["unknown"]], ["x", "y", "z"])
    assert told.counts(np.ones(3, bool)).tolist() == [1, 2, 0]
    assert told.recall(np.ones(3, bool)) == pytest.approx(2 / 3)
    assert told.recall(np.array([False, True, True])) == pytest.approx(1 / 3)
    assert facts.Told.of([[], []]).recall(np.ones(2, bool)) == 0


def test_tail_sources_without_a_record() -> None:
    planned = {f"d{n:02}": n + 1 for n in range(20)}
    assert facts.silent_tail({"d00": 1}, planned, 0.1) == 0.5
    assert facts.silent_tail(planned, planned, 0.1) == 0
    assert facts.silent_tail({}, {}, 0.1) == 0


def test_wilson_as_published() -> None:
    """Newcombe 1998, method 3: 81 of 263."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 0) == (0, 1)
