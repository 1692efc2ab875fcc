"""How a message ends: with a mark, without, or with several."""

from __future__ import annotations

import random
import re

from generators.messy.spared import spans

_MARKS = re.compile(r"(?<![.?!…。？！])[.?!…。？！]+$")
_ASKS = re.compile(
    r"(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|can|could|will"
    r"|would|should|has|have|had)\b",
    re.IGNORECASE,
)
_SHORTENED = re.compile(r"(?:\b\w|\b(?:etc|e\.g|i\.e|vs|no|inc|ltd|co|jr|sr|st))\.$", re.IGNORECASE)
"""A full stop that belongs to the word: ``U.S.``, ``etc.``"""


def opened(text: str) -> str:
    """Without its closing marks; a full stop that belongs to an abbreviation stays."""
    end = _end(text)
    return text if end is None else text[:end]


def repeated(text: str, rng: random.Random) -> str:
    """With two or three closing marks in place of one."""
    end = _end(text)
    if end is None:
        return text
    mark = text[end:][-1:] or ("?" if _ASKS.match(text) else "!")
    if mark in ".…":
        mark = rng.choice("!.")
    return text[:end] + {"。": "！"}.get(mark, mark) * rng.choice((2, 2, 3))


def closed(text: str) -> str:
    """With a closing mark where there was none."""
    end = _end(text)
    if end is None or end < len(text):
        return text
    return f"{text}{'?' if _ASKS.match(text) else '.'}"


def _end(text: str) -> int | None:
    """Where the closing marks begin, None where what the text ends with must stay."""
    marks = _MARKS.search(text)
    end = marks.start() if marks else len(text)
    if _SHORTENED.search(text[: end + 1]):
        end += 1
    if end == 0 or text[-1:].isspace() or any(stop > end for _, stop in spans(text)):
        return None
    if end < len(text) or text[-1].isalnum():
        return end
    # Behind a block of code, or a quotation, no mark is set.
    return end if text[-1] in ")`." and "\n" not in text else None
