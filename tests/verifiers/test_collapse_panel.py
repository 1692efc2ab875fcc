"""The panel as a whole: what alarms, what must not, and how often by chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from collapse_sides import side
from scipy.stats import binom

from configs.stages import CollapseProbe
from verifiers.collapse import EMPTY, SCHEMA, Side, measure
from verifiers.collapse.alarms import judge, partings
from verifiers.collapse.metrics import METRICS

QUICK = CollapseProbe(
    sample=300, wide_sample=300, min_rows=100, permutations=199, resamples=4, min_change=0
)


def alarms(version: Side, reference: Side, settings: CollapseProbe = QUICK) -> set[str]:
    panel = measure(version, {"parent": reference}, settings, 5)
    return set(panel.filter(pl.col("alarm"))["metric"])


def taken(some: Side, rows: np.ndarray) -> Side:
    at = rows.tolist()
    return replace(
        some,
        questions=[some.questions[row] for row in at],
        answers=[some.answers[row] for row in at],
        vectors=some.vectors[rows],
        claims=None if some.claims is None else some.claims[rows],
        documents=None if some.documents is None else [some.documents[row] for row in at],
    )


def test_false_alarms_are_as_rare_as_promised() -> None:
    """Two samples of one origin, 24 times; any alarm of a panel counts."""
    quick = QUICK.model_copy(update={"sample": 100, "wide_sample": 100, "permutations": 99})
    false = sum(bool(alarms(side(100, 2 * at), side(100, 2 * at + 1), quick)) for at in range(24))
    assert false <= binom.ppf(0.999, 24, quick.alpha)


def test_table() -> None:
    version, parent = side(150, 1), side(160, 2)
    panel = measure(version, {"corpus": side(150, 3), "parent": parent}, QUICK, 5)
    assert panel.schema == SCHEMA
    assert set(panel["metric"]) <= set(METRICS) and set(panel["reference"]) == {
        "", "corpus", "parent"
    }  # fmt: skip
    gated = panel.filter(pl.col("gated"))
    assert set(gated["reference"]) == {"parent"} and gated["p_adjusted"].is_not_null().all()
    assert (gated["p_adjusted"] >= gated["p"]).all()
    assert panel.filter(pl.col("reference") == "corpus")["p"].is_null().all()
    assert (panel["low"] <= panel["value"] + 1e-9).all()
    assert (panel["value"] <= panel["high"] + 1e-9).all()


def test_same_rows_in_another_order() -> None:
    version, parent = side(150, 1), side(150, 2)
    again = taken(version, np.random.default_rng(1).permutation(150))
    one = measure(version, {"parent": parent}, QUICK, 5)
    assert one.equals(measure(version, {"parent": parent}, QUICK, 5)), "equal for a seed"
    other = measure(again, {"parent": parent}, QUICK, 5)
    for name in ("value", "reference_value", "effect", "p"):
        same = other[name].fill_null(0).to_list()
        expected = one[name].fill_null(0).to_list()
        assert same == pytest.approx(expected, rel=1e-3, abs=1e-4)


def test_rare_topics_gone() -> None:
    found = alarms(side(300, 1, topics=5), side(300, 2))
    assert {"hill_1", "vendi", "knn_recall", "document_recall"} <= found


def test_contraction() -> None:
    assert {"vendi", "far_share"} & alarms(side(300, 1, spread=0.35), side(300, 2))


def test_style_takeover() -> None:
    some = side(300, 1)
    answers = [f"Sure, here you go: {a}" if n < 24 else a for n, a in enumerate(some.answers)]
    assert "answer_takeover" in alarms(replace(some, answers=answers), side(300, 2))


def test_repeated_rows() -> None:
    some = side(300, 1)
    rows = np.arange(300) % 285
    changed = taken(some, rows)
    answers = [f"{a} indeed" if n >= 285 else a for n, a in enumerate(changed.answers)]
    found = alarms(replace(changed, answers=answers), side(300, 2))
    assert {"near_duplicate_share", "close_share"} <= found


def test_false_claims() -> None:
    some = side(300, 1)
    assert some.claims is not None
    wrong = some.claims.copy()
    wrong[:45, 0] = np.maximum(wrong[:45, 0] - 1, 0)
    assert alarms(replace(some, claims=wrong), side(300, 2)) == {"claim_accuracy"}


def test_getting_better_is_no_alarm() -> None:
    assert not alarms(side(300, 2), side(300, 1, topics=5)) - {"knn_precision"}


def test_a_version_that_adds_to_its_parent_is_no_alarm() -> None:
    parent = side(200, 1)
    both = [parent, side(200, 2)]
    version = Side(
        [q for each in both for q in each.questions],
        [a for each in both for a in each.answers],
        np.concatenate([each.vectors for each in both]),
    )
    assert not alarms(version, parent)
    assert not alarms(parent, parent)


def test_too_few_rows_are_never_an_alarm() -> None:
    panel = measure(side(99, 1, topics=1), {"parent": side(99, 2)}, QUICK, 5)
    assert not panel["alarm"].any() and panel["p"].is_null().all()
    assert measure(side(0, 1), {"parent": side(9, 2)}, QUICK, 5).equals(EMPTY)
    tiny = measure(side(3, 1), {"parent": side(2, 2), "corpus": side(1, 3)}, QUICK, 5)
    assert not tiny["alarm"].any()


def test_adjustment_lies_between_none_and_bonferroni() -> None:
    rng = np.random.default_rng(1)
    values = {name: rng.normal(size=1000) for name in "abcd"}
    values["a"][0], values["b"][0] = 3.2, 2.4
    found = judge(values, dict.fromkeys("abcd", "higher"), "abcd")  # type: ignore[arg-type]
    for name in "ab":
        adjusted = found[name].p_adjusted
        assert adjusted is not None and found[name].p <= adjusted <= 4 * found[name].p + 0.01
    assert judge(values, dict.fromkeys("abcd", "lower"), "")["a"].p > 0.9  # type: ignore[arg-type]


def test_partings() -> None:
    found = partings(3, 20, 1)
    assert found.shape == (21, 6) and found[0].tolist() == [True] * 3 + [False] * 3
    assert (found.sum(axis=1) == 3).all() and len(np.unique(found, axis=0)) > 5


@pytest.mark.parametrize("fill", [0.0, 0.25])
def test_equal_vectors_are_no_alarm(fill: float) -> None:
    """Rows that are all alike, or that no model could embed, part at random like any other."""
    one, two = (
        replace(made, vectors=np.full_like(made.vectors, fill))
        for made in (side(150, 1), side(150, 2))
    )
    assert not alarms(one, two) & {"knn_precision", "knn_recall", "far_share", "mmd", "vendi"}
