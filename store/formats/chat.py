"""Conversations as one text: through a tokenizer's chat template, or through a plain one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from configs.errors import ConfigError
from store.formats.unfit import Messages, Unfit

Render = Callable[[Messages, str, bool], str]
"""Messages, functions as JSON text, and whether the assistant is to speak next, as one text."""


def render_plain(messages: Messages, tools: str, to_answer: bool) -> str:
    """The plain template: each message under a heading with its role, the functions first."""
    parts = [f"### Tools:\n{tools}"] if orjson.loads(tools or "[]") else []
    parts += [f"### {message['role'].title()}:\n{message['content']}" for message in messages]
    return "\n\n".join([*parts, "### Assistant:\n"] if to_answer else parts)


@dataclass(frozen=True)
class Chat:
    """A tokenizer with a chat template; ``unheard`` is what was found out about turns in a row."""

    tokenizer: Any
    unheard: dict[tuple[tuple[str, int], ...], str] = field(default_factory=dict)

    def render(self, messages: Messages, tools: str, to_answer: bool) -> str:
        """The text that the template makes.

        Raises:
            Unfit: it refuses them; says what it said.
        """
        try:
            text: str = self.tokenizer.apply_chat_template(
                [dict(message) for message in messages],
                tools=orjson.loads(tools or "[]") or None,
                add_generation_prompt=to_answer,
                tokenize=False,
            )
        except Exception as error:  # A template is a program of somebody else.
            said = str(error).partition("\n")[0] or type(error).__name__
            raise Unfit(f"the chat template refuses it: {said}") from None
        return text

    def tokens(self, messages: Messages, tools: str, thought: str) -> int:
        """How many tokens the conversation has; ``thought`` is reasoning that was put between
        marks, which some templates take away.

        Raises:
            Unfit: the template refuses it, or leaves out what a message says.
        """
        turns = tuple((said["role"], len(said.get("tool_calls", ()))) for said in messages)
        if turns not in self.unheard:
            self.unheard[turns] = self._unheard(messages)
        if self.unheard[turns]:
            raise Unfit(self.unheard[turns])
        text = self.render(messages, tools, False)
        if thought.strip() not in text:
            raise Unfit(
                "the chat template leaves out the reasoning; take one that is for training, or "
                "--reasoning inline"
            )
        return len(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _unheard(self, messages: Messages) -> str:
        """Why some of these turns are lost in the template, empty where none is. Templates do not
        refuse a role that they do not know: most write nothing.
        """
        words = [f"turn{number}said" for number, _ in enumerate(messages, start=1)]
        said = [_saying(word, one) for word, one in zip(words, messages, strict=True)]
        try:
            text = self.render(said, "", False)
        except Unfit as error:
            return str(error)
        for number, (word, message) in enumerate(zip(words, messages, strict=True), start=1):
            held = text.count(word)
            if held < 2 * len(message.get("tool_calls", ())) or not held:
                return f"the chat template leaves out message {number} (role {message['role']!r})"
        return ""


def _saying(word: str, message: Mapping[str, Any]) -> dict[str, Any]:
    """A message that says nothing but a word, as name and argument where it calls functions."""
    if "tool_calls" not in message:
        return {**message, "content": word}
    function = {"name": word, "arguments": {"of": word}}
    return {
        **message,
        "tool_calls": [{**one, "function": function} for one in message["tool_calls"]],
    }


def load_chat(folder: Path) -> Chat:
    """The tokenizer of a folder. Nothing is fetched, and no code of the folder runs.

    Raises:
        ConfigError: there is none, or it has no chat template.
    """
    from transformers import AutoTokenizer

    if not folder.is_dir():
        raise ConfigError(f"no tokenizer folder at {folder}; give one with a tokenizer.json")
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            str(folder), local_files_only=True, trust_remote_code=False
        )
    except (OSError, ValueError, KeyError) as error:
        said = str(error).partition("\n")[0]
        raise ConfigError(f"no tokenizer can be read from {folder}: {said}") from None
    if not tokenizer.chat_template:
        raise ConfigError(
            f"the tokenizer in {folder} has no chat template; take that of the model's instruct "
            "version, or put a chat_template.jinja into the folder"
        )
    return Chat(tokenizer)
