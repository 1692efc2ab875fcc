"""Negations, opposites and coordinations of a claim against a sentence."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers.checks.conjunctions import check_conjunctions
from verifiers.checks.opposites import opposites
from verifiers.checks.polarity import check_polarity
from verifiers.checks.readings import readings
from verifiers.wording import stem


def polarity(claim: str, evidence: str) -> list[str]:
    return [f.status for f in check_polarity(readings(claim), readings(evidence))]


def joined(claim: str, evidence: str) -> list[str]:
    return [f.status for f in check_conjunctions(readings(claim), readings(evidence))]


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("The bridge is open to lorries.", "The bridge is not open to lorries."),
        ("The bridge is not open to lorries.", "The bridge is open to lorries."),
        ("The bridge isn't open to lorries.", "The bridge is open to lorries."),
        ("The valve can be closed by hand.", "The valve cannot be closed by hand."),
        ("The order was never shipped to Oslo.", "The order was shipped to Oslo in May."),
        ("The order is no longer shipped by rail.", "The order is shipped by rail."),
        ("The pump works without electric power.", "The pump works with electric power."),
        ("The pump failed to deliver water.", "The pump did deliver water."),
        ("Kern is a member of the party.", "Kern is neither a member of the party nor a donor."),
        ("The survey was led by nobody.", "The survey was led by Mary Holt."),
        ("Editing the file is possible.", "Editing the file is impossible."),
        ("The key type is immutable.", "The key type is mutable."),
        ("The village of Holm is non-residential.", "The village of Holm is residential."),
        ("The list is sorted in ascending order.", "The list is sorted in descending order."),
        ("It lies north of the river.", "It lies south of the river."),
        ("Exports increased in the second year.", "Exports decreased in the second year."),
        ("The tax rose after the war.", "The tax rose before the war."),
        ("The team won the final in Lyon.", "The team lost the final in Lyon."),
        ("The method allows empty names.", "The method forbids empty names."),
        ("Integers of this type are signed.", "Integers of this type are unsigned."),
        ("The queue always blocks callers.", "The queue never blocks callers."),
        ("It is the largest lake of the land.", "It is the smallest lake of the land."),
    ],
)
def test_turned_statements_conflict(claim: str, evidence: str) -> None:
    assert "conflict" in polarity(claim, evidence)
    assert "found" not in polarity(claim, evidence)


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("The bridge is open to lorries.", "The bridge is open to lorries."),
        ("The bridge is not open to lorries.", "The bridge isn't open to lorries."),
        ("Editing is not possible here.", "Editing is impossible here."),
        ("Editing is impossible here.", "Editing is not possible here."),
        ("The price did not increase in May.", "The price decreased in May."),
        ("The pump is quiet.", "The pump is quiet, but it does not run on rain water."),
        ("The mill grinds wheat.", "The mill not only grinds wheat but also barley."),
        ("The mill grinds wheat.", "Although it was not built for it, the mill grinds wheat."),
        ("Teams may have a coach.", "Teams may or may not have a coach."),
        ("It is unknown who built it.", "It is unknown whether or not Holt built it."),
        ("The key never fails to turn.", "The key never fails to turn."),
        ("The port has imports and exports.", "The port has exports and imports."),
        ("It opened in 1990 to lorries.", "It did not open to lorries until 1990."),
        ("The north gate was built in 1901.", "The south gate was built in 1904."),
        ("Halsey did not sign a contract in 2018.", "Halsey did sign a contract in 2014."),
        ("The hat did not inspire songs.", "The hat was never popular and did not inspire songs."),
        ("The drink does not include milk.", "The drink includes neither milk nor syrup."),
        ("It is important to the town.", "It is exported to the town."),
    ],
)  # fmt: skip
def test_the_same_or_something_else_is_no_conflict(claim: str, evidence: str) -> None:
    assert "conflict" not in polarity(claim, evidence)


def test_a_denial_needs_one_in_the_evidence() -> None:
    assert polarity("The bridge is not open.", "The tower was built by Holt.") == ["missing"]
    assert polarity("The bridge is open.", "The tower was built by Holt.") == []


def test_another_sentence_that_says_it_outweighs_the_conflict() -> None:
    evidence = "The pump does deliver water. The pump does not deliver water in winter."
    assert polarity("The pump does not deliver water.", evidence) == ["found"]


@pytest.mark.parametrize(
    ("claim", "evidence", "statuses"),
    [
        ("Holt painted and drew maps.", "Holt painted or drew maps.", ["missing"]),
        ("Holt painted or drew maps.", "Holt painted and drew maps.", []),
        ("Holt painted and drew large maps.", "Holt drew large maps.", ["missing"]),
        ("Holt drew maps.", "Holt drew maps and plans.", []),
        ("Holt drew maps and plans.", "Holt drew plans and maps.", []),
        ("Holt sold no maps or large plans.", "Holt sold no large plans.", ["missing"]),
        ("Holt drew and he sold maps.", "Holt drew maps and sold maps.", []),
        ("Holt drew maps and plans.", "Rain fell.", []),
    ],
)
def test_coordinations(claim: str, evidence: str, statuses: list[str]) -> None:
    assert joined(claim, evidence) == statuses


def test_opposites_work_both_ways() -> None:
    for one, two in (("increase", "decrease"), ("north", "south"), ("winner", "loser")):
        assert stem(two) in opposites(one) and stem(one) in opposites(two)
    assert stem("possible") in opposites("impossible")
    assert not opposites("important")


SENTENCES = st.lists(
    st.sampled_from(
        "The pump does not never deliver no water without and or possible impossible north south "
        "fails to nobody , ; ( only until 1990 open neither nor but".split()
    ),
    max_size=14,
).map(" ".join)


@given(SENTENCES)
def test_a_sentence_never_conflicts_with_itself(text: str) -> None:
    assert "conflict" not in polarity(text, text)
    assert joined(text, text) == []


@pytest.mark.parametrize(
    "part",
    ["not ", "no a ", "north ", "a and ", "n't ", "a.", "-", "word ", "un", ". A", "' ", ","],
)
def test_long_monotonous_texts_are_compared_quickly(part: str) -> None:
    text = part * (40_000 // len(part))
    began = time.process_time()
    polarity(text, text + " south")
    joined(text, text)
    assert time.process_time() - began < 4
