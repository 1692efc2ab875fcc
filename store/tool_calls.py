"""Calls of functions within a conversation, in the form of Hermes function calling.

The assistant's turn holds nothing but the call, between ``<tool_call>`` and ``</tool_call>``; the
turn of role ``tool`` after it holds the result.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from configs.errors import ParseError

_OPEN, _CLOSE = "<tool_call>\n", "\n</tool_call>"
_CALL = re.compile(r"\A\s*(?:<tool_call>\s*\{.*\}\s*</tool_call>\s*)+\Z", re.DOTALL)


class Call(NamedTuple):
    """The call of a function."""

    name: str
    arguments: Mapping[str, Any]


def call_text(name: str, arguments: Mapping[str, Any]) -> str:
    """The assistant's turn that calls a function."""
    return f"{_OPEN}{call_json(Call(name, arguments))}{_CLOSE}"


def calls_text(calls: Sequence[Call]) -> str:
    """The assistant's turn that calls functions."""
    return "\n".join(call_text(*call) for call in calls)


def call_json(call: Call) -> str:
    """A call as JSON text, as it stands between the marks."""
    return json.dumps(call._asdict(), ensure_ascii=False)


def is_call(content: str) -> bool:
    """Whether a turn holds calls and nothing else."""
    return _CALL.match(content) is not None


def calls_in(content: str) -> list[Call]:
    """The calls of a turn, from which :func:`calls_text` makes the same turn again.

    Raises:
        ParseError: it holds something else, or calls in another form.
    """
    calls = []
    at = 0
    while content.startswith(_OPEN, at):
        call, at = _call_at(content, at + len(_OPEN))
        calls.append(call)
        at += len(_CLOSE) + 1
    if not calls or calls_text(calls) != content:
        raise ParseError("it is not in the form in which calls are written")
    return calls


def _call_at(content: str, at: int) -> tuple[Call, int]:
    """The call whose JSON begins there, and where it ends."""
    try:
        call, end = json.JSONDecoder(parse_constant=_refuse).raw_decode(content, at)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"it is not JSON: {error}") from None
    match call:
        case {"name": str(name), "arguments": dict(arguments)}:
            return Call(name, arguments), end
    raise ParseError("it lacks a name or arguments")


def _refuse(constant: str) -> None:
    """Python reads NaN and Infinity, which are no JSON to others."""
    raise ValueError(f"{constant} is no value of it")
