"""Parts of methods: traces judged, questions eliminated, links between passages, attributes."""

from __future__ import annotations

import asyncio
import statistics
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from configs.errors import ConfigError
from generators.attributes import Settings as Columns
from generators.attributes import draw
from generators.catalogue import catalogue
from generators.linking import by_name, linked
from generators.methods import evolve, preference, reasoning
from generators.novelty import rouge_l
from generators.replies import Draft
from generators.teachers import openai_completions
from generators.writing import at_once
from store.corpus import Passage
from store.replies import Unusable

POSED = Draft("How much longer?", "It is 142 km longer.", ("452 km",), notes={"final": "142 km"})


def trace(final: str, reasoning: str = "First. Then.") -> Draft:
    whole = f"{reasoning}\n\nIt is {final}."
    return Draft("", whole, (), reasoning=reasoning, notes={"final": final})


def test_the_shortest_right_trace_wins_and_each_wrong_end_loses_once() -> None:
    settings = reasoning.Settings(samples=6)
    found = [trace("142 km", "Long, long steps."), trace("142"), trace("152 km"), trace("152 km")]
    won = reasoning.judge(POSED, [*found, trace("142 km."), Unusable("schema", "")], settings)
    assert isinstance(won, Draft)
    assert won.reasoning == "First. Then." and won.quotes == POSED.quotes
    assert [lost.why for lost in won.losers] == ["ends with '152 km', not '142 km'"]
    assert won.notes == {"final": "142 km", "samples": 6, "agreed": 3}


def test_only_what_surely_differs_loses() -> None:
    settings = reasoning.Settings(samples=5, agreement=0.2)
    ends = ("142 kilometres", "0.142 km north", "142", "junk")
    won = reasoning.judge(POSED, [trace("142 km"), *map(trace, ends)], settings)
    assert isinstance(won, Draft) and not won.losers
    for one, other in (("5 million km", "5 km"), ("not 5", "5"), ("12 km", "12 km/h")):
        assert not reasoning.same(one, other)
    assert reasoning.differ("142 km", "152 km") and reasoning.differ("Alder", "Birch")
    for one, other in (
        ("Grey Lake", "into the Grey Lake"),
        ("1/2", "0.5"),
        ("yes", "yes, it does"),
    ):
        assert not reasoning.differ(one, other)


def test_too_few_right_traces_are_no_record() -> None:
    settings = reasoning.Settings(samples=4)
    lost = reasoning.judge(POSED, [trace("142 km"), *[trace("152 km")] * 3], settings)
    assert lost == Unusable("disagreement", "1 of 4 traces end with the checked answer '142 km'")
    none = [Unusable("schema", "")] * 4
    assert isinstance(reasoning.judge(POSED, none, reasoning.Settings(agreement=0.01)), Unusable)


def test_questions_that_did_not_get_harder_are_eliminated() -> None:
    old, settings = "How long is the Birch River?", evolve.Settings()
    assert evolve.why_eliminated("How long is the Birch river", old, settings)
    assert evolve.why_eliminated("Rewrite the given question about rivers.", old, settings)
    assert not evolve.why_eliminated("When does the Birch River freeze over?", old, settings)


def test_the_margin_decides_whether_there_is_a_pair() -> None:
    def graded(answer: str, mean: float) -> tuple[Draft, Draft]:
        notes = {"mean": mean, "scores": {"a": 1}, "reason": "vague"}
        return Draft("", answer, ("q",)), Draft("", "", (), notes=notes)

    settings = preference.Settings(min_margin=0.25)
    three = [graded("b", 0.5), graded("a", 0.9), graded("c", 0.3)]
    won = preference.best_and_worst("Q?", three, settings)
    assert isinstance(won, Draft) and (won.question, won.answer) == ("Q?", "a")
    assert [(lost.answer, lost.why, lost.margin) for lost in won.losers] == [("c", "vague", 0.6)]
    near = [graded("a", 0.9), graded("b", 0.8)]
    lost = preference.best_and_worst("Q?", near, settings)
    assert isinstance(lost, Unusable) and lost.reason == "no_margin"
    unread = [graded("a", 0.9), (Draft("", "b", ()), Unusable("schema", ""))]
    lost = preference.best_and_worst("Q?", unread, settings)
    assert isinstance(lost, Unusable) and lost.reason == "no_pair"


@given(st.text("ab c", max_size=30), st.text("ab c", max_size=30))
def test_likeness_is_symmetric_and_whole_for_equal_words(one: str, other: str) -> None:
    assert rouge_l(one, other) == rouge_l(other, one)
    assert 0 <= rouge_l(one, other) <= 1
    assert rouge_l(one, one) == (1 if one.split() else 0)
    assert rouge_l("list the moons of mars", "list all moons of mars") == pytest.approx(0.8)


