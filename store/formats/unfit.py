"""What a format or a chat template cannot hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Messages = Sequence[Mapping[str, Any]]
"""Chat messages, each with the texts ``role`` and ``content``, and maybe ``tool_calls``."""


class Unfit(Exception):
    """A record that a format or template cannot hold; its text says why. It never leaves an export:
    there it becomes a line of the report.
    """


def check_turns(messages: Messages) -> None:
    """See that there are messages, and that each has a text.

    Raises:
        Unfit: it is not so.
    """
    if not messages:
        raise Unfit("it has no messages")
    for number, message in enumerate(messages, start=1):
        if message["content"] is None or not message["role"]:
            raise Unfit(f"message {number} has no text or no role")


def split_last(messages: Messages) -> tuple[Messages, Messages]:
    """The messages before the last answer, and that answer.

    Raises:
        Unfit: the last message is no answer, or none stands before it.
    """
    if len(messages) < 2 or messages[-1]["role"] != "assistant":
        raise Unfit("it does not end with an answer of the assistant to something")
    return messages[:-1], messages[-1:]
