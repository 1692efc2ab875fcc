"""A calibration with its threshold: what it promises, and figures that it has not seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.errors import ConfigError
from configs.verifiers import Entailment, Grounding
from flows.entailing import identity
from store.text import digest
from verifiers.calibration import BELOW, Calibration, calibration_of, save_calibration, weighed
from verifiers.claims import Claim
from verifiers.learning import Told, learn, supports
from verifiers.reliability import false_alarm_rate
from verifiers.verdicts import Checked, Decided

SURE = Calibration("isotonic", 200, scores=(0.0, 1.0), probabilities=(0.0, 0.5), threshold=0.4)


def told(count: int, seed: int = 0, least: float = 0.0) -> Told:
    """Claims that are supported with the probability score²; wording supports them from 0.5 on, and
    a threshold can from ``least`` on.
    """
    rng = np.random.default_rng(seed)
    scores = rng.uniform(size=count)
    labels = (rng.uniform(size=count) < scores**2).astype(float)
    return Told(scores, labels, scores >= 0.5, scores >= least)


@given(rate=st.floats(0, 0.9), seed=st.integers(0, 9))
def test_the_threshold_loses_no_more_than_is_wanted(rate: float, seed: int) -> None:
    claims = told(200, seed)
    found = learn(claims, rate, "wording").calibration
    kept = supports(found, claims.scores, claims.open)
    assert false_alarm_rate(kept, claims.labels) <= rate + 1e-6


def test_where_the_checks_lose_more_there_is_no_threshold() -> None:
    claims = told(400, least=0.9)
    found = learn(replace(claims, supported=claims.open), 0.05, "wording")
    assert found.calibration.threshold is None and found.before.false_alarms > 0.05
    assert found.after.false_alarms == found.before.false_alarms


def test_figures_are_those_of_other_claims() -> None:
    found = learn(told(400), 0.1, "wording")
    assert found.after.error < 0.5 * found.before.error
    other = told(20_000, seed=1)
    kept = supports(found.calibration, other.scores, other.open)
    lost = false_alarm_rate(kept, other.labels)
    assert found.after.false_alarms == pytest.approx(lost, abs=0.05)
    assert lost == pytest.approx(0.1, abs=0.05)


def test_labels_by_chance_have_no_good_figures() -> None:
    # As many scores as rows: a curve measured on its own rows would look well calibrated.
    rng = np.random.default_rng(3)
    claims = replace(told(200), labels=(rng.uniform(size=200) < 0.5).astype(float))
    found = learn(claims, 0.1, "wording").after
    assert 0.4 < found.accuracy < 0.6


def checked(
    score: float, verdict: Any = "supported", rule: str = "wording", **claim: Any
) -> Checked:
    return Checked(Claim("The lake is deep", 0, 9, **claim), Decided(verdict, rule, score, "why"))


def test_below_the_threshold_nothing_is_supported_by_wording() -> None:
    low, high, exact, denied = weighed(
        [checked(0.7), checked(0.9), checked(0.7, rule="quantity"), checked(0.7, holds=False)], SURE
    )
    assert (low.decided.verdict, low.decided.score) == ("not_found", pytest.approx(0.35))
    assert low.decided.detail == f"{BELOW}35.0% likely supported, 40.0% are needed"
    assert (high.decided.verdict, high.decided.score) == ("supported", pytest.approx(0.45))
    assert (low.decided.uncalibrated, high.decided.uncalibrated) == (0.7, 0.9)
    assert exact == checked(0.7, rule="quantity") and denied == checked(0.7, holds=False)
    (against,) = weighed([checked(0.1, "contradicted")], SURE)
    assert (against.decided.verdict, against.decided.detail) == ("contradicted", "why")


def test_another_file_is_another_identity(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    settings = Grounding(calibration=str(path))
    seen = set()
    for least in (None, 0.0, 0.4):
        save_calibration(replace(SURE, threshold=least), path)
        seen.add(digest(identity(settings)))
    assert len(seen) == 3


@pytest.mark.parametrize(
    ("entailment", "scorer"),
    [
        (None, "wording"),
        ({"kind": "cross-encoder", "model": "some/model"}, "cross-encoder some/model"),
        ({"kind": "cross-encoder", "model": "/at/home/model"}, "cross-encoder model"),
        ({"kind": "judge", "teacher": "big"}, "judge big by entailment/judge@1.0.0"),
    ],
)
def test_a_calibration_of_other_scores_is_refused(
    entailment: dict[str, Any] | None, scorer: str, tmp_path: Path
) -> None:
    path = tmp_path / "c.json"
    model = Entailment.model_validate(entailment) if entailment else None
    settings = Grounding(entailment=model, calibration=str(path))
    assert settings.scorer == scorer
    for own in ("", scorer):
        save_calibration(replace(SURE, scorer=own), path)
        assert calibration_of(settings) == replace(SURE, scorer=own)
    save_calibration(replace(SURE, scorer="another"), path)
    with pytest.raises(ConfigError, match=rf"c\.json: scorer: .*'another'.*'{scorer}'"):
        calibration_of(settings)
