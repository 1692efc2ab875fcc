"""Identifiers: case and statute numbers, codes, addresses, versions, flags, paths, endpoints.

They mean something only letter by letter, so they are compared exactly once spelling that carries
nothing (spaces, the kind of hyphen, a final point) is evened out. One that stands nowhere in the
corpus is an invention.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from store.corpus import Corpus
from store.text import visible
from verifiers.checks.findings import Finding
from verifiers.checks.identifier_kinds import KINDS


class Identifier(NamedTuple):
    """An identifier by kind and value in a normal form, and as written."""

    kind: str
    value: str
    text: str


_DAY = re.compile(r"\d{1,2}\.\d{1,2}\.\d{2}(?:\d{2})?")
_DIGIT = re.compile(r"\d")
_WORTH = re.compile(r"[\d@_§\\]|://|www\.|--\w|/\w|\w\.\w")
_HYPHENS = str.maketrans("‐‑–", "---")


def identifiers(text: str) -> list[Identifier]:
    """All identifiers of a text, grouped by kind."""
    if not _WORTH.search(text):
        return []
    left = visible(text).translate(_HYPHENS)
    digits = bool(_DIGIT.search(left))
    found = []
    for kind in KINDS:
        if not (digits if kind.sign == "0" else kind.sign in left):
            continue
        matches = [m for m in kind.pattern.finditer(left) if _is_one(kind.name, m.group())]
        found += [Identifier(kind.name, kind.normal(m.group()), m.group()) for m in matches]
        left = _without(left, matches)
    return found


def _is_one(kind: str, text: str) -> bool:
    """Not a day such as 5.12.2021, and for a code: letters and digits, and more than F1 or 2D."""
    if kind == "version":
        return not _DAY.fullmatch(text)
    if kind != "code":
        return True
    letters = sum(sign.isalpha() for sign in text)
    digits = sum(sign.isdigit() for sign in text)
    return bool(letters and digits >= 2 and len(text) >= 4)


def _without(text: str, matches: Sequence[re.Match[str]]) -> str:
    if not matches:
        return text
    pieces, at = [], 0
    for match in matches:
        pieces += [text[at : match.start()], " " * (match.end() - match.start())]
        at = match.end()
    return "".join([*pieces, text[at:]])


def _vouched(one: Identifier) -> Iterator[str]:
    """A value and the less exact ones that hold with it: ISO 9001 for ISO 9001:2015."""
    yield one.value
    if one.kind == "standard":
        yield one.value.partition(":")[0]
    elif one.kind == "arXiv":
        yield re.sub(r"v\d+$", "", one.value)
    elif one.kind == "endpoint":
        yield one.value.partition(" ")[2]
    elif one.kind == "statute":
        plain = one.value
        if "§" in plain:
            yield plain[plain.index("§") :]
        law = re.search(r"[a-z]{2,}$", plain)
        while plain.endswith(")") or (law and plain.endswith(law.group())):
            cut = plain.rfind("(") if plain.endswith(")") else law.start() if law else 0
            plain = plain[:cut]
            yield plain
        if law and "(" in one.value:
            yield one.value.partition("(")[0] + law.group()


def check_identifiers(claim: Sequence[Identifier], evidence: Sequence[Identifier]) -> list[Finding]:
    """One finding per identifier of the claim."""
    if not claim:
        return []
    wanted = {(one.kind, one.value) for one in claim}
    held = {(one.kind, value) for one in evidence for value in _vouched(one)}
    rivals = [one for one in evidence if (one.kind, one.value) not in wanted]
    return [_check(one, held, rivals) for one in claim]


def _check(
    one: Identifier, held: Collection[tuple[str, str]], rivals: Sequence[Identifier]
) -> Finding:
    if (one.kind, one.value) in held:
        return Finding("identifier", one.text, "found")
    rival = next((r for r in rivals if r.kind == one.kind and _shaped(one, r)), None)
    if rival is not None:
        return Finding("identifier", one.text, "conflict", f"the source has {rival.text}")
    return Finding("identifier", one.text, "missing")


def _shaped(one: Identifier, two: Identifier) -> bool:
    """Whether two codes count the same things: the same letters with other digits."""
    if one.kind != "code":
        return True
    return _DIGIT.sub("0", one.value) == _DIGIT.sub("0", two.value)


@dataclass(frozen=True, eq=False)
class IdentifierIndex:
    """All identifiers of a corpus, read when first asked for."""

    corpus: Corpus

    @cached_property
    def known(self) -> frozenset[tuple[str, str]]:
        """Kind and value of each identifier that any document holds."""
        found: set[tuple[str, str]] = set()
        for document in self.corpus.documents:
            for one in identifiers(f"{document.title}\n{document.text}"):
                found.update((one.kind, value) for value in _vouched(one))
        return frozenset(found)

    def unknown(self, text: str) -> Iterator[Identifier]:
        """Identifiers of a text that stand nowhere in the corpus, in any spelling of theirs."""
        for one in identifiers(text):
            if (one.kind, one.value) not in self.known and not self._stands(one.text):
                yield one

    def _stands(self, text: str) -> bool:
        """Whether it stands anywhere letter by letter, as a part of something longer, say."""
        return any(text in document.text for document in self.corpus.documents)
