"""The formats: what each makes of a record, and the columns that are its own.

``messages`` and ``prompt-completion``, ``dpo`` and ``kto`` are the conversational types of TRL;
``sharegpt`` has the role names of Hermes and Axolotl, ``alpaca`` (Stanford Alpaca) the columns
``system`` and ``history`` of LLaMA-Factory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from store.formats.chat import Render
from store.formats.names import To
from store.formats.unfit import Messages, Unfit, split_last
from store.records import MESSAGE

HEARD = {"system": "system", "user": "human", "assistant": "gpt", "tool": "tool"}
"""ShareGPT's names of our roles."""
SAID = pa.struct([("from", pa.string()), ("value", pa.string())])
_CHAT = pa.list_(MESSAGE)


@dataclass(frozen=True)
class Shown:
    """A record on its way out: ``messages`` with their reasoning in its place, the record as it is,
    and its preference pairs.
    """

    messages: Messages
    record: Mapping[str, Any]
    pairs: Sequence[Mapping[str, Any]]
    render: Render


@dataclass(frozen=True)
class Made:
    """A row of a format, and the conversations it holds."""

    row: Mapping[str, Any]
    chats: tuple[Messages, ...]


Shape = Callable[[Shown], Iterator[Made]]
"""Rows of a record.

Raises:
    Unfit: the format cannot hold it.
"""


def as_messages(shown: Shown) -> Iterator[Made]:
    """The chat messages as they are."""
    yield alone(shown, {"messages": shown.messages})


def as_sharegpt(shown: Shown) -> Iterator[Made]:
    """Turns with ``from`` and ``value``."""
    yield alone(shown, {"conversations": as_turns(shown.messages)})


def as_turns(messages: Messages) -> list[dict[str, str]]:
    """Messages under ShareGPT's names.

    Raises:
        Unfit: it has none for a role.
    """
    for message in messages:
        if message["role"] not in HEARD:
            known = ", ".join(HEARD)
            raise Unfit(f"sharegpt has no name for the role {message['role']!r}, only for {known}")
    return [{"from": HEARD[said["role"]], "value": said["content"]} for said in messages]


def as_alpaca(shown: Shown) -> Iterator[Made]:
    """Instruction, what it is about, and the answer; earlier turns in pairs."""
    messages = shown.messages
    system = [message["content"] for message in messages[:1] if message["role"] == "system"]
    turns = messages[len(system) :]
    pairs = list(zip(turns[::2], turns[1::2], strict=False))
    wanted = ["user", "assistant"] * len(pairs)
    if not pairs or [turn["role"] for turn in turns] != wanted:
        raise Unfit("alpaca holds only questions and answers in turn, and a system message first")
    asked, answered = pairs[-1]
    instruction, about = _instruction(asked["content"], shown.record["question"])
    row = {
        "instruction": instruction,
        "input": about,
        "output": answered["content"],
        # An empty system message is none to those who read alpaca.
        "system": system[0] if system else None,
        "history": [[user["content"], said["content"]] for user, said in pairs[:-1]],
    }
    yield alone(shown, row)


def as_prompt_completion(shown: Shown) -> Iterator[Made]:
    """All but the last message, and the last one, as messages."""
    prompt, completion = split_last(shown.messages)
    yield alone(shown, {"prompt": prompt, "completion": completion})


def as_plain_prompt_completion(shown: Shown) -> Iterator[Made]:
    """The same as two texts, which are one conversation when put together."""
    prompt, _ = split_last(shown.messages)
    tools = shown.record["tools"]
    before = shown.render(prompt, tools, True)
    whole = shown.render(shown.messages, tools, False)
    if not whole.startswith(before):
        raise Unfit("the template writes the prompt another way where an answer follows")
    yield alone(shown, {"prompt": before, "completion": whole[len(before) :]})


def as_dpo(shown: Shown) -> Iterator[Made]:
    """A row for each pair of a better and a worse answer."""
    for pair in shown.pairs:
        own = {name: pair[name] for name in DPO.names}
        chats = tuple([*pair["prompt"], *pair[side]] for side in ("chosen", "rejected"))
        yield Made(own, chats)


def as_kto(shown: Shown) -> Iterator[Made]:
    """The record's answer as a good one, and each worse answer as a bad one."""
    prompt, completion = split_last(shown.messages)
    good = {"prompt": prompt, "completion": completion, "label": True, "why": "", "margin": None}
    yield alone(shown, good)
    for pair in shown.pairs:
        chat = [*pair["prompt"], *pair["rejected"]]
        bad = {"prompt": pair["prompt"], "completion": pair["rejected"], "label": False}
        told = {"id": pair["id"], "why": pair["why"], "margin": pair["margin"]}
        yield Made({**bad, **told, "record_id": pair["record_id"]}, (chat,))


def as_text(shown: Shown) -> Iterator[Made]:
    """The whole conversation as one text."""
    yield alone(shown, {"text": shown.render(shown.messages, shown.record["tools"], False)})


def alone(shown: Shown, own: Mapping[str, Any], chat: Messages | None = None) -> Made:
    """The one row of a record, and the conversation that it is, if not the messages as shown."""
    name = shown.record["id"]
    return Made({"id": name, "record_id": name, **own}, (chat or shown.messages,))


def _instruction(content: str, question: str) -> tuple[str, str]:
    """A message taken apart where it is a text with the question after it."""
    about = content.removesuffix(f"\n\n{question}")
    return (question, about) if about and about != content else (content, "")


_WORSE = [("why", pa.string()), ("margin", pa.float64())]
_ALPACA = [(name, pa.string()) for name in ("instruction", "input", "output", "system")]
DPO = pa.schema(
    [
        ("id", pa.string()),
        *((name, _CHAT) for name in ("prompt", "chosen", "rejected")),
        *_WORSE,
        ("failed_claims", pa.list_(pa.string())),
        ("record_id", pa.string()),
        ("rejected_id", pa.string()),
    ]
)
_KTO = [("prompt", _CHAT), ("completion", _CHAT), ("label", pa.bool_()), *_WORSE]
SHAPES: Mapping[To, tuple[Shape, list[Any]]] = {
    "messages": (as_messages, [("messages", _CHAT)]),
    "sharegpt": (as_sharegpt, [("conversations", pa.list_(SAID))]),
    "alpaca": (as_alpaca, [*_ALPACA, ("history", pa.list_(pa.list_(pa.string())))]),
    "prompt-completion": (as_prompt_completion, [("prompt", _CHAT), ("completion", _CHAT)]),
    "dpo": (as_dpo, list(DPO)),
    "kto": (as_kto, [*_KTO, ("record_id", pa.string())]),
    "text": (as_text, [("text", pa.string())]),
}
"""What makes the rows of a format, and its own columns."""
PLAIN: tuple[Shape, list[Any]] = (
    as_plain_prompt_completion,
    [("prompt", pa.string()), ("completion", pa.string())],
)
"""``prompt-completion`` as texts."""
PREFERENCES = ("dpo", "kto")
"""Formats that need worse answers."""
