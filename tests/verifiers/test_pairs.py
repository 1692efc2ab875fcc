"""A claim against the evidence that comes with it."""

from __future__ import annotations

import pytest

from verifiers.pairs import passages_of, verify_pair

EVIDENCE = """# Vega

Vega was discovered on 5 July 1962 by Maria Novak. The mean radius of Vega is 310 km.
"""


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("The mean radius of Vega is 310 km.", "supported"),
        ("Vega was discovered on July 5, 1962 by Maria Novak.", "supported"),
        ("The mean radius of Vega is 320 km.", "contradicted"),
        ("Bananas are sold in Lisbon on Tuesdays.", "not_found"),
    ],
)
def test_verdicts(claim: str, verdict: str) -> None:
    decided = verify_pair(claim, EVIDENCE)
    assert decided.verdict == verdict
    assert 0 <= decided.score <= 1


def test_a_question_completes_a_short_answer() -> None:
    said = verify_pair("Maria Novak", EVIDENCE, "Who discovered Vega in 1962?")
    assert said.verdict == "supported"


def test_no_evidence_supports_nothing() -> None:
    assert verify_pair("The mean radius of Vega is 310 km.", "").verdict == "not_found"


def test_long_evidence_is_cut_at_sentences_and_titled() -> None:
    passages = passages_of("# Vega\n\n" + "Vega turns slowly. " * 200)
    assert len(passages) > 1 and max(len(p.text) for p in passages) <= 1200
    assert {p.title for p in passages} == {"Vega"}
    assert all(p.text.startswith("Vega") and p.text.endswith(".") for p in passages)


def test_what_one_did_is_not_true_of_another_named_nearby() -> None:
    told = (
        "Vega 2 hit the moon in 1959. Vega 3 took the first images of the far side in October "
        "1959. Rigel 6 brought samples from the far side in June 2024."
    )
    assert verify_pair(
        "Vega 3 took the first images of the far side in October 1959.", told
    ).verdict == ("supported")
    other = verify_pair("Rigel 6 took the first images of the far side in October 1959.", told)
    assert other.verdict != "supported"
    said = "Maria Novak found Vega in 1962. She took the first images of the far side in 1971."
    hers = verify_pair("Maria Novak took the first images of the far side in 1971.", said)
    assert hers.verdict == "supported"


@pytest.mark.parametrize(
    ("claim", "supported"),
    [
        ("The discoverer of Vega is Karl Weber.", False),
        ("The discoverer of Vega is Maria Novak.", True),
        ("Rigel 6 flew past Vega in 1971.", False),
        ("In 2011 the population of Vega was estimated at 900.", True),
    ],
)
def test_names_alone_say_nothing(claim: str, supported: bool) -> None:
    told = (
        "Karl Weber predicted in 1950 that tides warm Vega. Maria Novak was the discoverer of "
        "Vega. Rigel 6 was launched in 1970. Altair 2 flew past Vega in 1971. In 2011 the "
        "population of Vega was 900."
    )
    assert (verify_pair(claim, told).verdict == "supported") is supported


@pytest.mark.parametrize(
    "question", ["Please state the mass of Vega.", "Could you tell me the mass of Vega exactly?"]
)
def test_how_a_question_asks_is_no_part_of_what_it_asks(question: str) -> None:
    said = verify_pair(
        "The mass of Vega is 8.681 kg.", "# Vega\n\n- **Mass:** 8.681 kg\n", question
    )
    assert said.verdict == "supported"
