"""Which tiers of a cascade are trusted, and how seeds are handed over."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from configs.corpus import CorpusSource
from configs.recipe import Recipe
from configs.teachers import Routing, Teacher
from generators.cascade import Trial, hand_over, tiers_of, too_many, trusted
from generators.seeds import Seed

ROUTING = Routing(enabled=True)
SEED = Seed("a" * 16, "grounded_qa", "question_answer", "small", "d", "d#0", -1, "", -1, 0)


def recipe(**strong: float) -> Recipe:
    at = {"base_url": "http://127.0.0.1:1/v1", "model": "m"}
    teachers = [Teacher(name="small", tier=1, **at)]
    teachers += [Teacher(name=n, tier=2, weight=w, **at) for n, w in strong.items()]
    return Recipe(
        name="x", corpus=(CorpusSource(path="x"),), teachers=tuple(teachers), routing=ROUTING
    )


def test_three_points_worse_is_trusted_and_four_is_not() -> None:
    tiers, notes = trusted([Trial(1, 100, 87), Trial(2, 100, 90)], 500, ROUTING)
    assert tiers == (1, 2) and notes == []
    tiers, notes = trusted([Trial(1, 100, 86), Trial(2, 100, 90)], 500, ROUTING)
    assert tiers == (2,)
    assert "tier 1 is switched off: 86% of its records" in notes[0]


def test_too_few_seeds_leave_the_strongest_alone() -> None:
    tiers, notes = trusted([Trial(1, 0, 0), Trial(2, 0, 0)], 20, ROUTING)
    assert tiers == (2,) and "wants 50" in notes[0]


@given(st.lists(st.integers(0, 60), min_size=2, max_size=5))
def test_the_strongest_is_always_trusted_and_none_that_is_worse(accepted: list[int]) -> None:
    trials = [Trial(tier, 60, count) for tier, count in enumerate(accepted, 1)]
    tiers, notes = trusted(trials, 500, ROUTING)
    assert tiers[-1] == len(accepted) and list(tiers) == sorted(tiers)
    assert len(notes) == len(accepted) - len(tiers)
    for tier in tiers:
        assert accepted[tier - 1] / 60 >= accepted[-1] / 60 - 0.03 - 1e-9


def test_more_than_two_fifths_escalated_do_not_pay() -> None:
    assert too_many(100, 40, ROUTING) == []
    assert "use the strong teacher directly" in too_many(100, 41, ROUTING)[0]
    assert too_many(0, 0, ROUTING) == []


def test_a_seed_is_handed_over_alike_in_calibration_and_escalation() -> None:
    made = recipe(big=1, huge=3)
    assert tiers_of(made) == (1, 2)
    tried, escalated = (hand_over(SEED, 2, made, how) for how in (False, True))
    assert (tried.id, tried.teacher) == (escalated.id, escalated.teacher)
    assert (tried.escalated_from, escalated.escalated_from) == ("", SEED.id)
    assert tried.id != SEED.id


def test_seeds_are_shared_out_by_weight() -> None:
    made = recipe(big=1, huge=3)
    seeds = [
        Seed(f"{i:016x}", *("q", "cloze", "small", "d", "p", -1, "", -1, 0)) for i in range(400)
    ]
    huge = sum(hand_over(seed, 2, made, True).teacher == "huge" for seed in seeds)
    assert 260 <= huge <= 340
