"""Fenced blocks of a message: their language, their text and where they stand."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import NamedTuple

_BLOCK = re.compile(
    r"^[ \t]*(?P<fence>`{3,}|~{3,})[ \t]*(?P<language>[\w+-]*)[^\n`]*\n"
    r"(?P<body>.*?)(?:^[ \t]*(?P=fence)[`~]*[ \t]*$|\Z)",
    re.DOTALL | re.MULTILINE,
)


class Block(NamedTuple):
    """A fenced block with its offsets in the message, fences included; ``text`` is what is inside,
    without the indentation of the list it may stand in.
    """

    language: str
    text: str
    start: int
    end: int


def blocks(message: str) -> list[Block]:
    """The fenced blocks of a message in order; a fence left open runs to the end."""
    if "```" not in message and "~~~" not in message:
        return []
    return [
        Block(match["language"].casefold(), dedent(match["body"]), *match.span())
        for match in _BLOCK.finditer(message)
    ]
