"""How long reStructuredText becomes by its substitutions, which may name each other.

Ten definitions of ten names each are a billion words; docutils has a limit, but is slow in finding
that it is passed.
"""

from __future__ import annotations

import re

_DEFINITION = re.compile(
    r"^[ \t]*\.\.[ \t]+\|([^|\n]+)\|[ \t]+[\w-]+::(.*(?:\n[ \t]+\S.*)*)", re.MULTILINE
)
_REFERENCE = re.compile(r"\|(?!\s)([^|]{1,200}?)(?<!\s)\|")
_CIRCLE = 10**9


def grown(text: str) -> int:
    """Characters that the text's substitutions become; very many where they run in a circle."""
    bodies = {_name(match[1]): match[2] for match in _DEFINITION.finditer(text)}
    if not bodies:
        return 0
    lengths: dict[str, int] = {}
    for name in bodies:
        _measure(name, bodies, lengths, ())
    return sum(lengths.get(_name(name), 0) for name in _REFERENCE.findall(text))


def _measure(
    name: str, bodies: dict[str, str], lengths: dict[str, int], above: tuple[str, ...]
) -> int:
    if name in above or len(above) > 100:
        return _CIRCLE
    if name not in lengths:
        body = bodies.get(name, "")
        named = map(_name, _REFERENCE.findall(body))
        parts = (_measure(each, bodies, lengths, (*above, name)) for each in named)
        lengths[name] = len(body) + sum(parts)
    return lengths[name]


def _name(text: str) -> str:
    return " ".join(text.lower().split())
