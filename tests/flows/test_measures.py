"""The figures of a bench: percentiles, throughput of a full load, warm passages, the knee."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.measures import (
    Call,
    Client,
    Level,
    Spread,
    concurrencies,
    is_warm,
    knee,
    level_of,
    note_read,
    percentile,
    recommended,
    spread,
    throughput,
)
from flows.views.bench_page import ticks, x_of

IDLE = Client(0.0, 0.1)
VALUES = st.lists(st.floats(0, 1e6), min_size=1, max_size=200)


def level(concurrency: int, tokens_s: float, p50: float = 0.1, p99: float = 0.2) -> Level:
    steady = Spread(p50, p99, p99)
    nothing = dict.fromkeys(("cold", "warm", "gaps", "tpot", "whole"))
    return Level(concurrency, 16, float(concurrency), steady, **nothing, tokens_s=tokens_s,
                 accepted=16, accepted_min=60.0, outcomes={"ok": 16}, client=IDLE)  # fmt: skip


def back_to_back(places: int, rounds: int, seconds: float, tokens: int) -> list[Call]:
    """A full load: in each place one call after the other, each place a little later."""
    shift = seconds / places
    return [
        Call("ok", i * shift + r * seconds, i * shift + (r + 1) * seconds, tokens=tokens)
        for i in range(places)
        for r in range(rounds)
    ]


@given(VALUES, st.floats(0.01, 1))
def test_percentile_is_a_value_that_enough_values_do_not_exceed(
    values: list[float], share: float
) -> None:
    found = percentile(sorted(values), share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9
    assert sum(value < found for value in values) < share * len(values) + 1e-9


@given(VALUES)
def test_spread_rises_within_the_values(values: list[float]) -> None:
    found = spread([*values, None])
    assert found is not None
    assert min(values) <= found.p50 <= found.p95 <= found.p99 <= max(values)
    assert spread([None]) is None


@given(st.integers(1, 32), st.integers(3, 8), st.floats(0.01, 100), st.integers(1, 2000))
def test_throughput_of_a_full_load_is_exact(
    places: int, rounds: int, seconds: float, tokens: int
) -> None:
    found = throughput(back_to_back(places, rounds, seconds, tokens))
    assert math.isclose(found, places * tokens / seconds, rel_tol=1e-6)


def test_throughput_leaves_out_the_last_call_that_runs_alone() -> None:
    calls = [*back_to_back(4, 4, 1.0, 60), Call("ok", 4.0, 40.0, tokens=60)]
    assert throughput(calls) > 200, "the run-out counted as load"
    assert throughput([]) == 0.0
    assert throughput([Call("ok", 1.0, 3.0, tokens=60)]) == 30.0


def test_a_passage_is_known_once_its_first_token_was_there() -> None:
    place = ("a", "a#0")
    cold = Call("ok", 0.0, 9.0, place, ttft_s=1.0)
    beside, after = replace(cold, started=0.5), replace(cold, started=1.5)
    first_read: dict = {}
    note_read(first_read, [after, cold, beside])
    assert [is_warm(call, first_read) for call in (cold, beside, after)] == [False, False, True]
    assert not is_warm(replace(after, place=None), first_read)


def test_level_counts_what_was_answered() -> None:
    well = [replace(c, ttft_s=0.2, place=("d", "p")) for c in back_to_back(2, 8, 1.0, 41)]
    found = level_of(2, [*well, Call("rate_limited", 3.0, 3.01)], {}, accepted=8, client=IDLE)
    assert found.calls == 17 and found.outcomes == {"ok": 16, "rate_limited": 1}
    assert found.tpot is not None and found.tpot.p50 == pytest.approx(0.8 / 40)
    assert found.tokens_s == pytest.approx(82, rel=0.1)
    assert found.accepted_min == pytest.approx(60 * found.tokens_s / 41 / 2)
    assert found.warm is None and found.cold == Spread(0.2, 0.2, 0.2)


def test_nothing_answered_gives_no_figures() -> None:
    found = level_of(1, [Call("server", 0.0, 1.0)], {}, accepted=0, client=IDLE)
    assert found.ttft is None and found.tokens_s == found.accepted_min == 0
    assert knee([found]) is None and recommended([found]) is None


def test_knee_is_the_first_nearly_best_steady_level() -> None:
    rising = [level(1, 100), level(2, 200), level(4, 390), level(8, 400), level(16, 401)]
    assert knee(rising) is rising[2]
    uneven = [*rising[:2], level(4, 390, 0.1, 0.5), *rising[3:]]
    assert knee(uneven) is uneven[3]


def test_without_a_knee_the_fastest_steady_level_is_recommended() -> None:
    levels = [level(1, 100), level(2, 180), level(4, 400, 0.1, 0.9)]
    assert knee(levels) is None and recommended(levels) is levels[1]
    wild = [replace(one, ttft=Spread(0.1, 9, 9)) for one in levels]
    assert recommended(wild) is wild[2]


@given(st.lists(st.floats(0.1, 1e6), min_size=1, max_size=10))
def test_knee_is_near_the_best_and_nothing_below_it_is(rates: list[float]) -> None:
    levels = [level(2**i, rate) for i, rate in enumerate(rates)]
    found = knee(levels)
    assert found is not None and found.tokens_s >= 0.95 * max(rates)
    lower = levels[: levels.index(found)]
    assert all(one.tokens_s < 0.95 * max(rates) for one in lower)
    assert recommended(levels) is found


@pytest.mark.parametrize(
    ("lag_s", "cpu", "slow"),
    [(0.01, 0.2, False), (0.06, 0.2, True), (0.01, 0.95, True), (0.05, 0.9, False)],
)
def test_a_client_that_does_not_keep_up_is_marked(lag_s: float, cpu: float, slow: bool) -> None:
    assert Client(lag_s, cpu).is_bottleneck is slow


def test_concurrencies_double_and_end_with_the_most() -> None:
    assert concurrencies(1) == [1]
    assert concurrencies(8) == [1, 2, 4, 8]
    assert concurrencies(12) == [1, 2, 4, 8, 12]


@given(st.floats(1e-3, 1e9))
def test_ticks_reach_the_highest_value(highest: float) -> None:
    marks = ticks(highest)
    assert marks[0] == 0 and marks[-1] >= highest * (1 - 1e-6) and 3 <= len(marks) <= 6
    assert marks[-2] < highest


@given(st.integers(1, 512))
def test_concurrencies_lie_on_the_axis_in_order(most: int) -> None:
    places = [x_of(one, most) for one in concurrencies(most)]
    assert places == sorted(places) and len(set(places)) == len(places)
