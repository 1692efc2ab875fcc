"""The adapter for OpenAI-compatible servers: ``POST {base_url}/chat/completions``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from configs.errors import ParseError
from configs.teachers import Structured, Teacher
from generators.teachers.adapter import Limit, Limits, header_number, number
from store.asking import Question
from store.journal import Reply

PATH = "/chat/completions"
LADDER: Sequence[Structured] = ("json_schema", "guided", "tools", "json_object", "none")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def headers(secret: str) -> dict[str, str]:
    """Content type, and the key as a bearer token."""
    found = {"content-type": "application/json"}
    return {**found, "authorization": f"Bearer {secret}"} if secret else found


def body(request: Question, settings: Teacher, structured: Structured) -> dict[str, Any]:
    """The JSON body of a call, all that decides the reply included."""
    return {
        "model": settings.model,
        "messages": [dict(message) for message in request.messages],
        "temperature": settings.temperature,
        settings.token_field: settings.max_tokens,
        "seed": request.seed,
        **_binding(request.schema, structured),
        **settings.extra_body,
    }


def _binding(schema: Mapping[str, Any], structured: Structured) -> dict[str, Any]:
    if structured == "json_schema":
        named = {"name": "record", "strict": True, "schema": schema}
        return {"response_format": {"type": "json_schema", "json_schema": named}}
    if structured == "guided":  # vLLM's own name for it; its older guided_json is ignored today
        return {"structured_outputs": {"json": schema}}
    if structured == "json_object":
        return {"response_format": {"type": "json_object"}}
    if structured == "tools":
        function = {"name": "record", "parameters": schema, "strict": True}
        return {
            "tools": [{"type": "function", "function": function}],
            "tool_choice": {"type": "function", "function": {"name": "record"}},
        }
    return {}


def streamed(body: Mapping[str, Any]) -> dict[str, Any]:
    """The same call as a stream that ends with its usage."""
    return {**body, "stream": True, "stream_options": {"include_usage": True}}


def read(data: Any, structured: Structured) -> Reply:
    """The first choice of a completion.

    Raises:
        ParseError: there is no choice with a message.
    """
    choices = data.get("choices") if isinstance(data, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        raise ParseError("a reply without choices")
    usage = data.get("usage") if isinstance(data.get("usage"), dict) else {}
    content, finish = _text(message.get("content")), choice.get("finish_reason")
    called = _arguments(message.get("tool_calls"))
    if structured == "tools" and called is not None and finish in ("stop", "tool_calls"):
        content, finish = called, "stop"
    if message.get("refusal"):
        content, finish = content or _text(message["refusal"]), "refusal"
    return Reply(
        content=content,
        finish_reason=finish if isinstance(finish, str) and finish else "unknown",
        model=data["model"] if isinstance(data.get("model"), str) else "",
        input_tokens=number(usage.get("prompt_tokens")),
        output_tokens=number(usage.get("completion_tokens")),
        cached_tokens=_detail(usage, "prompt_tokens_details", "cached_tokens"),
        reasoning_tokens=_detail(usage, "completion_tokens_details", "reasoning_tokens"),
        structured=structured,
    )


def _text(content: Any) -> str | None:
    """The text of a message, which some servers send in parts."""
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        content = "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else None


def _arguments(calls: Any) -> str | None:
    call = calls[0] if isinstance(calls, list) and calls else None
    function = call.get("function") if isinstance(call, dict) else None
    arguments = function.get("arguments") if isinstance(function, dict) else None
    # Some servers send the arguments as an object, not as its text.
    if isinstance(arguments, dict):
        return json.dumps(arguments, ensure_ascii=False)
    return arguments if isinstance(arguments, str) else None


def _detail(usage: Mapping[str, Any], group: str, name: str) -> int:
    details = usage.get(group)
    return number(details.get(name)) if isinstance(details, dict) else 0


def gather(events: Sequence[Any]) -> Any:
    """A completion out of its chunks; text and tool arguments are put together."""
    data: dict[str, Any] = {}
    text: list[str] = []
    arguments: list[str] = []
    refusal: list[str] = []
    finish = None
    for event in events:
        if not isinstance(event, dict):
            continue
        data.update({key: event[key] for key in ("model", "usage") if event.get(key)})
        for choice in _choices(event):
            delta = choice["delta"] if isinstance(choice.get("delta"), dict) else {}
            text.append(_text(delta.get("content")) or "")
            refusal.append(_text(delta.get("refusal")) or "")
            arguments.append(_arguments(_first(delta.get("tool_calls"))) or "")
            finish = choice.get("finish_reason") or finish
    message: dict[str, Any] = {"content": "".join(text), "refusal": "".join(refusal)}
    if any(arguments):
        message["tool_calls"] = [{"function": {"arguments": "".join(arguments)}}]
    return {**data, "choices": [{"message": message, "finish_reason": finish}]}


def _first(calls: Any) -> Any:
    """Pieces of the first of several calls of a tool."""
    if not isinstance(calls, list):
        return None
    return [call for call in calls if isinstance(call, dict) and not call.get("index")]


def has_text(event: Any) -> bool:
    """Whether a chunk carries content, reasoning or tool arguments."""
    names = ("content", "reasoning_content", "reasoning", "tool_calls", "refusal")
    deltas = [choice.get("delta") for choice in _choices(event)]
    return any(isinstance(d, dict) and any(d.get(name) for name in names) for d in deltas)


def _choices(event: Any) -> list[dict[str, Any]]:
    """The first choice of a chunk, in a list that may be empty."""
    choices = event.get("choices") if isinstance(event, dict) else None
    first = choices[:1] if isinstance(choices, list) else []
    return [choice for choice in first if isinstance(choice, dict)]


def limits(headers: Mapping[str, str]) -> Limits:
    """``x-ratelimit-{limit,remaining,reset}-{requests,tokens}``; resets are like ``6m0s``."""
    return Limits(*(_limit(headers, what) for what in ("requests", "tokens")))


def _limit(headers: Mapping[str, str], what: str) -> Limit:
    if f"x-ratelimit-limit-{what}" not in headers:
        return Limit()
    reset = headers.get(f"x-ratelimit-reset-{what}", "")
    parts = _DURATION.findall(reset)
    return Limit(
        header_number(headers, f"x-ratelimit-limit-{what}"),
        header_number(headers, f"x-ratelimit-remaining-{what}"),
        sum(float(value) * _SECONDS[unit] for value, unit in parts) if parts else None,
    )
