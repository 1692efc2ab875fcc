"""The adapter for Anthropic's Messages API: ``POST {base_url}/messages``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from configs.errors import ParseError
from configs.teachers import Structured, Teacher
from generators.teachers.adapter import Limit, Limits, header_number, number
from store.asking import Question
from store.journal import Reply

PATH = "/messages"
LADDER: Sequence[Structured] = ("json_schema", "tools", "none")
_VERSION = "2023-06-01"
_FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refusal",
}


def headers(secret: str) -> dict[str, str]:
    """Content type, protocol version, and the key."""
    found = {"content-type": "application/json", "anthropic-version": _VERSION}
    return {**found, "x-api-key": secret} if secret else found


def body(request: Question, settings: Teacher, structured: Structured) -> dict[str, Any]:
    """The JSON body of a call; the API takes no seed. The system prompt is marked for caching,
    since all requests of a method share it.
    """
    system = [m["content"] for m in request.messages if m["role"] == "system"]
    cached = {"cache_control": {"type": "ephemeral"}}
    return {
        "model": settings.model,
        "system": [{"type": "text", "text": text, **cached} for text in system],
        "messages": [dict(m) for m in request.messages if m["role"] != "system"],
        "temperature": min(settings.temperature, 1.0),
        "max_tokens": settings.max_tokens,
        **_binding(request.schema, structured),
        **settings.extra_body,
    }


def _binding(schema: Mapping[str, Any], structured: Structured) -> dict[str, Any]:
    if structured == "json_schema":
        return {"output_config": {"format": {"type": "json_schema", "schema": schema}}}
    if structured == "tools":
        return {
            "tools": [{"name": "record", "description": "The record.", "input_schema": schema}],
            "tool_choice": {"type": "tool", "name": "record"},
        }
    return {}


def streamed(body: Mapping[str, Any]) -> dict[str, Any]:
    """The same call as a stream."""
    return {**body, "stream": True}


def read(data: Any, structured: Structured) -> Reply:
    """The text or the tool call of a message.

    Raises:
        ParseError: it has no list of content blocks.
    """
    blocks = data.get("content") if isinstance(data, dict) else None
    if not isinstance(blocks, list):
        raise ParseError("a reply without content")
    usage = data.get("usage") if isinstance(data.get("usage"), dict) else {}
    texts = [block for block in blocks if isinstance(block, dict)]
    words = [b["text"] for b in texts if b.get("type") == "text" and isinstance(b.get("text"), str)]
    called = [b["input"] for b in texts if b.get("type") == "tool_use" and "input" in b]
    stopped = data.get("stop_reason")
    content = "".join(words) if words else None
    finish = _FINISH.get(str(stopped), str(stopped or "unknown"))
    if structured == "tools" and called and stopped in ("tool_use", "end_turn"):
        content, finish = json.dumps(called[0], ensure_ascii=False), "stop"
    cached = number(usage.get("cache_read_input_tokens"))
    written = number(usage.get("cache_creation_input_tokens"))
    return Reply(
        content=content,
        finish_reason=finish,
        model=data["model"] if isinstance(data.get("model"), str) else "",
        input_tokens=number(usage.get("input_tokens")) + cached + written,
        output_tokens=number(usage.get("output_tokens")),
        cached_tokens=cached,
        cache_write_tokens=written,
        structured=structured,
    )


def gather(events: Sequence[Any]) -> Any:
    """A message out of its events."""
    data: dict[str, Any] = {"content": [], "usage": {}}
    texts: dict[Any, list[str]] = {}
    for event in (event for event in events if isinstance(event, dict)):
        message = _part(event, "message")
        delta = _part(event, "delta")
        data["usage"].update({**_part(message, "usage"), **_part(event, "usage")})
        data.update({k: message[k] for k in ("model",) if k in message})
        data.update({k: delta[k] for k in ("stop_reason",) if k in delta})
        if event.get("type") == "content_block_start":
            data["content"].append({**_part(event, "content_block"), "index": event.get("index")})
        for name in ("text", "partial_json"):
            if isinstance(delta.get(name), str):
                texts.setdefault(str(event.get("index")), []).append(delta[name])
    for block in data["content"]:
        _fill(block, "".join(texts.get(str(block.pop("index")), [])))
    return data


def _fill(block: dict[str, Any], text: str) -> None:
    """Put a block's streamed text where an unstreamed reply has it."""
    if block.get("type") == "text":
        block["text"] = text
    elif block.get("type") == "tool_use":
        try:
            block["input"] = json.loads(text or "{}")
        except (ValueError, RecursionError):
            block["input"] = text


def _part(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = data.get(name)
    return found if isinstance(found, dict) else {}


def has_text(event: Any) -> bool:
    """Whether an event carries a piece of the answer."""
    return isinstance(event, dict) and event.get("type") == "content_block_delta"


def limits(headers: Mapping[str, str]) -> Limits:
    """``anthropic-ratelimit-{requests,tokens}-{limit,remaining,reset}``; resets are times."""
    return Limits(*(_limit(headers, what) for what in ("requests", "tokens")))


def _limit(headers: Mapping[str, str], what: str) -> Limit:
    name = f"anthropic-ratelimit-{what}"
    if f"{name}-limit" not in headers:
        return Limit()
    return Limit(
        header_number(headers, f"{name}-limit"),
        header_number(headers, f"{name}-remaining"),
        _until(headers.get(f"{name}-reset", "")),
    )


def _until(time: str) -> float | None:
    """Seconds until an RFC 3339 time."""
    try:
        at = datetime.fromisoformat(time.replace("Z", "+00:00"))
        return max(0.0, (at - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
