"""Claims that are true only on the day they are written, and words that merely look so."""

from __future__ import annotations

from time import process_time

import pytest

from verifiers.checks.relative_time import relative_time, unanchored


@pytest.mark.parametrize(
    "claim",
    [
        "The bridge is currently closed.",
        "Currently, the lake has 30 boats.",
        "The company currently employs 300 people.",
        "As of now, no treaty exists.",
        "The latest census counted 4,000 people.",
        "The current president of Peru is Ann Holt.",
        "Exports fell last year.",
        "This month the ferry runs twice.",
        "At present the dam holds 40 million tonnes.",
        "The festival was recently moved to June.",
        "The upcoming election is open.",
        "Three bridges have been built so far.",
        "The town has 400 inhabitants today.",
        "The module does not currently support this on Windows.",
    ],
)
def test_statements_on_the_world_of_today_are_found(claim: str) -> None:
    assert relative_time(claim)


@pytest.mark.parametrize(
    "claim",
    [
        "Returns the currently active exception.",
        "The current directory is searched first.",
        "Return the currently running task in the event loop.",
        "If an exception is currently being handled, it is kept.",
        "`datetime.now()` returns the local time.",
        "datetime.today() is the same as this.",
        "The most recently used entry is dropped.",
        "The latest argument wins.",
        "The `latest` tag is moved.",
        "An electric current flows.",
        "Exceptions that have been seen so far are skipped.",
        "The last week of the month is free.",
        "The file must arrive at the latest by noon.",
        "This returns the set of names currently defined.",
        "The most recent call is shown last.",
        "Return today's date.",
    ],
)
def test_what_holds_whenever_it_is_read_is_not(claim: str) -> None:
    assert relative_time(claim) == ""


def test_a_date_in_claim_or_question_anchors_it() -> None:
    claim = "Ann Holt is currently the head of state."
    assert unanchored(claim, "Who is head of state?") == "is currently"
    assert unanchored(claim, "Who is head of state as of June 2024?") == ""
    assert unanchored("In 2024, Ann Holt is the current president.", "") == ""
    assert unanchored("Since version 3.11 it is currently optional.", "") == ""


@pytest.mark.parametrize(
    "part", ["has ", "currently is ", "the latest ", "`", "a_", "if now ", "."]
)
def test_hostile_texts_take_no_time(part: str) -> None:
    start = process_time()
    relative_time((part * 40_000)[:40_000] + " currently is")
    assert process_time() - start < 4
