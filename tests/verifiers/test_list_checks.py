"""Lists of a claim, the number named with them, and words such as "only" and "all"."""

from __future__ import annotations

import time

import pytest

from verifiers.checks.lists import check_lists, enumerations, held_words

MEMBERS = "The members are Norway, Sweden, Denmark and Finland."


def status(claim: str, evidence: str) -> list[tuple[str, str]]:
    found = check_lists(enumerations(claim), held_words(evidence))
    return [(finding.part, finding.status) for finding in found]


@pytest.mark.parametrize(
    ("claim", "items"),
    [
        ("Norway, Sweden and Finland are members.", ["Norway", "Sweden", "Finland"]),
        ("The members are Norway, Sweden, and Finland.", ["Norway", "Sweden", "Finland"]),
        ("It has two members: Norway and Sweden.", ["Norway", "Sweden"]),
        ("It grows wheat, sugar beets or winter rye.", ["wheat", "sugar beets", "winter rye"]),
    ],
)
def test_items_are_read(claim: str, items: list[str]) -> None:
    found = [part for part, _ in status(claim, "nothing")]
    assert [part.split()[-1] for part in found] == [item.split()[-1] for item in items]


def test_every_item_must_stand_in_the_evidence() -> None:
    held = status("The members are Norway, Sweden and Finland.", MEMBERS)
    assert [state for _, state in held] == ["found"] * 3
    lacking = status("The members are Norway, Iceland and Finland.", MEMBERS)
    assert lacking == [("Norway", "found"), ("Iceland", "missing"), ("Finland", "found")]


def test_the_number_named_with_a_list_must_fit() -> None:
    assert ("3 items", "conflict") in status("It has three colours: red and white.", "red, white")
    assert status("It has two colours: red and white.", "red and white") == [
        ("red", "found"),
        ("white", "found"),
    ]


@pytest.mark.parametrize(
    ("claim", "evidence", "state"),
    [
        ("Only Norway joined.", "Norway joined.", "missing"),
        ("Only Norway joined.", "Norway alone joined.", "found"),
        ("All states joined.", "Every state joined.", "found"),
        ("All states joined.", "Three states joined.", "missing"),
        ("None of them joined.", "No state joined.", "found"),
        ("It never freezes.", "It freezes.", "missing"),
    ],
)
def test_universals_need_one_in_the_source(claim: str, evidence: str, state: str) -> None:
    assert [found for _, found in status(claim, evidence)] == [state]


@pytest.mark.parametrize(
    "claim",
    [
        "Yes, Norway and Sweden are members.",
        "It is not only old but also large.",
        "First of all it is old.",
        "The lake is deep, the river that flows into it is long, and nobody knows why it is so.",
        "The lake is deep.",
    ],
)
def test_no_list_and_no_universal_is_read_where_there_is_none(claim: str) -> None:
    assert [part for part, _ in status(claim, "nothing") if part != "nobody"] == []


@pytest.mark.parametrize("text", ["a, " * 13_000, "a and " * 7_000, ": " * 20_000, "," * 40_000])
def test_hostile_text_is_read_fast(text: str) -> None:
    start = time.process_time()
    check_lists(enumerations(text), held_words(text))
    assert time.process_time() - start < 4


def test_what_introduces_a_sentence_is_no_item() -> None:
    assert status("In 1962, Holt founded Norway Rail and Sweden Rail.", "nothing") == []
    assert status("Born in Oslo, she studied law and medicine.", "nothing") == []
