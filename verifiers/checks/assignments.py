"""Settings written as code, such as ``indent=4``: the same name must have the same value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from verifiers.checks.findings import Finding

_PAIR = re.compile(
    r"(?<![\w.=<>!])([A-Za-z_]\w*)=((?:'[^']*'|\"[^\"]*\"|[^\s,;()=`]+?))(?=[\s,;()`]|\.?$|\.\s)"
)


class Assignment(NamedTuple):
    """A name and the value it is given, as written."""

    name: str
    value: str


def assignments(text: str) -> list[Assignment]:
    """All ``name=value`` pairs of a text."""
    return [Assignment(m.group(1), m.group(2).replace('"', "'")) for m in _PAIR.finditer(text)]


def check_assignments(claim: Sequence[Assignment], evidence: Sequence[Assignment]) -> list[Finding]:
    """One finding per pair of the claim."""
    return [_check(pair, evidence) for pair in claim]


def _check(wanted: Assignment, evidence: Sequence[Assignment]) -> Finding:
    part = f"{wanted.name}={wanted.value}"
    held = [pair.value for pair in evidence if pair.name == wanted.name]
    if wanted.value in held:
        return Finding("assignment", part, "found")
    if held:
        return Finding("assignment", part, "conflict", f"the source has {wanted.name}={held[0]}")
    return Finding("assignment", part, "missing")
