"""The gate: what holds a version back, and what does not."""

from __future__ import annotations

import polars as pl
import pytest
from collapse_sides import side

from configs.gate import Gate
from configs.stages import CollapseProbe
from verifiers.collapse import SCHEMA, measure
from verifiers.collapse.gate import failures

QUICK = CollapseProbe(sample=150, wide_sample=150, min_rows=100, permutations=199, resamples=4)
SEEDS = 20


def own(**figures: tuple[float, float, float]) -> pl.DataFrame:
    """A panel with figures of the version's own: value, low and high."""
    rows = [
        {"metric": name, "gauge": "facts", "reference": "", "value": value, "low": low,
         "high": high, "sample": 100, "gated": False, "alarm": False}
        for name, (value, low, high) in figures.items()
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=SCHEMA)


def alarm(metric: str, reference: str, p: float) -> pl.DataFrame:
    row = {"metric": metric, "gauge": "tails", "reference": reference, "value": 3.0, "low": 2.0,
           "high": 4.0, "reference_value": 9.0, "effect": -8.0, "p": p, "p_adjusted": p,
           "sample": 500, "gated": True, "alarm": p <= 0.05}  # fmt: skip
    return pl.DataFrame([row], schema=SCHEMA)


@pytest.mark.long
@pytest.mark.timeout(400)
def test_a_refresh_that_loses_its_tail_is_held_back_and_an_honest_one_is_not() -> None:
    parent = side(400, 1000)
    honest = [failing(side(400, seed), parent) for seed in range(SEEDS)]
    narrowed = [failing(side(400, seed, topics=7), parent) for seed in range(SEEDS)]
    assert not any(honest), honest
    assert all(narrowed)


def failing(version: object, parent: object) -> list[str]:
    panel = measure(version, {"parent": parent}, QUICK, 5)  # type: ignore[arg-type]
    return [failure.metric for failure in failures(panel, None, Gate())]


def test_only_clear_alarms_of_the_named_references_fail() -> None:
    assert [f.metric for f in failures(alarm("hill_1", "parent", 0.002), None, Gate())] == [
        "hill_1"
    ]
    assert not failures(alarm("hill_1", "parent", 0.03), None, Gate())
    assert not failures(alarm("hill_1", "anchor", 0.002), None, Gate())
    assert failures(alarm("hill_1", "anchor", 0.002), None, Gate(alarms=("anchor",)))
    assert not failures(alarm("hill_1", "parent", 0.002), None, Gate(noted=("hill_1",)))
    (found,) = failures(alarm("hill_1", "parent", 0.002), None, Gate())
    assert "hill_1 is 3, 9 beside the parent version: -8.0 standard deviations" in found.text


@pytest.mark.parametrize(
    ("metric", "now", "before", "fails"),
    [
        ("claim_accuracy", (0.95, 0.94, 0.96), (0.99, 0.98, 1.0), True),
        ("claim_accuracy", (0.98, 0.97, 0.99), (0.99, 0.98, 1.0), False),
        ("claim_accuracy", (0.95, 0.85, 0.995), (0.99, 0.98, 1.0), False),
        ("document_recall", (0.6, 0.55, 0.65), (0.9, 0.85, 0.95), True),
        ("document_recall", (0.95, 0.9, 0.97), (0.9, 0.85, 0.95), False),
        ("silent_tail_sources", (0.6, 0.5, 0.7), (0.1, 0.05, 0.2), True),
        ("silent_tail_sources", (0.1, 0.05, 0.2), (0.6, 0.5, 0.7), False),
        ("silent_tail_sources", (0.3, 0.05, 0.6), (0.1, 0.05, 0.2), False),
    ],
)
def test_losses_against_the_parent(
    metric: str,
    now: tuple[float, float, float],
    before: tuple[float, float, float],
    fails: bool,
) -> None:
    found = failures(own(**{metric: now}), own(**{metric: before}), Gate())
    assert [failure.metric for failure in found] == ([metric] if fails else [])
    assert not failures(own(**{metric: now}), None, Gate())


def test_floors_need_no_parent() -> None:
    panel = own(claim_accuracy=(0.8, 0.7, 0.9), document_recall=(0.5, 0.4, 0.6))
    found = failures(panel, None, Gate(min_accuracy=0.9, min_documents=0.4))
    assert [failure.text for failure in found] == [
        "claim_accuracy is 80.0%, and at least 90.0% is asked for"
    ]


def test_a_parent_of_an_older_kind_is_no_reference() -> None:
    old = pl.DataFrame({"metric": ["vendi"], "value": [3.0]})
    assert failures(own(claim_accuracy=(0.5, 0.4, 0.6)), old, Gate()) == []
