"""Free wording: statements with one wrong fact are not believed, however they are put."""

from __future__ import annotations

from typing import Any

import pytest
from paraphrases import RIGHT, WRONG
from small_world import judge

from verifiers.pairs import verify_pair

MISSED = {
    # A place for another in the clauses of one sentence: names are not told apart there.
    "Lake Ister is where the Tavel River rises.",
}
LEAST_KEPT = 0.6
"""Share of the true statements that are supported; the others have words their sources lack."""


def wrong() -> list[Any]:
    """The wrong statements; those that are believed today must be told when they no longer are."""
    reason = "names inside one sentence are not told apart"
    missed = pytest.mark.xfail(strict=True, reason=reason)
    return [pytest.param(*said, marks=[missed] if said[1] in MISSED else []) for said in WRONG]


@pytest.mark.parametrize(("question", "answer"), wrong())
def test_one_wrong_fact_in_other_words_is_not_believed(question: str, answer: str) -> None:
    judged = judge(question, answer)
    assert not judged.believed, [item.decided for item in judged.checked]


def test_most_true_statements_are_kept() -> None:
    kept = sum(judge(*said).ruling.decision == "keep" for said in RIGHT)
    assert kept >= LEAST_KEPT * len(RIGHT)


@pytest.mark.parametrize(("question", "answer"), RIGHT)
def test_no_true_statement_is_split_wrongly(question: str, answer: str) -> None:
    assert all("The's" not in item.claim.text for item in judge(question, answer).checked)


def test_a_broken_line_is_no_end_of_a_sentence() -> None:
    evidence = "# Tavel River\n\nBelow the town of\nHallow the river is navigable.\n"
    assert verify_pair("The river is navigable below the town of Hallow.", evidence).verdict == (
        "supported"
    )
    above = verify_pair("The river is navigable above the town of Hallow.", evidence)
    assert above.verdict == "contradicted"


def test_numbers_in_words_are_no_wording() -> None:
    said = verify_pair("It has two hundred and eighteen steps.", "The tower has 218 steps.")
    assert said.verdict == "supported"


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("The tower was built in 1887 and electrified in 1931.", "supported"),
        ("The tower was built in 1931 and electrified in 1887.", "not_found"),
        ("Oskar Lind was the last keeper of the tower.", "supported"),
        ("Oskar Lind built the tower.", "not_found"),
    ],
)
def test_sentences_are_not_mixed(claim: str, verdict: str) -> None:
    evidence = (
        "# The tower\n\nThe tower was built in 1887. It was electrified in 1931. "
        "Oskar Lind was its last keeper.\n"
    )
    assert verify_pair(claim, evidence).verdict == verdict


def test_a_later_sentence_may_speak_of_the_name_before() -> None:
    evidence = "Clara Voss was born in Hallow. She studied in Marburg. She died in Lisbon."
    assert verify_pair("Clara Voss died in Lisbon.", evidence).verdict == "supported"
    assert verify_pair("Clara Voss died in Marburg.", evidence).verdict != "supported"
