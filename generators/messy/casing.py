"""Capitals: none, or nothing else."""

from __future__ import annotations

from generators.messy.spared import changed, free


def lowered(text: str) -> str:
    """Without capitals, but for code, identifiers, abbreviations and units."""
    return changed(text, lambda piece: "".join(_one(sign, sign.lower()) for sign in piece))


def raised(text: str) -> str:
    """In capitals, but for code, identifiers and units."""
    return changed(text, lambda piece: "".join(_one(sign, sign.upper()) for sign in piece))


def begun(text: str) -> str:
    """With a capital at its beginning, where a word stands there."""
    starts = next(free(text), None)
    if starts is None or starts[0] != 0:
        return text
    return f"{_one(text[0], text[0].upper())}{text[1:]}"


def _one(sign: str, other: str) -> str:
    """The other form of a letter; ß and a few more have none of one letter."""
    return other if len(other) == 1 else sign
