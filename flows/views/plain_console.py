"""A console on which rows cannot act: what they hold comes from models and documents."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

_ACTS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and line break, and those that turn the direction of what follows."""


class PlainConsole(Console):
    """A console that leaves such characters out of every text; none of them takes a column."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """The segments of a renderable, plain but for rich's own styles."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else _ACTS.sub("", text), style, control)
