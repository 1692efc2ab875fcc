"""Single words of code in a claim, such as `ValueError`: each must stand in its evidence."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from verifiers.checks.findings import Finding

_TICKED = re.compile(r"`([A-Za-z_]\w*)`")
_WORD = re.compile(r"\w+")
_VALUES = frozenset("True False None".split())
"""What documentation says in words: returns whether, nothing is returned."""
_LONG = {"str": "string", "int": "integer", "dict": "dictionary", "bool": "boolean"}


def code_words(text: str) -> list[str]:
    """Words between backticks, in order."""
    return [word for word in dict.fromkeys(_TICKED.findall(text)) if word not in _VALUES]


def held_code_words(text: str) -> frozenset[str]:
    """All words of a piece of evidence, in folded case."""
    return frozenset(_WORD.findall(text.casefold()))


def check_code_words(claim: Sequence[str], evidence: Collection[str]) -> list[Finding]:
    """One finding per word of the claim; alone it never contradicts."""
    return [
        Finding("code", word, "found" if _stands(word.casefold(), evidence) else "missing")
        for word in claim
    ]


def _stands(word: str, held: Collection[str]) -> bool:
    spelt = (word, _LONG.get(word, word))
    return any(one in held or f"{one}s" in held for one in spelt)
