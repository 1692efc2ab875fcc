"""Curves from scores to probabilities, the figures beside them, and the file they are kept in."""

from __future__ import annotations

import json
import math
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, brier_score_loss, roc_auc_score
from sklearn.metrics import log_loss as sklearn_log_loss

from configs.errors import ConfigError, StoreCorrupt
from verifiers.calibration import Calibration, load_calibration, log_odds, save_calibration
from verifiers.curves import fit, isotonic, platt
from verifiers.reliability import (
    auc,
    balanced_accuracy,
    brier,
    calibration_error,
    false_alarm_rate,
    log_loss,
    reliability_svg,
    reliability_table,
    threshold_for,
)

ROWS = st.lists(st.tuples(st.sampled_from([i / 20 for i in range(21)]), st.booleans()), min_size=2)


def drawn(count: int, seed: int = 0, power: float = 1.0) -> tuple[Any, Any]:
    """Scores, and labels that are true with the probability score**power."""
    rng = np.random.default_rng(seed)
    scores = rng.uniform(size=count)
    return scores, (rng.uniform(size=count) < scores**power).astype(float)


def columns(rows: list[tuple[float, bool]]) -> tuple[Any, Any]:
    return np.array([score for score, _ in rows]), np.array([float(label) for _, label in rows])


def test_figures_by_hand() -> None:
    scores, labels = [0.1, 0.4, 0.4, 0.9], [0, 0, 1, 1]
    assert auc(scores, labels) == pytest.approx(3.5 / 4)
    assert brier(scores, labels) == pytest.approx((0.01 + 0.16 + 0.36 + 0.01) / 4)
    # Two bins: 0.1 and 0.4 with 0 and half a label, 0.4 and 0.9 with half a label and 1.
    assert calibration_error(scores, labels, bins=2) == pytest.approx(0.5 * 0.0 + 0.5 * 0.1)
    assert balanced_accuracy([0, 1, 1, 0], labels) == pytest.approx((0.5 + 0.5) / 2)
    assert false_alarm_rate([0, 1, 1, 0], labels) == pytest.approx(0.5)
    assert log_loss([0.5, 0.25], [1, 0]) == pytest.approx(-(math.log(0.5) + math.log(0.75)) / 2)
    low, high = reliability_table(scores, labels, bins=2)
    assert (low.lowest, low.highest, low.rows, low.mean, low.supported) == (0.1, 0.4, 2, 0.25, 0.25)
    assert (high.mean, high.supported) == pytest.approx((0.65, 0.75))


def test_figures_agree_with_scikit_learn() -> None:
    scores, labels = drawn(500)
    scores = np.round(scores, 1)
    assert auc(scores, labels) == pytest.approx(roc_auc_score(labels, scores))
    assert brier(scores, labels) == pytest.approx(brier_score_loss(labels, scores))
    said = scores >= 0.4
    assert balanced_accuracy(said, labels) == pytest.approx(balanced_accuracy_score(labels, said))
    clipped = np.clip(scores, 0.05, 0.95)
    assert log_loss(clipped, labels) == pytest.approx(sklearn_log_loss(labels, clipped))


def test_one_kind_of_label_has_no_ranking() -> None:
    assert math.isnan(auc([0.1, 0.2], [1, 1])) and math.isnan(auc([], []))
    assert math.isnan(balanced_accuracy([1, 0], [0, 0]))
    assert math.isnan(false_alarm_rate([1, 0], [0, 0]))
    assert threshold_for([0.3], [0], 0.1) == 0.0
    assert calibration_error([], []) == 0.0 and reliability_table([], []) == []


@given(rows=ROWS, seed=st.integers(0, 9))
def test_order_plays_no_part(rows: list[tuple[float, bool]], seed: int) -> None:
    scores, labels = columns(rows)
    order = np.random.default_rng(seed).permutation(len(rows))
    for figure in (auc, brier, calibration_error):
        one, two = figure(scores, labels), figure(scores[order], labels[order])
        assert one == pytest.approx(two, nan_ok=True)


