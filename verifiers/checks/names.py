"""Names of people, places and organisations: capitalised words inside a claim.

A name that the evidence lacks lowers the claim to not found; alone it never contradicts, since
sources use pronouns and leave titles out.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from store.text import WORD
from verifiers.checks.findings import Finding
from verifiers.wording import STOP

_NAME = re.compile(
    r"(?<![.!?:\"“]\s)(?<!^)\b[A-Z][\w'’-]+(?:\s+(?:of|de|van|von|al|the)?\s*[A-Z][\w'’-]+)*"
)
_CODE = re.compile(r"`[^`]*`|\b\w+(?:\.\w+)+|\b\w*_\w+\b")
_PLAIN = frozenset(
    """january february march april may june july august september october november december
monday tuesday wednesday thursday friday saturday sunday none true false python""".split()
)


def names(claim: str) -> list[str]:
    """Names in a claim, in order; its first word counts only where a second one follows it."""
    text = _CODE.sub(lambda match: " " * len(match.group(0)), claim)
    found = [match.group(0) for match in _NAME.finditer(text)]
    first = re.match(r"[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)+", text)
    if first and first.group(0).split()[0].casefold() not in STOP:
        found.insert(0, first.group(0))
    return list(dict.fromkeys(found))


def check_names(claim: Collection[str], held: Collection[str]) -> list[Finding]:
    """One finding per name; ``held`` are the folded words of the evidence and its headings."""
    return [
        Finding("name", name, "found" if _has(name, held) else "missing")
        for name in claim
        if _parts(name)
    ]


def _has(name: str, held: Collection[str]) -> bool:
    return all(part in held or part.removesuffix("'s") in held for part in _parts(name))


def _parts(name: str) -> list[str]:
    found = (word.casefold().replace("’", "'") for word in WORD.findall(name))
    return [word for word in found if word not in STOP and word not in _PLAIN]
