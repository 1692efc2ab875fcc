"""Reading replies and rendering prompts."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configs.errors import ConfigError, ParseError
from generators.methods.grounded_qa import PROMPT, SCHEMA
from generators.prompts import load_prompt
from generators.replies import Draft, read_draft
from store.journal import Reply
from store.replies import check_ending

RECORD = {"quotes": ["a b"], "question": "What is it, then?", "answer": "It is so."}
GOOD = json.dumps(RECORD)
DRAFT = Draft("What is it, then?", "It is so.", ("a b",))


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"```json\n{GOOD}\n```",
        f"Here it is:\n{GOOD}\nI hope it helps.",
        f"<think>hm {'{'} no</think>{GOOD}",
        f"\ufeff{GOOD}",
        GOOD.replace("}", ",}"),
    ],
)
def test_ladder(text: str) -> None:
    assert read_draft(text, SCHEMA) == DRAFT


def test_raw_control_characters() -> None:
    assert read_draft(GOOD.replace("It is", "It\tis"), SCHEMA).answer == "It\tis so."


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "[]",
        "42",
        "{}",
        json.dumps({**RECORD, "quotes": "a b"}),
        json.dumps({**RECORD, "answer": 42}),
        json.dumps({**RECORD, "more": 1}),
        json.dumps({"question": "What is it, then?", "answer": "It is so."}),
    ],
)
def test_what_breaks_the_schema_is_named(text: str) -> None:
    with pytest.raises(ParseError, match=r"^- "):
        read_draft(text, SCHEMA)


@given(st.text() | st.from_regex(r"\{[\"a-z:,\[\]{} 0-9]*\}?", fullmatch=True))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_a_draft_or_a_parse_error(text: str) -> None:
    try:
        assert isinstance(read_draft(text, SCHEMA), Draft)
    except ParseError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("finish", "content", "reason"),
    [
        ("length", GOOD, "truncated"),
        ("content_filter", GOOD, "refused"),
        ("refusal", None, "refused"),
        ("tool_calls", GOOD, "unfinished"),
        ("stop", " ", "empty"),
        ("stop", None, "empty"),
    ],
)
def test_endings(finish: str, content: str | None, reason: str) -> None:
    ending = check_ending(Reply(content, finish, "m"))
    assert ending is not None and ending.reason == reason


def test_good_ending() -> None:
    assert check_ending(Reply(GOOD, "stop", "m")) is None


VALUES = {
    "title": "T",
    "beside": [],
    "other_title": "",
    "other_passage": "",
    "style": "cloze",
    "focus": "",
    "language": "en",
}


def test_passages_are_never_templates() -> None:
    passage = "{{ 7 * 7 }} {% raw %}"
    system, user = load_prompt(PROMPT).render(passage=passage, **VALUES)
    assert system["role"] == "system" and user["role"] == "user"
    assert passage in user["content"] and "49" not in user["content"]


def test_missing_variable_is_an_error() -> None:
    with pytest.raises(ConfigError, match="section # user: 'passage' is undefined"):
        load_prompt(PROMPT).render(**VALUES)