@given(rows=ROWS, rate=st.floats(0, 1))
def test_the_threshold_keeps_to_the_wanted_false_alarms(
    rows: list[tuple[float, bool]], rate: float
) -> None:
    scores, labels = columns(rows)
    if labels.any():
        threshold = threshold_for(scores, labels, rate)
        assert false_alarm_rate(scores >= threshold, labels) <= rate + 1e-6
        above = scores[(labels > 0) & (scores > threshold)]
        if len(above):  # a higher one would not keep to it
            assert false_alarm_rate(scores >= above.min(), labels) > rate - 1e-6


def test_the_threshold_by_hand() -> None:
    scores, labels = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 0.05], [1] * 10 + [0]
    assert threshold_for(scores, labels, 0.0) == 0.1
    assert threshold_for(scores, labels, 0.1) == 0.2
    assert threshold_for(scores, labels, 0.3) == 0.4
    assert threshold_for(scores, labels, 1.0) == 1.0


def test_platts_curve_is_the_logistic_regression_on_drawn_in_labels() -> None:
    scores, labels = drawn(300, power=2)
    yes = labels.sum()
    no = len(labels) - yes
    target = np.where(labels > 0, (yes + 1) / (yes + 2), 1 / (no + 2))
    x = np.tile(log_odds(scores), 2)[:, None]
    both = np.concatenate([np.ones(len(scores)), np.zeros(len(scores))])
    weights = np.concatenate([target, 1 - target])
    other = LogisticRegression(C=np.inf, tol=1e-10).fit(x, both, weights)
    found = platt(scores, labels)
    assert found.slope == pytest.approx(float(other.coef_[0, 0]), rel=1e-4)
    assert found.offset == pytest.approx(float(other.intercept_[0]), abs=1e-4)


def test_platts_curve_stays_finite_and_never_falls() -> None:
    apart = platt(np.array([0.0] * 50 + [1.0] * 50), np.array([0.0] * 50 + [1.0] * 50))
    assert apart([0.0, 1.0]).tolist() == pytest.approx([1 / 52, 51 / 52], abs=1e-6)
    wrong = platt(np.array([0.0] * 50 + [1.0] * 50), np.array([1.0] * 50 + [0.0] * 50))
    assert wrong([0.0, 0.5, 1.0]).tolist() == pytest.approx([0.5] * 3)
    same = platt(np.full(40, 0.5), np.array([1.0] * 30 + [0.0] * 10))
    assert same([0.5]).tolist() == pytest.approx([31 / 42], abs=0.02)


def test_isotonic_by_hand() -> None:
    scores = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    found = isotonic(scores, np.array([0.0, 1.0, 0.0, 1.0, 1.0, 1.0]))
    assert found.scores == pytest.approx((0.1, 0.25, 0.5))
    # One row says 0 and three say 1: no surer than 1/3 and 4/5.
    assert found.probabilities == pytest.approx((1 / 3, 0.5, 4 / 5))
    assert found([0.0, 0.25, 0.375, 1.0]).tolist() == pytest.approx([1 / 3, 0.5, 0.65, 0.8])


def test_isotonic_has_the_steps_of_scikit_learn() -> None:
    scores, labels = drawn(400, seed=3)
    scores = np.round(scores, 2)
    steps = np.unique(IsotonicRegression().fit(scores, labels).predict(scores))
    inner = [step for step in steps if 0 < step < 1]
    ours = isotonic(scores, labels).probabilities
    first, last = (int(steps[0] == 0), int(steps[-1] == 1))
    assert list(ours[first : len(ours) - last]) == pytest.approx(inner)


@given(rows=ROWS)
def test_every_curve_rises(rows: list[tuple[float, bool]]) -> None:
    scores, labels = columns(rows)
    grid = np.linspace(0, 1, 101)
    for learn in (platt, isotonic):
        found = learn(scores, labels)(grid)
        assert (np.diff(found) >= -1e-12).all() and (found >= 0).all() and (found <= 1).all()


