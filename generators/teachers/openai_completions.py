"""The adapter for raw completions: ``POST {base_url}/completions``, turns rendered here.

A request whose last turn is the user's and empty is left open there, so that the model writes what
a user would say (Magpie, arXiv 2406.08464). Marks of turns within a text are broken up, so that a
passage can neither end its turn nor begin another one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from configs.errors import ParseError
from configs.teachers import Structured, Teacher
from generators.teachers import openai_chat
from generators.teachers.adapter import number
from store.asking import Question
from store.journal import Reply
from store.marks import break_marks

PATH = "/completions"
LADDER: Sequence[Structured] = ("none",)
headers, limits = openai_chat.headers, openai_chat.limits


class _Format(NamedTuple):
    first: str
    begin: str
    end: str
    assistant: str = "assistant"


FORMATS: Mapping[str, _Format] = {
    "chatml": _Format("", "<|im_start|>{role}\n", "<|im_end|>"),
    "llama3": _Format(
        "<|begin_of_text|>", "<|start_header_id|>{role}<|end_header_id|>\n\n", "<|eot_id|>"
    ),
    "gemma": _Format("<bos>", "<start_of_turn>{role}\n", "<end_of_turn>", "model"),
}
"""How turns are marked, by the name of the format."""


def rendered(messages: Sequence[Mapping[str, str]], chat_format: str) -> str:
    """The turns as one text, open where the model is to go on."""
    format_ = FORMATS[chat_format]
    turns = _merged(messages) if chat_format == "gemma" else list(messages)
    text = format_.first
    for turn in turns:
        role = format_.assistant if turn["role"] == "assistant" else turn["role"]
        content = break_marks(turn["content"])
        text += format_.begin.format(role=role) + content
        if turn is turns[-1] and turn["role"] == "user" and not content.strip():
            return text
        text += f"{format_.end}\n" if chat_format != "llama3" else format_.end
    return text + format_.begin.format(role=format_.assistant)


def _merged(messages: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Turns for a format that knows no system: that one stands before the user's first words."""
    if messages[0]["role"] != "system" or len(messages) < 2:
        return list(messages)
    system, first, *rest = messages
    if not first["content"].strip():
        return [{"role": "user", "content": system["content"]}, first, *rest]
    said = f"{system['content']}\n\n{first['content']}"
    return [{**first, "content": said}, *rest]


def body(request: Question, settings: Teacher, structured: Structured) -> dict[str, Any]:
    """The JSON body of a call, all that decides the reply included."""
    return {
        "model": settings.model,
        "prompt": rendered(request.messages, settings.chat_format),
        "temperature": settings.temperature,
        "max_tokens": settings.max_tokens,
        "seed": request.seed,
        "stop": [FORMATS[settings.chat_format].end],
        **settings.extra_body,
    }


def streamed(body: Mapping[str, Any]) -> dict[str, Any]:
    """The same call as a stream that ends with its usage."""
    return openai_chat.streamed(body)


def read(data: Any, structured: Structured) -> Reply:
    """The first choice of a completion.

    Raises:
        ParseError: there is no choice with a text.
    """
    choices = data.get("choices") if isinstance(data, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(choice, dict) or not isinstance(choice.get("text"), str):
        raise ParseError("a reply without choices")
    usage = data.get("usage") if isinstance(data.get("usage"), dict) else {}
    finish = choice.get("finish_reason")
    return Reply(
        content=choice["text"],
        finish_reason=finish if isinstance(finish, str) and finish else "unknown",
        model=data["model"] if isinstance(data.get("model"), str) else "",
        input_tokens=number(usage.get("prompt_tokens")),
        output_tokens=number(usage.get("completion_tokens")),
        structured=structured,
    )


def gather(events: Sequence[Any]) -> Any:
    """A completion out of its chunks."""
    data: dict[str, Any] = {}
    text, finish = "", None
    for event in events:
        if isinstance(event, dict):
            data.update({key: event[key] for key in ("model", "usage") if event.get(key)})
            choice = _first(event)
            text += choice.get("text") or ""
            finish = choice.get("finish_reason") or finish
    return {**data, "choices": [{"text": text, "finish_reason": finish}]}


def has_text(event: Any) -> bool:
    """Whether a chunk carries some of the text."""
    return bool(isinstance(event, dict) and _first(event).get("text"))


def _first(event: Mapping[str, Any]) -> Mapping[str, Any]:
    choices = event.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}
