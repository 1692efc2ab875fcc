"""Adapters read whatever servers send: a reply or a ParseError, and never a cut reply as whole."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from asking import prompt
from hypothesis import given, settings
from hypothesis import strategies as st

from configs.errors import ParseError
from configs.teachers import Structured, Teacher
from generators.methods.grounded_qa import SCHEMA
from generators.replies import read_draft
from generators.teachers import anthropic_messages, openai_chat
from generators.teachers.adapter import Adapter
from store.journal import Reply
from store.replies import check_ending

ADAPTERS: list[Adapter] = [openai_chat, anthropic_messages]
TEACHER = Teacher(name="t", model="m", base_url="http://127.0.0.1:1/v1")
GOOD = json.dumps({"quotes": ["a b"], "question": "What is it, then?", "answer": "It is so."})

NAMES = st.sampled_from(
    "choices message content finish_reason refusal tool_calls function arguments usage delta "
    "prompt_tokens completion_tokens completion_tokens_details reasoning_tokens model type text "
    "tool_use input stop_reason content_block index partial_json output_tokens event name".split()
)
VALUES = st.sampled_from(
    ["stop", "length", "tool_calls", "end_turn", "max_tokens", "text", "tool_use", GOOD, "", None,
     "content_block_start", "content_block_delta", "message_delta", 0, -1, 1e300, True]
)  # fmt: skip
JSON = st.recursive(
    VALUES | st.none() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=30,
)


@pytest.mark.parametrize("adapter", ADAPTERS)
@given(data=JSON, way=st.sampled_from(["json_schema", "tools", "none"]))
@settings(max_examples=400, deadline=None)
def test_any_body_is_a_reply_or_a_parse_error(adapter: Adapter, data: Any, way: Structured) -> None:
    try:
        reply = adapter.read(data, way)
    except ParseError:
        return
    assert isinstance(reply, Reply)
    counts = (reply.input_tokens, reply.output_tokens, reply.cached_tokens, reply.reasoning_tokens)
    assert all(isinstance(count, int) and count >= 0 for count in counts)
    assert reply.content is None or isinstance(reply.content, str)
    assert isinstance(reply.finish_reason, str) and isinstance(reply.model, str)


@pytest.mark.parametrize("adapter", ADAPTERS)
@given(events=st.lists(JSON, max_size=8))
@settings(max_examples=300, deadline=None)
def test_any_stream_is_gathered(adapter: Adapter, events: list[Any]) -> None:
    data = adapter.gather(events)
    assert isinstance(adapter.read(data, "json_schema"), Reply)
    assert all(isinstance(adapter.has_text(event), bool) for event in events)


@pytest.mark.parametrize("adapter", ADAPTERS)
@given(
    headers=st.dictionaries(
        st.sampled_from(
            [f"{p}-{what}" for what in ("requests", "tokens") for p in
             ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")]
            + [f"anthropic-ratelimit-{what}-{p}" for what in ("requests", "tokens") for p in
               ("limit", "remaining", "reset")]
        ),
        st.sampled_from(["5", "0", "-1", "nan", "1e9", "6m0s", "12ms", "", "x",
                         "2026-11-24T10:00:00Z", "2026-11-24"]),
    )
)  # fmt: skip
def test_any_header_is_a_limit_or_none(adapter: Adapter, headers: dict[str, str]) -> None:
    limits = adapter.limits(headers)
    for limit in (limits.requests, limits.tokens):
        assert limit.full_s is None or limit.full_s >= 0


def openai_body(finish: str | None, **message: Any) -> dict[str, Any]:
    return {"choices": [{"message": message, "finish_reason": finish}], "model": "m"}


def anthropic_body(stop: str | None, *blocks: dict[str, Any]) -> dict[str, Any]:
    return {"content": list(blocks), "stop_reason": stop, "model": "m"}


CALL = [{"function": {"name": "record", "arguments": GOOD}}]
TOOL = {"type": "tool_use", "name": "record", "input": json.loads(GOOD)}
TEXT = {"type": "text", "text": GOOD}


@pytest.mark.parametrize(
    "reply",
    [
        openai_chat.read(openai_body("length", content=GOOD), "json_schema"),
        openai_chat.read(openai_body("length", tool_calls=CALL), "tools"),
        openai_chat.read(openai_body("content_filter", content=GOOD), "json_schema"),
        openai_chat.read(openai_body(None, content=GOOD), "json_schema"),
        openai_chat.read(openai_body("stop", content=GOOD, refusal="No."), "json_schema"),
        openai_chat.read(openai_chat.gather([{"choices": [{"delta": {"content": GOOD}}]}]), "none"),
        anthropic_messages.read(anthropic_body("max_tokens", TEXT), "json_schema"),
        anthropic_messages.read(anthropic_body("max_tokens", TOOL), "tools"),
        anthropic_messages.read(anthropic_body("refusal", TEXT), "json_schema"),
        anthropic_messages.read(anthropic_body("pause_turn", TEXT), "json_schema"),
        anthropic_messages.read(anthropic_body(None, TEXT), "json_schema"),
    ],
)
def test_a_reply_that_did_not_end_properly_is_never_read(reply: Reply) -> None:
    """Although each of them holds the whole record."""
    assert check_ending(reply) is not None


@given(st.integers(0, len(GOOD) - 1), st.sampled_from(["length", "content_filter", "unknown", ""]))
def test_no_cut_reply_becomes_a_record(end: int, finish: str) -> None:
    reply = openai_chat.read(openai_body(finish or None, content=GOOD[:end]), "json_schema")
    assert check_ending(reply) is not None


@given(st.integers(0, len(GOOD) - 1))
def test_a_cut_reply_that_claims_to_be_whole_is_no_record_with_less(end: int) -> None:
    """A server may say `stop` and have sent half."""
    with pytest.raises(ParseError):
        read_draft(GOOD[:end], SCHEMA)


@pytest.mark.parametrize(
    ("reply", "content"),
    [
        (openai_chat.read(openai_body("stop", content=GOOD), "json_schema"), GOOD),
        (openai_chat.read(openai_body("tool_calls", tool_calls=CALL), "tools"), GOOD),
        (openai_chat.read(openai_body("stop", content=[{"text": GOOD}]), "none"), GOOD),
        (anthropic_messages.read(anthropic_body("end_turn", TEXT), "json_schema"), GOOD),
        (anthropic_messages.read(anthropic_body("tool_use", TOOL), "tools"), GOOD),
    ],
)
def test_whole_replies_are_read(reply: Reply, content: str) -> None:
    assert check_ending(reply) is None
    assert orjson.loads(reply.content or "") == orjson.loads(content)


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_evidence_comes_before_the_answer_in_every_way_of_asking(adapter: Adapter) -> None:
    for way in adapter.LADDER:
        sent = orjson.dumps(adapter.body(prompt(1), TEACHER, way)).decode()
        schema = sent[sent.find('"properties"') :] if '"properties"' in sent else ""
        assert not schema or schema.index('"quotes"') < schema.index('"answer"')


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_prompts_begin_alike_so_that_servers_can_cache_them(adapter: Adapter) -> None:
    one, two = (adapter.body(prompt(number), TEACHER, "none") for number in (1, 2))
    assert one.get("system", one["messages"][0]) == two.get("system", two["messages"][0])
