"""Where the reasoning of an answer stands: in it, between think marks before it, or beside it.

``reasoning`` of a record is the beginning of its last message, with an empty line after it. The
marks are those of Qwen and DeepSeek (arXiv 2501.12948). A message that does not begin with its
reasoning is left as it is; the column ``reasoning`` holds it in any case.
"""

from __future__ import annotations

from store.formats.names import Place
from store.formats.unfit import Messages

_GAP = "\n\n"


def place_reasoning(messages: Messages, reasoning: str, place: Place) -> tuple[Messages, str]:
    """The messages with the reasoning in its place, and ``think`` or ``drop`` where it was moved
    there, else an empty text.
    """
    if not messages or not reasoning or place == "inline":
        return messages, ""
    last = messages[-1]
    if last["role"] != "assistant" or not last["content"].startswith(reasoning + _GAP):
        return messages, ""
    end = last["content"].removeprefix(reasoning + _GAP)
    content = f"{_marked(reasoning)}{end}" if place == "think" else end
    return [*messages[:-1], {**last, "content": content}], place


def restore_reasoning(messages: Messages, reasoning: str, moved: str) -> Messages:
    """The messages as the record has them; ``moved`` is what :func:`place_reasoning` said."""
    if not moved:
        return messages
    last = messages[-1]
    end = last["content"].removeprefix(_marked(reasoning)) if moved == "think" else last["content"]
    return [*messages[:-1], {**last, "content": f"{reasoning}{_GAP}{end}"}]


def _marked(reasoning: str) -> str:
    return f"<think>\n{reasoning}\n</think>{_GAP}"
