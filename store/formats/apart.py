"""Calls of functions beside the text: in the field ``tool_calls`` of a message, as OpenAI's chat
completions have it and many chat templates want it, or as the turns ``function_call`` and
``observation`` that LLaMA-Factory reads.

Arguments are JSON text in a row, since Arrow would merge their fields over all rows. A chat
template gets them as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import pyarrow as pa

from configs.errors import ParseError
from store.formats.names import To
from store.formats.shapes import SAID, Made, Shape, Shown, alone, as_turns
from store.formats.unfit import Messages, Unfit
from store.tool_calls import Call, call_json, calls_in, calls_text, is_call

CALLING, RETURNED = "function_call", "observation"
_FUNCTION = pa.struct([("name", pa.string()), ("arguments", pa.string())])
_CALL = pa.struct([("id", pa.string()), ("type", pa.string()), ("function", _FUNCTION)])
_MESSAGE = pa.struct(
    [
        ("role", pa.string()),
        ("content", pa.string()),
        ("tool_calls", pa.list_(_CALL)),
        ("tool_call_id", pa.string()),
    ]
)


def as_messages_apart(shown: Shown) -> Iterator[Made]:
    """The chat messages, with ``tool_calls`` and ``tool_call_id``, null where there are none."""
    chat = _called(shown)
    rows = [{**dict.fromkeys(name.name for name in _MESSAGE), **_as_text(said)} for said in chat]
    yield alone(shown, {"messages": rows}, chat)


def as_sharegpt_apart(shown: Shown) -> Iterator[Made]:
    """Turns with ``from`` and ``value``; a call is JSON text, and several are a list."""
    chat = _called(shown)
    turns = as_turns(shown.messages)
    for turn, message in zip(turns, chat, strict=True):
        if "tool_calls" in message:
            found = [call_json(Call(**call["function"])) for call in message["tool_calls"]]
            value = found[0] if len(found) == 1 else f"[{', '.join(found)}]"
            turn |= {"from": CALLING, "value": value}
        elif message["role"] == "tool":
            turn["from"] = RETURNED
    yield alone(shown, {"conversations": turns}, chat)


def message_from(message: Mapping[str, Any]) -> dict[str, str]:
    """A message of a row as the record has it."""
    called = message.get("tool_calls")
    if not called:
        return {"role": message["role"], "content": message["content"]}
    functions = [call["function"] for call in called]
    calls = [Call(each["name"], json.loads(each["arguments"])) for each in functions]
    return {"role": message["role"], "content": calls_text(calls)}


def call_from(value: str) -> str:
    """The text of a turn ``function_call`` as the record has it."""
    held = json.loads(value)
    calls = [Call(**call) for call in (held if isinstance(held, list) else [held])]
    return calls_text(calls)


def _called(shown: Shown) -> Messages:
    """The messages as a chat template gets them; only a record with functions can call any."""
    has_tools = bool(orjson.loads(shown.record["tools"] or "[]"))
    chat: list[dict[str, Any]] = []
    waiting: list[str] = []
    count = 0
    for number, message in enumerate(shown.messages, start=1):
        said = dict(message)
        if has_tools and said["role"] == "assistant" and is_call(said["content"]):
            calls = _calls(said["content"], number)
            # Mistral's templates take no other ids than nine letters and digits.
            waiting = [f"call{count + place:05d}" for place, _ in enumerate(calls, start=1)]
            count += len(calls)
            said = {**said, "content": "", "tool_calls": [*map(_field, waiting, calls)]}
        elif said["role"] == "tool" and waiting:
            said["tool_call_id"] = waiting.pop(0)
        chat.append(said)
    return chat


def _calls(content: str, number: int) -> list[Call]:
    try:
        return calls_in(content)
    except ParseError as error:
        raise Unfit(f"the call of message {number} cannot stand apart: {error}") from None


def _field(name: str, call: Call) -> dict[str, Any]:
    return {"id": name, "type": "function", "function": call._asdict()}


def _as_text(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same with arguments as JSON text."""
    if "tool_calls" not in message:
        return message
    called = []
    for call in message["tool_calls"]:
        arguments = json.dumps(call["function"]["arguments"], ensure_ascii=False)
        called.append({**call, "function": {**call["function"], "arguments": arguments}})
    return {**message, "tool_calls": called}


APART: Mapping[To, tuple[Shape, list[Any]]] = {
    "messages": (as_messages_apart, [("messages", pa.list_(_MESSAGE))]),
    "sharegpt": (as_sharegpt_apart, [("conversations", pa.list_(SAID))]),
}
"""The formats in which calls can stand apart."""
