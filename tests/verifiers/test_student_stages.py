"""McNemar's test and the stages: what fell, and what it is called."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2

from configs.errors import ConfigError
from verifiers.closed_book.gauges import Share, share
from verifiers.closed_book.runs import Run, load_run, save_run, told
from verifiers.closed_book.scoring import Scored
from verifiers.closed_book.stages import Change, changed, decide, fell, mcnemar


@given(st.integers(0, 12), st.integers(0, 12))
def test_few_changed_facts_get_the_exact_test(lost: int, won: int) -> None:
    expected = binomtest(lost, lost + won, 0.5).pvalue if lost + won else 1.0
    assert mcnemar(lost, won) == pytest.approx(expected)


@given(st.integers(0, 300), st.integers(25, 300))
def test_many_get_the_corrected_statistic(lost: int, won: int) -> None:
    statistic = max(abs(lost - won) - 1, 0) ** 2 / (lost + won)
    assert mcnemar(lost, won) == pytest.approx(chi2.sf(statistic, 1))
    assert mcnemar(lost, won) == pytest.approx(mcnemar(won, lost))


def replies(known: dict[str, bool], formats: int = 3, outcome: str = "wrong") -> list[Scored]:
    return [
        Scored("short", f"f{n}", id_, "right" if right else outcome, "", "", True, "")  # type: ignore[arg-type]
        for id_, right in known.items()
        for n in range(formats)
    ]


def test_a_fact_counts_once_however_often_it_is_asked() -> None:
    before = replies({f"i{n}": True for n in range(60)})
    after = replies({f"i{n}": n >= 12 for n in range(60)})
    found = changed(before, after, [f"i{n}" for n in range(60)])
    assert (found.facts, found.lost, found.won) == (60, 12, 0)
    assert found.p == pytest.approx(2 / 2**12) and found.fell and found.points == -20
    assert changed(before, after, []).facts == 0
    silent = changed(before, replies({"i1": False}, outcome="abstained"), ["i1"])
    assert silent.silent == silent.lost == 1


def test_the_same_student_twice_is_rarely_said_to_have_lost_facts() -> None:
    """The test is honest: answers that flip by chance raise an alarm in 5 % of cases or fewer."""
    rng, alarms = random.Random(5), 0
    for _ in range(400):
        one, two = ({f"i{n}": rng.random() < 0.7 for n in range(120)} for _ in range(2))
        alarms += changed(replies(one, 1), replies(two, 1), list(one)).fell
    assert alarms <= 0.05 * 400


def form(fluency: Share, following: Share) -> dict[str, Share]:
    return {"fluency": fluency, "following": following, "refusals": share(0, 0)}


WELL = form(share(995, 1000), share(980, 1000))
LOSS = Change(300, 60, 5, mcnemar(60, 5), 0)
NONE = Change(300, 6, 5, mcnemar(6, 5), 0)


@pytest.mark.parametrize(
    ("facts", "after", "stage"),
    [
        (NONE, WELL, "A"),
        (LOSS, WELL, "B"),
        (LOSS, form(share(980, 1000), share(950, 1000)), "B"),
        (LOSS, form(share(990, 1000), share(400, 1000)), "C"),
        (NONE, form(share(990, 1000), share(400, 1000)), "C"),
        (NONE, form(share(500, 1000), share(980, 1000)), "C"),
        (Change(300, 5, 60, mcnemar(5, 60), 0), WELL, "A"),
    ],
)
def test_stages(facts: Change, after: dict[str, Share], stage: str) -> None:
    found = decide(facts, WELL, after)
    assert found.stage == stage and len(found.reasons) == 3


def test_a_fall_must_be_large_and_beyond_chance() -> None:
    assert fell(share(90, 100), share(60, 100))
    assert not fell(share(900, 1000), share(850, 1000)), "five points are no collapse"
    assert not fell(share(8, 10), share(6, 10)), "and with ten replies nobody knows"
    assert not fell(share(0, 0), share(1, 2))


def test_refusals_that_are_lost_are_told_and_decide_nothing() -> None:
    before, after = ({**WELL, "refusals": share(hits, 50)} for hits in (50, 10))
    found = decide(NONE, before, after)
    assert found.stage == "A" and found.reasons[-1].startswith("refusals fell: 100.0% before")


def test_a_run_is_read_as_written_and_odd_files_are_refused(tmp_path: Path) -> None:
    scored = replies({"i1": True, "i2": False})
    run = Run(
        dataset="d", version="d-v1", label="l", model="m", endpoint="http://x/v1", at="now",
        probe_set="0" * 24, prompts="p", overlap={"i1": "taught", "i2": "asked"},
        gauges={"facts": share(1, 2)}, replies=told(scored),
    )  # fmt: skip
    path = save_run(run, tmp_path / "deep" / "run.json")
    assert load_run(path).scored == scored and load_run(path).gauges["facts"][0] == 0.5
    path.write_text(path.read_text().replace('"right"', '"sort of"'))
    with pytest.raises(ConfigError, match=r"is no probe run: replies\.0\.outcome"):
        load_run(path)
