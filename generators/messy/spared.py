"""What no operation touches: code, addresses, numbers, quoted text, identifiers, and the words that
a prompt's meaning hangs on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_WHOLE = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]+`"
    r"|\bhttps?://[^\s<>\"]*[^\s<>\".,;:!?)]|\bwww\.\S*\w"
    r"|\"[^\"]+\"|“[^”]+”|„[^“”]+[“”]|«[^»]+»|‘[^’\n]+’(?!\w)|(?<!\w)'[^'\n]+'(?!\w)"
    r"|\d[\d.,:]*(?<=\d)(?:[ \u00a0\u202f](?!(?:a|an|and|are|as|at|but|by|for|in|is|it|of|on|or|the"
    r"|to|was)\b)(?:[^\W\d_]{1,3}\b|[^\W\d_]*[A-Z][^\W\d_]*))?",
    re.DOTALL,
)
"""Blocks and spans of code, links, quoted text, and numbers with the unit behind them."""
_TOKEN = re.compile(r"\S+")
_AROUND = ".,;:!?…()[]¿¡？！。"
_ODD = re.compile(r"[\d_\\/@#$%^&*=+<>\[\]{}|~]|\w[.:]+\w|::|[a-zß-ÿ][A-ZÀ-Þ]|[A-ZÀ-Þ]{2}|^-")
"""What a token of plain words does not have: signs, inner points, capitals behind a letter."""
_NAME = re.compile(r"(?<=[\w,;:)'’\"”`] )[A-ZÀ-Þ][\w'’]+")
"""A word with a capital that no sentence begins with."""
NEGATION = re.compile(
    r"\b(?:not|no|never|neither|nor|none|nobody|nothing|nowhere|without|cannot|except|unless)\b"
    r"|n['’]t\b",
    re.IGNORECASE,
)
"""Words that turn a question round."""
MEANING = frozenset(
    """not never neither none nobody nothing nowhere without cannot except unless only also both
either each every some most more less least least fewer many much half twice double first second
third last next before after until since under over above below between within during while once
three four five seven eight nine eleven twelve twenty thirty hundred thousand million billion
minimum maximum highest lowest longest shortest largest smallest oldest youngest latest earliest
january february march april june july august september october november december monday tuesday
wednesday thursday friday saturday sunday true false same different kein keine nicht ohne nie sans
jamais aucun pas sin nunca nada ninguno non senza mai""".split()
)
"""Words that are never misspelt: another one in their place, or none, would ask something else."""


def spans(text: str) -> list[tuple[int, int]]:
    """Start and end of what must stay as it is, in order and without overlap."""
    found = [match.span() for match in _WHOLE.finditer(text)]
    for match in _TOKEN.finditer(text):
        token = match.group()
        start = match.start() + len(token) - len(token.lstrip(_AROUND))
        end = match.end() - (len(token) - len(token.rstrip(_AROUND)))
        if start < end and _ODD.search(text[start:end]):
            found.append((start, end))
    return _merged(found)


def _merged(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def free(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of the pieces between what must stay."""
    at = 0
    for start, end in spans(text):
        if at < start:
            yield at, start
        at = end
    if at < len(text):
        yield at, len(text)


def has_words(text: str) -> bool:
    """Whether anything in a text may change."""
    return any(sign.isalpha() for start, end in free(text) for sign in text[start:end])


def changed(text: str, change: Callable[[str], str]) -> str:
    """The text with a change made to every piece that may change."""
    pieces, at = [], 0
    for start, end in free(text):
        pieces += [text[at:start], change(text[start:end])]
        at = end
    return "".join([*pieces, text[at:]])


def names(text: str) -> frozenset[str]:
    """Words that are names by their capital, in folded case."""
    return frozenset(match.group().casefold() for match in _NAME.finditer(text))
