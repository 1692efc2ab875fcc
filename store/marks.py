"""Marks that a text may not set itself: those around material in prompts, and those of chat turns.

A document that holds ``</passage>`` would end its passage, and servers read ``<|im_start|>`` as the
beginning of a turn wherever it stands. Such marks are broken up by a backtick, which the comparison
of quotes looks past (:func:`store.quotes.find_quote`), so that a quote is still found verbatim.
"""

from __future__ import annotations

import re
from functools import lru_cache

_BREAK = "`"
_TURNS = (
    r"<(?=[|｜][^\s<>|｜][^<>|｜]{0,40}[|｜]>)",
    r"<(?=/?(?:start_of_turn|end_of_turn|bos|eos)>)",
    r"\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\])",
)
"""ChatML, Llama 3, Qwen, Phi and DeepSeek; Gemma; Mistral."""
_CLOSED = re.compile(r"</([a-z][\w-]*)>")


def marks_of(template: str) -> frozenset[str]:
    """Names of the marks that a template closes around its material."""
    return frozenset(_CLOSED.findall(template))


def break_marks(text: str, names: frozenset[str] = frozenset()) -> str:
    """A text without any mark of a turn or of these names, opening or closing."""
    return _pattern(names).sub(lambda found: found[0] + _BREAK, text)


@lru_cache
def _pattern(names: frozenset[str]) -> re.Pattern[str]:
    # What stands between "<" and the name, such as a space or a sign that nobody sees, leaves it
    # looking like the mark.
    own = [rf"[<＜](?=[^\w`]{{0,4}}{re.escape(name)}\b)" for name in sorted(names)]
    return re.compile("|".join([*_TURNS, *own]), re.IGNORECASE)
