"""Answers of many kinds to the claims that they make."""

from __future__ import annotations

import re
import time
from itertools import pairwise

import pytest
from claim_cases import ATOMIC, COMPLETED, NONE, TRACES, UNHIDDEN
from hypothesis import given
from hypothesis import strategies as st

from verifiers.claims import claims_of, split_claims


def texts(question: str, answer: str) -> list[str]:
    return [claim.text for claim in split_claims(question, answer)]


@pytest.mark.parametrize(("question", "answer", "claims"), ATOMIC)
def test_a_claim_says_one_thing_with_what_introduces_it(
    question: str, answer: str, claims: list[str]
) -> None:
    assert texts(question, answer) == claims


@pytest.mark.parametrize(("question", "answer", "claims"), COMPLETED)
def test_a_claim_makes_sense_alone_where_the_context_is_sure(
    question: str, answer: str, claims: list[str]
) -> None:
    assert texts(question, answer) == claims


@pytest.mark.parametrize(("question", "answer"), NONE)
def test_what_states_nothing_is_no_claim(question: str, answer: str) -> None:
    assert texts(question, answer) == []


@pytest.mark.parametrize(("answer", "claim"), UNHIDDEN)
def test_a_fact_cannot_hide_in_its_frame(answer: str, claim: str) -> None:
    assert texts("What of it?", answer) == [claim]


@pytest.mark.parametrize(("question", "answer", "claims"), TRACES)
def test_reasoning_claims_what_it_states_and_keeps(
    question: str, answer: str, claims: list[str]
) -> None:
    assert texts(question, answer) == claims


def test_yes_and_no_judge_what_the_question_asks() -> None:
    question = "Was the Eiffel Tower built in 1889?"
    (yes,), (no,) = split_claims(question, "Yes."), split_claims(question, "No, it was not.")
    assert yes.text == no.text == "The Eiffel Tower was built in 1889"
    assert yes.holds and not no.holds
    assert split_claims("Is there a limit?", "No, there is no limit.")[0].absent


def test_what_is_called_untrue_is_claimed_to_be_false() -> None:
    answer = "It is not true that the lake is 5 km long."
    (claim,) = split_claims("?", answer)
    assert claim.text == "the lake is 5 km long." and not claim.holds
    assert answer[claim.start : claim.end] == claim.text


def test_an_order_describes_where_a_description_was_asked_for() -> None:
    said = "Write the object to a file."
    assert texts("What does the function do?", said) == [said]
    assert texts("How do I go on?", said) == []


def test_spans_are_the_source_of_the_claim() -> None:
    answer = "The firm was founded in 1990 and it employs 300 people."
    _, second = split_claims("?", answer)
    assert answer[second.start : second.end] == "it employs 300 people."


_SENTENCES = st.sampled_from(
    [
        "The lake is 310 km long.",
        "It was built in 1889 and it has 3 floors.",
        "I think the mast is 12 m tall.",
        "- The dam was opened in 1931.",
        "| 1990 | 12.5 m |",
        "Is it 5 km long?",
        "Let me know!",
        "Wait, that is odd.",
        "<think>",
        "</think>",
        "```",
        "# Facts",
        "The parts are:",
        "; and it is 4 m wide",
    ]
)


_ASKED = st.sampled_from(
    ["What is", "Who was", "Which city is", "How many", "How tall is", "When did", "Is", "Does"]
)


@given(_ASKED, st.text(max_size=60), st.sampled_from(["1889", "Delhi.", "Yes.", "in it", "the A"]))
def test_any_question_can_be_answered_in_short(begin: str, rest: str, answer: str) -> None:
    for claim in split_claims(f"{begin} {rest}?", answer):
        assert claim.text.strip() and 0 <= claim.start < claim.end <= len(answer)


@given(st.lists(_SENTENCES, max_size=12), st.sampled_from(["\n", "\n\n", " ", "\n  "]))
def test_spans_lie_in_order_inside_the_answer(parts: list[str], between: str) -> None:
    answer = between.join(parts)
    claims = split_claims("When was the tower built?", answer)
    assert all(0 <= one.start < one.end <= len(answer) for one in claims)
    assert all(one.end <= two.start for one, two in pairwise(claims))
    assert all(claim.text.strip() for claim in claims)


@given(st.lists(st.integers(2, 99_999), min_size=1, max_size=8))
def test_no_sentence_with_a_number_is_lost(numbers: list[int]) -> None:
    frames = [
        "The lake is {} m deep.",
        "I think it has {} parts.",
        "- It cost {} euros",
        "In {}, it rose.",
    ]
    lines = [frames[i % 3].format(number) for i, number in enumerate(numbers)]
    answer = "\n\n".join(lines)
    held = "".join(answer[claim.start : claim.end] for claim in split_claims("?", answer))
    assert re.findall(r"\d+", held) == [str(number) for number in numbers]


@pytest.mark.parametrize(
    "part",
    [
        *("1.1.1.", "a, and ", "| | |", "- a\n", "wait, ", "Wait, no, ", "<think>", "It is 1; "),
        *(
            "```",
            "|-",
            "I think ",
            "> ",
            "**",
            "- b:\n",
            "The A ",
            "What is ",
            "\n",
            "_",
            "if ",
            "(",
        ),
    ],
)
def test_hostile_texts_are_read_in_a_second(part: str) -> None:
    text = part * (36_000 // len(part))
    started = time.process_time()
    split_claims("Fill in: ____ is it?", text)
    split_claims(f"{text}?", "Yes, it is 5 m.")
    assert time.process_time() - started < 2


def test_deep_lists_are_read_in_a_second() -> None:
    started = time.process_time()
    split_claims("?", "".join(f"{' ' * i}- item {i}:\n" for i in range(260)))
    assert time.process_time() - started < 1


def test_all_that_the_assistant_says_is_claimed_with_its_question() -> None:
    said = ["When was the Eiffel Tower built?", "In 1889.", "How tall is it?", "It is 330 m tall."]
    roles = ["system", "user", "assistant", "user", "assistant"]
    messages = [
        {"role": role, "content": text}
        for role, text in zip(roles, ["Be brief.", *said], strict=True)
    ]
    claims = claims_of({"messages": messages, "question": said[0], "answer": said[1]})
    assert [(c.message, c.text) for c in claims] == [
        (2, "The Eiffel Tower was built in 1889."),
        (4, "The Eiffel Tower is 330 m tall."),
    ]
    assert [messages[c.message]["content"][c.start : c.end] for c in claims] == [said[1], said[3]]
    assert claims[1].question == "How tall is the Eiffel Tower?"


def test_a_short_answer_vouches_for_itself_alone() -> None:
    (claim,) = split_claims("Who painted the old bridge of 1905?", "Mary Holt.")
    assert claim.text == "Mary Holt painted the old bridge of 1905."
    assert claim.added == claim.said == "Mary Holt."


def test_one_exchange_is_its_question_and_answer() -> None:
    row = {"messages": None, "question": "What is it?", "answer": "The lake is 5 km long."}
    (claim,) = claims_of(row)
    assert claim.message == 1 and claim.question == "What is it?"
    pair = [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]
    assert claims_of({**row, "messages": pair}) == [claim]


def test_messages_without_text_claim_nothing() -> None:
    messages = [
        {"role": "user", "content": None},
        {"role": "assistant", "content": None},
        {"role": "tool", "content": "The lake is 5 km long."},
    ]
    assert claims_of({"messages": messages, "question": "", "answer": ""}) == []