@pytest.mark.parametrize("power", [0.3, 3.0])
def test_fitted_probabilities_are_nearer_to_what_is_so_on_other_rows(power: float) -> None:
    found = fit(*drawn(600, seed=1, power=power), scorer="model")
    assert found.kind in ("platt", "isotonic") and found.scorer == "model"
    assert found.labelled == 600
    scores, labels = drawn(4000, seed=2, power=power)
    assert calibration_error(found(scores), labels) < 0.5 * calibration_error(scores, labels)
    assert brier(found(scores), labels) < brier(scores, labels)
    assert auc(found(scores), labels) == pytest.approx(auc(scores, labels), abs=0.02)


def test_the_curve_is_chosen_by_unseen_rows_whatever_their_order() -> None:
    rng = np.random.default_rng(5)
    scores = rng.uniform(size=2000)
    steps = (rng.uniform(size=2000) < np.where(scores > 0.5, 0.6, 0.1)).astype(float)
    assert fit(scores, steps).kind == "isotonic"
    order = rng.permutation(2000)
    again = fit(scores[order], steps[order])
    assert again.probabilities == pytest.approx(fit(scores, steps).probabilities)
    assert fit(*drawn(150, seed=4)).kind == "platt"


def test_too_few_labels_or_labels_of_one_kind_change_nothing() -> None:
    few = fit(*drawn(99))
    assert few == Calibration("identity", 99)
    assert fit(np.linspace(0, 1, 200), np.ones(200)).kind == "identity"
    assert few([0.0, 0.3, 1.0]).tolist() == [0.0, 0.3, 1.0]
    assert few.probability(0.25) == 0.25


@pytest.mark.parametrize("learn", [platt, isotonic, lambda *_: Calibration()])
def test_a_file_gives_back_what_was_saved(learn: Any, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "calibration.json"
    found = learn(*drawn(200))
    save_calibration(found, path)
    assert load_calibration(path) == found
    assert [file.name for file in path.parent.iterdir()] == ["calibration.json"]
    with pytest.raises(StoreCorrupt, match="could not write"):
        save_calibration(found, path / "below-a-file.json")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "spline"}, "kind"),
        ({"slope": -1}, "slope"),
        ({"slope": "NaN"}, "slope"),
        ({"probabilities": [0.1, 2]}, "probabilities.1"),
        ({"kind": "isotonic", "scores": [0.1]}, "scores"),
        ({"kind": "isotonic"}, "scores"),
        ({"kind": "isotonic", "scores": [0, 1], "probabilities": [0.9, 0.1]}, "scores"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_its_field(
    change: dict[str, Any], field: str, tmp_path: Path
) -> None:
    path = tmp_path / "calibration.json"
    save_calibration(Calibration(), path)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ConfigError, match=rf"verifiers\.grounding\.calibration: .*: {field}: "):
        load_calibration(path)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(ConfigError, match="cannot be read"):
            load_calibration(path)
    broken = tmp_path / "broken.json"
    broken.write_bytes(b'{"kind": "pl')
    with pytest.raises(ConfigError, match=r"file: .*review"):
        load_calibration(broken)


def test_the_plot_is_svg_with_every_figure_in_it() -> None:
    scores, labels = drawn(200)
    tables = [
        ("before <b>", reliability_table(scores**2, labels)),
        ("after", reliability_table(scores, labels)),
    ]
    plot = reliability_svg(tables, "wording & more")
    root = ET.fromstring(plot)
    circles = [node for node in root.iter() if node.tag.endswith("circle")]
    assert len(circles) == 20 and "prefers-color-scheme: dark" in plot
    assert all(48 <= float(dot.get("cx", "")) <= 288 for dot in circles)
    assert "before &lt;b&gt;: 20 with scores around" in plot
    assert ET.fromstring(reliability_svg([], "nothing")) is not None
