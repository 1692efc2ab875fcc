"""Coordinations: a source's "A or B" is no "A and B", and its "A" is no "A and B" either.

The other way round all is well: of "A and B", a claim may state A alone. Nothing here contradicts;
it is only missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifiers.checks.findings import Finding
from verifiers.checks.readings import KEPT, Sentence, Word

_ALIKE = 0.65
"""Share of a claim's words that a sentence must hold to be about the same."""


def check_conjunctions(claim: Sequence[Sentence], evidence: Sequence[Sentence]) -> list[Finding]:
    """One finding per coordination of the claim that the nearest sentence does not bear out."""
    found: list[Finding] = []
    for one in claim:
        if one.joins and evidence:
            nearest = max(evidence, key=one.share)
            if one.share(nearest) >= _ALIKE:
                found += _lacking(one, nearest, evidence)
    return found


def _lacking(claim: Sentence, nearest: Sentence, evidence: Sequence[Sentence]) -> Iterator[Finding]:
    joined = {(word, one.stem, two.stem) for word, one, two in _pairs(nearest)}
    rivals = {(one, two) for word, one, two in joined if word == "or"}
    for word, one, two in _pairs(claim):
        if (word == "or" and not two.negated) or (word, one.stem, two.stem) in joined:
            continue  # either will do, or it is said so
        apart = not two.negated and (one.stem, two.stem) in rivals
        sides = [any(side.stem in held.stems for held in evidence) for side in (one, two)]
        if apart or sides.count(True) == 1:
            yield Finding("conjunction", f"{one.text} {word} {two.text}", "missing")


def _pairs(reading: Sentence) -> Iterator[tuple[str, Word, Word]]:
    """Each "and", "or" and "nor" with the words on its two sides."""
    for word, at in reading.joins:
        if 0 < at < len(reading.words):
            one, two = reading.words[at - 1 : at + 1]
            # Behind a number, "and" goes on with something else: in 2015 and came near.
            alike = one.text[0].isdigit() == two.text[0].isdigit()
            if alike and one.text not in KEPT and two.text not in KEPT:
                yield word, one, two
