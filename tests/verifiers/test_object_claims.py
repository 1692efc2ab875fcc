"""Claims of answers that are JSON objects, and of turns that follow the call of a function."""

from __future__ import annotations

import json

import pytest

from store.tool_calls import call_text, is_call
from verifiers.claims.turns import claims_of, turns_of
from verifiers.execution.returned import returned

ASKED = "Write a record about this: Mars\n- reader: a child\n- length: one sentence"


def row(answer: str) -> dict[str, object]:
    return {"question": ASKED, "answer": answer, "messages": []}


def test_values_are_claims_and_what_was_given_is_none() -> None:
    note = "Mars has two small moons. Mars rotates once in 24.62 hours."
    made = {"reader": "a child", "length": "one sentence", "note": note, "radius": "3,389.5 km"}
    answer = json.dumps({**made, "moons": 2, "known": ["since antiquity by everyone"]}, indent=2)
    claims = claims_of(row(answer))
    texts = [claim.text for claim in claims]
    assert texts[:2] == ["Mars has two small moons.", "Mars rotates once in 24.62 hours."]
    assert texts[2:4] == ["radius: 3,389.5 km", "moons: 2"] and "antiquity" in texts[4]
    assert answer[claims[1].start : claims[1].end] == "Mars rotates once in 24.62 hours."


def test_a_value_is_given_only_under_its_own_name() -> None:
    asked = "How many of its 13 moons have been seen since 1610?"
    claims = claims_of({"question": asked, "answer": '{"moons": "3"}', "messages": []})
    assert [claim.text for claim in claims] == ["moons: 3"], "no part of another number"


def test_names_that_are_phrases_and_names_that_come_twice_hide_nothing() -> None:
    answer = '{"length": "999 km", "length": "310 km", "The Elm flows into the Red Sea": []}'
    texts = [claim.text for claim in claims_of(row(answer))]
    assert texts[:2] == ["length: 999 km", "length: 310 km"] and "Red Sea" in texts[2]


def test_an_escaped_value_is_told_by_its_whole_span() -> None:
    answer = json.dumps({"note": 'Mars is called the "Red Planet" by all.'})
    (claim,) = claims_of(row(answer))
    assert json.loads(answer[claim.start : claim.end]) == 'Mars is called the "Red Planet" by all.'


@pytest.mark.parametrize("answer", ["{not JSON}", "[1, 2]", "Mars {has} moons.", ""])
def test_anything_else_is_read_as_prose(answer: str) -> None:
    assert all(claim.text.strip() for claim in claims_of(row(answer)))


def talk(answer: str, result: str = "6") -> dict[str, object]:
    call = call_text("math.gcd", {"integers": [12, 18]})
    said = [("user", "The greatest common divisor of 12 and 18?"), ("assistant", call)]
    said += [("tool", result), ("assistant", answer)]
    return {"messages": [{"role": role, "content": text} for role, text in said]}


@pytest.mark.parametrize(
    ("answer", "result", "held"),
    [
        ("The greatest common divisor of 12 and 18 is 6.", "6", True),
        ("The greatest common divisor of 12 and 18 is not 6.", "6", False),
        ("The greatest common divisor of 12 and 18 is 16.", "6", False),
        ("The greatest common divisor of 12 and 18 is 6.5.", "6", False),
        ("The call returned ['a', 'b'].", "['a', 'b']", True),
        ("The least common multiple of 12 and 18 is 6.", "6", False),
        ("The result 6 shows that Berlin is the capital of France.", "6", False),
        ("The greatest common divisor of 12 and 18, that of 24 and 30 too, is 6.", "6", False),
    ],
)
def test_what_a_function_returned_bears_out_the_next_turn(
    answer: str, result: str, held: bool
) -> None:
    conversation = talk(answer, result)
    turns, (claim,) = turns_of(conversation), claims_of(conversation)
    assert [turn.message for turn in turns] == [3], "the call itself claims nothing"
    decided = returned(claim, turns)
    assert (decided is not None and decided.verdict == "supported") == held


def test_a_turn_that_says_more_than_a_call_is_no_call() -> None:
    call = call_text("f", {"a": "</tool_call>"})
    assert is_call(call) and is_call(f"{call}\n{call}")
    assert not is_call(f"The Elm River is 99 km long.\n{call}") and not is_call("{}")
