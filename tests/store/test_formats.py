"""What each format makes of a record, and what comes back of it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, get_args

import orjson
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_samples import record

from configs.errors import ConfigError
from store.formats.apart import APART
from store.formats.back import BACK, record_columns
from store.formats.chat import render_plain
from store.formats.names import Calls, Place, To
from store.formats.rows import rows_of
from store.formats.shapes import SHAPES
from store.formats.unfit import Unfit
from store.formats.wanted import Wanted, export_schema
from store.pairs import pairs_of
from store.records import EVIDENCE, RECORDS, REJECTED, frame
from store.tool_calls import Call, calls_text

TRAINERS = {"prompt", "chosen", "rejected", "completion", "messages"}
"""Columns by which TRL guesses the type of a dataset, in no certain order."""
TOOLS = '[{"type": "function", "function": {"name": "length"}}]'
CALL = (
    {"role": "system", "content": "You know rivers."},
    {"role": "user", "content": "How long?"},
    {"role": "assistant", "content": "<tool_call>\n{}\n</tool_call>"},
    {"role": "tool", "content": "310"},
    {"role": "assistant", "content": "310 km."},
)


def exported(row: dict[str, Any], wanted: Wanted, pairs: Any = ()) -> list[dict[str, Any]]:
    return [made for made, _ in rows_of(row, pairs, wanted)]


def thought() -> dict[str, Any]:
    return record(1, answer="Step one.\n\nSo 310 km.", reasoning="Step one.").row()


@pytest.mark.parametrize(
    ("place", "content", "moved"),
    [
        ("think", "<think>\nStep one.\n</think>\n\nSo 310 km.", "think"),
        ("inline", "Step one.\n\nSo 310 km.", ""),
        ("drop", "So 310 km.", "drop"),
    ],
)
def test_reasoning_stands_where_it_is_wanted_and_is_never_lost(
    place: Place, content: str, moved: str
) -> None:
    (row,) = exported(thought(), Wanted("messages", reasoning=place))
    assert row["messages"][-1] == {"role": "assistant", "content": content}
    assert (row["reasoning"], row["reasoning_moved"]) == ("Step one.", moved)


def test_an_answer_that_does_not_begin_with_its_reasoning_stays_as_it_is() -> None:
    made = record(1, reasoning="Elsewhere.").row()
    (row,) = exported(made, Wanted("messages", reasoning="think"))
    assert row["messages"] == made["messages"] and row["reasoning"] == "Elsewhere."


def test_sharegpt_names_the_turns_and_refuses_roles_that_it_has_no_name_for() -> None:
    made = record(1, conversation=CALL, tools=TOOLS).row()
    (row,) = exported(made, Wanted("sharegpt"))
    assert [turn["from"] for turn in row["conversations"]] == "system human gpt tool gpt".split()
    assert row["conversations"][3]["value"] == "310" and json.loads(row["tools"])
    odd = record(1, conversation=({"role": "critic", "content": "no"},)).row()
    with pytest.raises(Unfit, match="no name for the role 'critic'"):
        exported(odd, Wanted("sharegpt"))


CALLED = [Call("length", {"river": "Elm", "parts": [1, None]}), Call("length", {})]
TWICE = (
    *CALL[:2],
    {"role": "assistant", "content": calls_text(CALLED)},
    *({"role": "tool", "content": text} for text in ("310", "none", "more")),
    {"role": "assistant", "content": calls_text(CALLED[1:])},
    {"role": "tool", "content": "0"},
    CALL[-1],
)


def test_calls_stand_in_a_field_or_in_turns_of_their_own() -> None:
    made = record(1, conversation=TWICE, tools=TOOLS).row()
    (row,) = exported(made, Wanted("messages", calls="apart"))
    called = row["messages"][2]
    assert called["content"] == "" and called["tool_call_id"] is None
    assert called["tool_calls"][0] == {
        "id": "call00001",
        "type": "function",
        "function": {"name": "length", "arguments": '{"river": "Elm", "parts": [1, null]}'},
    }
    ids = [message["tool_call_id"] for message in row["messages"]]
    assert ids == [None] * 3 + ["call00001", "call00002", None, None, "call00003", None]
    assert row["messages"][0] == {**CALL[0], "tool_calls": None, "tool_call_id": None}

    (row,) = exported(made, Wanted("sharegpt", calls="apart"))
    turns = [(turn["from"], turn["value"]) for turn in row["conversations"]]
    assert turns[2] == ("function_call", json.dumps([call._asdict() for call in CALLED]))
    assert turns[3] == ("observation", "310") and turns[6][0] == "function_call"
    assert json.loads(turns[6][1]) == {"name": "length", "arguments": {}}

    # Without functions it is a text about calls.
    told = record(1, conversation=TWICE).row()
    (row,) = exported(told, Wanted("messages", calls="apart"))
    assert row["messages"][2]["content"] == TWICE[2]["content"]


@pytest.mark.parametrize(
    "content",
    [
        "<tool_call>\n{}\n</tool_call>",
        '<tool_call>\n{"name": "a", "arguments": {"b": 1, "b": 2}}\n</tool_call>',
        '<tool_call>{"name": "a", "arguments": {}}</tool_call>',
        "<tool_call>\n{1}\n</tool_call>",
        '<tool_call>\n{"name": "a", "arguments": {"b": NaN}}\n</tool_call>',
        '<tool_call>\n{"name": "a", "arguments": {"b": 1%s}}\n</tool_call>' % ("0" * 5000),
    ],
)
def test_a_call_that_would_come_back_as_another_does_not_fit(content: str) -> None:
    turns = (CALL[1], {"role": "assistant", "content": content}, *CALL[3:])
    made = record(1, conversation=turns, tools=TOOLS).row()
    with pytest.raises(Unfit, match="the call of message 2 cannot stand apart: it "):
        exported(made, Wanted("messages", calls="apart"))
    assert exported(made, Wanted("messages"))


def test_alpaca_takes_the_shown_text_apart_and_keeps_earlier_turns() -> None:
    (row,) = exported(record(1, context="A text.").row(), Wanted("alpaca"))
    assert (row["instruction"], row["input"]) == ("What is number 1?", "A text.")
    assert row["output"].startswith("The answer") and row["system"] is None
    turns = [{"role": ("user", "assistant")[n % 2], "content": f"turn {n}"} for n in range(4)]
    long = record(1, conversation=({"role": "system", "content": ""}, *turns)).row()
    (row,) = exported(long, Wanted("alpaca"))
    assert row["history"] == [["turn 0", "turn 1"]] and row["system"] == ""
    assert (row["instruction"], row["input"], row["output"]) == ("turn 2", "", "turn 3")
    with pytest.raises(Unfit, match="only questions and answers in turn"):
        exported(record(1, conversation=CALL).row(), Wanted("alpaca"))


def test_prompt_and_completion_are_the_conversation_in_two() -> None:
    made = record(1, conversation=CALL, tools=TOOLS).row()
    (row,) = exported(made, Wanted("prompt-completion"))
    assert row["prompt"] == list(CALL[:-1]) and row["completion"] == list(CALL[-1:])
    (row,) = exported(made, Wanted("prompt-completion", plain=True))
    assert row["completion"] == "310 km." and row["prompt"].endswith("\n\n### Assistant:\n")
    (whole,) = exported(made, Wanted("text"))
    assert whole["text"] == row["prompt"] + row["completion"]
    assert whole["text"].startswith(f"### Tools:\n{TOOLS}\n\n### System:\nYou know rivers.\n\n")
    with pytest.raises(Unfit, match="does not end with an answer"):
        exported(record(1, conversation=CALL[:2]).row(), Wanted("prompt-completion"))


def pairs_for(made: dict[str, Any]) -> list[dict[str, Any]]:
    empty = frame([], REJECTED), frame([], EVIDENCE)
    return pairs_of(frame([made], RECORDS), *empty).to_dicts()


def test_pairs_keep_the_provenance_of_their_record() -> None:
    losers = [{"answer": text, "why": "vague", "margin": 0.5} for text in ("a", "b")]
    made = record(3, losers=losers, metadata='{"weight": 2}', tools=TOOLS).row()
    rows = exported(made, Wanted("dpo"), pairs_for(made))
    assert [row["rejected"][0]["content"] for row in rows] == ["a", "b"]
    for row in rows:
        assert row["sources"] == made["sources"] and row["margin"] == 0.5
        assert row["record_id"] == made["id"] and row["weight"] == 2.0 and row["tools"] == TOOLS
    good, *bad = exported(made, Wanted("kto"), pairs_for(made))
    assert (good["label"], good["id"]) == (True, "r0003")
    assert [(row["label"], row["id"]) for row in bad] == [(False, "r0003/0"), (False, "r0003/1")]
    assert bad[1]["completion"] == [{"role": "assistant", "content": "b"}]
    assert exported(record(4).row(), Wanted("dpo")) == []


@pytest.mark.parametrize("to", SHAPES)
def test_no_kept_column_confuses_trainers_and_every_column_is_filled(to: To) -> None:
    made = record(3, losers=[{"answer": "a", "why": "vague", "margin": None}]).row()
    for plain in {False, to == "prompt-completion"}:
        wanted = Wanted(to, plain=plain)
        names = export_schema(wanted).names
        assert {"id", "sources", "metadata", "method", "style", "tools"} < set(names)
        own = pa.schema(SHAPES[to][1]).names
        assert TRAINERS & set(names) == TRAINERS & set(own)
        rows = exported(made, wanted, pairs_for(made))
        assert rows and all(set(names) <= set(row) for row in rows)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ROLE = st.sampled_from(["system", "user", "assistant", "tool", "developer"])
MESSAGE = st.fixed_dictionaries({"role": ROLE, "content": TEXT})
SOURCE = st.fixed_dictionaries(
    {
        "document_id": TEXT,
        "passage_id": TEXT,
        "title": TEXT,
        "start": st.integers(0, 9),
        "end": st.integers(0, 9),
        "sha256": TEXT,
    }
)
TURNS = st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=3).map(
    lambda pairs: [
        {"role": role, "content": text}
        for pair in pairs
        for role, text in zip(("user", "assistant"), pair, strict=True)
    ]
)


ARGUMENTS = st.dictionaries(
    TEXT,
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
        max_leaves=3,
    ),
    max_size=2,
)
CALLS = st.lists(st.builds(Call, TEXT, ARGUMENTS), min_size=1, max_size=2)


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    """A row of RECORDS: any turns or proper ones, its answer with its reasoning or without."""
    messages = draw(st.one_of(st.lists(MESSAGE, min_size=1, max_size=4), TURNS))
    if draw(st.booleans()):
        called = {"role": "assistant", "content": calls_text(draw(CALLS))}
        messages = [called, *messages[: draw(st.integers(0, 4))]]
    if draw(st.booleans()):
        messages = [{"role": "system", "content": draw(TEXT)}, *messages]
    reasoning = draw(TEXT)
    begins = draw(st.sampled_from(["", reasoning, f"{reasoning}\n\n"]))
    marks = draw(st.sampled_from(["", f"<think>\n{reasoning}\n</think>\n\n"]))
    messages[-1] = {**messages[-1], "content": f"{marks}{begins}{messages[-1]['content']}"}
    question = draw(st.one_of(TEXT, st.just(messages[-2]["content"] if messages[1:] else "")))
    if len(messages) > 1 and draw(st.booleans()):
        messages[-2] = {**messages[-2], "content": f"{draw(TEXT)}\n\n{question}"}
    return {
        **record(1).row(),
        "messages": messages,
        "question": question,
        "reasoning": reasoning,
        "tools": draw(st.lists(TEXT, max_size=2).map(lambda found: orjson.dumps(found).decode())),
        "sources": draw(st.lists(SOURCE, min_size=1, max_size=2)),
        "quotes": draw(st.lists(TEXT, max_size=2)),
        "losers": [{"answer": draw(TEXT), "why": "", "margin": None}],
    }


@given(
    made=rows(),
    to=st.sampled_from(BACK),
    place=st.sampled_from(get_args(Place)),
    as_json=st.booleans(),
    apart=st.booleans(),
)
def test_what_a_format_holds_comes_back_as_it_was(
    made: dict[str, Any], to: To, place: Place, as_json: bool, apart: bool
) -> None:
    calls: Calls = "apart" if apart and to in APART else "text"
    wanted = Wanted(to, reasoning="inline" if to == "dpo" else place, calls=calls)
    try:
        found = exported(made, wanted, pairs_for(made))
    except Unfit:
        return
    schema = export_schema(wanted)
    for row in found:
        held = {name: row[name] for name in schema.names}
        if as_json:
            (back,) = [json.loads(orjson.dumps(held))]
        else:
            (back,) = pa.Table.from_pylist([held], schema).to_pylist()
        columns = record_columns(back, to)
        assert columns == {name: made[name] for name in columns}
        assert {"id", "messages", "reasoning", "tools", "sources", "quotes"} <= set(columns)
        assert columns["valid_as_of"] == date(2024, 6, 30)


def test_what_does_not_go_back_says_so() -> None:
    with pytest.raises(ConfigError, match="text holds no conversations"):
        record_columns({}, "text")
    with pytest.raises(ConfigError, match="no exported row of sharegpt: it lacks 'conversations'"):
        record_columns({"id": "a"}, "sharegpt")


def test_the_plain_template_names_every_role() -> None:
    said = render_plain([{"role": "user", "content": "a"}], "[]", True)
    assert said == "### User:\na\n\n### Assistant:\n"
    assert set(SHAPES) == set(get_args(To))
