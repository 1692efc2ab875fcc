"""Exported rows as records again: the columns that a format holds, as they were."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from configs.errors import ConfigError
from store.formats.apart import CALLING, RETURNED, call_from, message_from
from store.formats.kept import KEPT
from store.formats.names import To
from store.formats.reasoning import restore_reasoning
from store.formats.shapes import HEARD
from store.formats.unfit import Messages
from store.records import RECORDS

BACK: tuple[To, ...] = ("messages", "sharegpt", "alpaca", "prompt-completion", "dpo")
"""Formats that hold a record's conversation. ``text`` and plain texts do not say where a message
ends, and half the rows of ``kto`` hold a worse answer."""
_ROLES = {**{theirs: ours for ours, theirs in HEARD.items()}, RETURNED: "tool"}


def record_columns(row: Mapping[str, Any], to: To) -> dict[str, Any]:
    """Those columns of RECORDS that an exported row of a format holds: ``messages`` and ``id``, and
    all that rows keep. Dates may be texts, as JSONL has them.

    Raises:
        ConfigError: the format does not go back, or these are no rows of it.
    """
    if to not in BACK:
        raise ConfigError(f"{to} holds no conversations to get back; {', '.join(BACK)} do")
    try:
        messages = _messages(row, to)
        kept = {name: row[name] for name in KEPT.names if name in RECORDS.names}
        name = row["record_id"] if to == "dpo" else row["id"]
        moved, day = row["reasoning_moved"], kept["valid_as_of"]
    except (KeyError, TypeError) as error:
        raise ConfigError(f"this is no exported row of {to}: it lacks {error}") from None
    restored = restore_reasoning(messages, kept["reasoning"], moved)
    kept["valid_as_of"] = date.fromisoformat(day) if isinstance(day, str) else day
    return {"id": name, "messages": [dict(message) for message in restored], **kept}


def _messages(row: Mapping[str, Any], to: To) -> Messages:
    if to == "sharegpt":
        return [_from_sharegpt(turn) for turn in row["conversations"]]
    if to == "alpaca":
        return _from_alpaca(row)
    if to == "messages":
        return [message_from(message) for message in row["messages"]]
    return [*row["prompt"], *row["chosen" if to == "dpo" else "completion"]]


def _from_sharegpt(turn: Mapping[str, str]) -> dict[str, str]:
    if turn["from"] == CALLING:
        return {"role": "assistant", "content": call_from(turn["value"])}
    return {"role": _ROLES[turn["from"]], "content": turn["value"]}


def _from_alpaca(row: Mapping[str, Any]) -> Messages:
    about, instruction = row["input"], row["instruction"]
    asked = f"{about}\n\n{instruction}" if about else instruction
    said = [text for pair in row["history"] for text in pair] + [asked, row["output"]]
    turns = [("user", "assistant")[n % 2] for n in range(len(said))]
    messages = [{"role": r, "content": text} for r, text in zip(turns, said, strict=True)]
    system = row["system"]
    return messages if system is None else [{"role": "system", "content": system}, *messages]