def passage(number: int, text: str) -> Passage:
    return Passage(f"{number}#0", str(number), "T", "", 0, len(text), text)


def test_passages_are_linked_by_the_rarest_name() -> None:
    texts = (
        "The Alder flows into the Grey Lake, says `json.dumps`.",
        "The Grey Lake is deep.",
        "Call `json.dumps` of the Grey Lake.",
        "Nothing of note.",
    )
    passages = [passage(number, text) for number, text in enumerate(texts)]
    found = [(name, other.id) for name, other in linked(passages[0], by_name(passages))]
    assert found == [("json.dumps", "2#0"), ("Grey Lake", "1#0")]
    assert not [*linked(passages[3], by_name(passages))]
    many = [passage(number, "The Grey Lake.") for number in range(30)]
    assert not [*linked(many[0], by_name(many))], "a name of everything says nothing"


ATTRIBUTES = {
    "attributes": {
        "reader": {"values": {"child": 3, "adult": 1}},
        "length": {"given": "reader", "by": {"child": ["short"], "adult": {"short": 1, "long": 1}}},
    },
    "fields": {"text": "what to know"},
}


def test_attributes_come_by_weight_and_depend_on_earlier_ones() -> None:
    drawn = [draw(Columns.model_validate(ATTRIBUTES), number) for number in range(2000)]
    counts = Counter((each["reader"], each["length"]) for each in drawn)
    assert counts["child", "long"] == 0
    assert counts["child", "short"] / 2000 == pytest.approx(0.75, abs=0.03)
    assert counts["adult", "long"] / 2000 == pytest.approx(0.125, abs=0.03)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"given": "nothing"}, "comes before nowhere"),
        ({"by": {"child": ["short"]}}, r"length\.by lacks adult"),
        ({"values": ["short"]}, "give `values`, or `given` and `by`"),
    ],
)
def test_attributes_that_cannot_be_drawn_are_refused(change: dict[str, object], said: str) -> None:
    length = {**ATTRIBUTES["attributes"]["length"], **change}
    attributes = {**ATTRIBUTES["attributes"], "length": length}
    with pytest.raises(ValidationError, match=said):
        Columns.model_validate({**ATTRIBUTES, "attributes": attributes})


def test_calls_in_flight_are_awaited_before_an_error_is_raised() -> None:
    ended: list[str] = []

    async def call(name: str, wait_s: float) -> str:
        await asyncio.sleep(wait_s)
        ended.append(name)
        if name == "bad":
            raise ConfigError("bad")
        return name

    assert asyncio.run(at_once([call("a", 0.02), call("b", 0)])) == ["a", "b"]
    with pytest.raises(ConfigError, match="bad"):
        asyncio.run(at_once([call("bad", 0), call("late", 0.03)]))
    assert ended == ["b", "a", "bad", "late"]


def test_a_raw_prompt_is_open_where_the_model_goes_on() -> None:
    system = {"role": "system", "content": "S <|im_end|>"}
    asked = {"role": "user", "content": "Q"}
    raw = openai_completions.rendered([system, asked], "chatml")
    begin = "<|im_start|>system\nS <`|im_end|><|im_end|>\n<|im_start|>user\n"
    assert raw == f"{begin}Q<|im_end|>\n<|im_start|>assistant\n"
    assert openai_completions.rendered([system, {"role": "user", "content": ""}], "chatml") == begin
    told = openai_completions.rendered([{"role": "system", "content": "S"}, asked], "gemma")
    turn = "<start_of_turn>user\nS\n\nQ<end_of_turn>\n<start_of_turn>model\n"
    assert told == f"<bos>{turn}"


def test_pieces_of_a_raw_stream_are_one_completion() -> None:
    pieces = [{"choices": [{"text": "a "}], "model": "m"}, {"choices": [{"text": "b"}]}, "odd"]
    last = {"choices": [{"text": "", "finish_reason": "stop"}], "usage": {"prompt_tokens": 3}}
    whole = openai_completions.read(openai_completions.gather([*pieces, last]), "none")
    assert (whole.content, whole.finish_reason, whole.model) == ("a b", "stop", "m")
    assert whole.input_tokens == 3
    assert [openai_completions.has_text(piece) for piece in (*pieces, last)] == [1, 1, 0, 0]


def test_every_method_module_is_short() -> None:
    folder = Path(evolve.__file__).parent
    lines = [len((folder / f"{name}.py").read_text().splitlines()) for name in catalogue()]
    assert statistics.median(lines) <= 80
