"""Answers to claims, with exact spans."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from verifiers.claims import split_claims


def texts(question: str, answer: str) -> list[str]:
    return [claim.text for claim in split_claims(question, answer)]


def test_sentences_are_claims_with_offsets() -> None:
    answer = "The lake is 310 km long. Dr. Hu saw it in 1962.\n\n- It freezes."
    claims = split_claims("What of it?", answer)
    assert [answer[c.start : c.end] for c in claims] == [c.text for c in claims]
    assert [c.text for c in claims] == [
        "The lake is 310 km long.",
        "Dr. Hu saw it in 1962.",
        "It freezes.",
    ]


def test_code_and_questions_are_no_claims() -> None:
    assert texts("How?", "```python\nprint(1)\n```\nIs it so?") == []


def test_frame_names_its_subject() -> None:
    (claim,) = split_claims("What?", "The documentation of `json.dump` says: Serialize it now.")
    assert claim.text == "Serialize it now." and claim.about == "json.dump"


def test_two_frames_are_two_claims() -> None:
    answer = (
        "The documentation of `a.b` says: Same as a. The documentation of `a.c` says: Same as b."
    )
    assert [claim.about for claim in split_claims("?", answer)] == ["a.b", "a.c"]


def test_true_and_false_judge_the_statement() -> None:
    question = "True or false: the lake is 5 km long."
    yes, no = (split_claims(question, f"{word}. It is long.") for word in ("True", "False"))
    assert yes[0].text == no[0].text == "the lake is 5 km long."
    assert yes[0].holds and not no[0].holds
    assert [claim.text for claim in yes[1:]] == ["It is long."]


def test_blank_is_filled() -> None:
    question = 'Fill in the blank: "The lake is ____ km long."'
    claims = split_claims(question, 'The missing term is "310". It is deep.')
    assert claims[0].text == "The lake is 310 km long."
    assert claims[1].text == "It is deep."


def test_absence() -> None:
    answer = "That cannot be answered from the documentation: it does not state the depth."
    (claim,) = split_claims("What is the depth?", answer)
    assert claim.absent and claim.text == "it does not state the depth."


@given(st.text(max_size=200), st.text(max_size=400))
def test_any_text(question: str, answer: str) -> None:
    for claim in split_claims(question, answer):
        assert 0 <= claim.start <= claim.end <= len(answer)
        assert claim.text.strip()
