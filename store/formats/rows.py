"""A record as the rows of a format, with all that every row keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from store.formats.chat import Chat, render_plain
from store.formats.kept import kept_of
from store.formats.reasoning import place_reasoning
from store.formats.shapes import Shown
from store.formats.unfit import check_turns
from store.formats.wanted import Wanted, shape_of

Rows = list[tuple[dict[str, Any], int]]
"""Rows, each with its tokens, 0 where nothing counts them."""


def rows_of(
    record: Mapping[str, Any],
    pairs: Sequence[Mapping[str, Any]],
    wanted: Wanted,
    chat: Chat | None = None,
) -> Rows:
    """The rows that a record and its preference pairs come to. Those with several conversations
    have the tokens of the longest.

    Raises:
        Unfit: the format or the chat template cannot hold it.
    """
    check_turns(record["messages"])
    messages, moved = place_reasoning(record["messages"], record["reasoning"], wanted.reasoning)
    render = chat.render if chat else render_plain
    make, _ = shape_of(wanted)
    kept, tools = kept_of(record, moved), record["tools"]
    thought = record["reasoning"] if moved == "think" else ""
    rows = []
    for made in make(Shown(messages, record, pairs, render)):
        lengths = [chat.tokens(said, tools, thought) for said in made.chats] if chat else [0]
        rows.append(({**kept, **made.row}, max(lengths)))
    return rows
