"""Words that no other check reads as people do; they must stand in the evidence as they are.

Numbers in raised or circled digits (¹⁸⁹⁷, ④③) or of more digits than are compared, words that mix
alphabets ("nоt" with a Cyrillic о), and words of another alphabet than the rest of a claim.
"""

from __future__ import annotations

from collections.abc import Collection

import regex

from verifiers.checks.findings import Finding

_NUMERAL = regex.compile(
    # No power of ten or of a unit, and no mark of a footnote behind a word or a sign.
    r"(?<![\p{L}\p{N}⁻⁺])(?!10[⁰¹²³⁴-⁹]+(?!\p{N}))"
    r"(?:\p{Nd}+|(?<![\p{Pe}\p{Po}\p{Pf}]))\p{No}\p{N}*"
)
_LONG = regex.compile(r"\d[\d.,]{59,}")
"""What is too long for :mod:`verifiers.checks.quantities`."""
_ALIKE = r"\p{Cyrillic}\p{Cherokee}\p{Armenian}α-λν-ψΑ-ΨϹϳ"
"""Letters of which some look like Latin ones; μ and Ω are in front of units."""
_MIXED = regex.compile(rf"\b(?=\w*\p{{Latin}})(?=\w*[{_ALIKE}])\w+")
_LATIN = regex.compile(r"\p{Latin}")
_FOREIGN = regex.compile(r"\b[\p{L}--[\p{Latin}\p{Greek}\p{Common}]][\p{L}\p{M}]*", regex.VERSION1)


def disguised(claim: str) -> list[str]:
    """Such words of a claim, in order and in folded case."""
    if claim.isascii() and len(claim) < 60:
        return []
    foreign = _FOREIGN.findall(claim)
    mostly_latin = len(_LATIN.findall(claim)) > sum(map(len, foreign))
    found = [*_plain(claim), *(word.casefold() for word in foreign if mostly_latin)]
    return list(dict.fromkeys(found))


def held_disguised(text: str) -> frozenset[str]:
    """Such words of a piece of evidence, in folded case."""
    if text.isascii() and len(text) < 60:
        return frozenset()
    return frozenset([*_plain(text), *(word.casefold() for word in _FOREIGN.findall(text))])


def _plain(text: str) -> list[str]:
    return [
        match.group().casefold()
        for pattern in (_NUMERAL, _LONG, _MIXED)
        for match in pattern.finditer(text)
    ]


def check_disguised(claim: Collection[str], evidence: Collection[str]) -> list[Finding]:
    """One finding per word of the claim."""
    return [Finding("disguise", word, "found" if word in evidence else "missing") for word in claim]
