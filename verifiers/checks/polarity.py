"""Negations and opposites: the same wording with a "not" more or less, or "north" for "south".

A claim that denies something is supported only by a sentence that denies it, too; the same sentence
without the "not" contradicts it. Long sentences deny many things, so only the word that a negation
stands in front of counts, and only where claim and sentence share most of their wording.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifiers.checks.findings import Finding
from verifiers.checks.opposites import opposites
from verifiers.checks.readings import Sentence, Word

_ALIKE = 0.65
"""Share of a claim's words that a sentence must hold to be about the same."""
_SAME = 0.8
"""Share from which on an opposite needs no equal neighbour."""
_IN_CLAUSE = 0.5


def check_polarity(claim: Sequence[Sentence], evidence: Sequence[Sentence]) -> list[Finding]:
    """One finding per negation of the claim, and one per word that the evidence turns round."""
    found: dict[str, Finding] = {}
    for one in claim:
        for two in evidence:
            for finding in _compare(one, two):
                known = found.get(finding.part)
                if known is None or _RANK[finding.status] < _RANK[known.status]:
                    found[finding.part] = finding
        for negator, place in one.negators:
            part = f"{negator} {one.words[place].text}"
            found.setdefault(part, Finding("polarity", part, "missing"))
    return list(found.values())


_RANK = {"found": 0, "conflict": 1, "missing": 2}
"""A sentence that says what the claim says outweighs one that denies it."""


def _compare(claim: Sentence, held: Sentence) -> Iterator[Finding]:
    share = claim.share(held)
    about = share >= _ALIKE and _about(claim, held)
    if claim.negators:
        yield from _denied(claim, held, about)
    if not about:
        return
    if held.negators and not claim.negators:
        yield from _denying(claim, held)
    yield from _turned(claim, held, share)


def _about(claim: Sentence, held: Sentence) -> bool:
    """Whether a sentence with most of a claim's words has all of its numbers, too."""
    return len(claim.stems & held.stems) > 1 and not any(
        word[0].isdigit() for word in claim.stems - held.stems
    )


def _denied(claim: Sentence, held: Sentence, about: bool) -> Iterator[Finding]:
    """What the claim denies, in the sentence."""
    for negator, place in claim.negators:
        word = claim.words[place]
        part = f"{negator} {word.text}"
        same = [held.words[at] for at in held.places.get(word.stem, ())]
        turned = [held.words[at] for at in _opposed(word, held)]
        turned = [other for other in turned if other.stem not in claim.stems]
        # What another clause denies, as "instead of solar panels" does, is another matter.
        here = {w.stem: w.negated for w in claim.words if w.clause == word.clause}
        denied = [w for w in held.words if w.negated and w.stem in here]
        if (
            any(other.negated == word.negated for other in same)
            or any(other.negated != word.negated for other in turned)
            or any(here[other.stem] for other in denied)
        ):
            yield Finding("polarity", part, "found")
        elif same and about and not denied:
            yield Finding("polarity", part, "conflict", f"the source does not deny {word.text!r}")


def _states(claim: Sentence, stem: str, negated: bool) -> bool:
    return any(claim.words[at].negated is negated for at in claim.places.get(stem, ()))


def _denying(claim: Sentence, held: Sentence) -> Iterator[Finding]:
    """What the sentence denies and the claim states."""
    for negator, place in held.negators:
        word = held.words[place]
        if not _states(claim, word.stem, negated=False):
            continue
        if not all(held.words[at].negated for at in held.places[word.stem]):
            continue
        clause = {w.stem for w in held.words if w.clause == word.clause}
        if len(clause & claim.stems) >= _IN_CLAUSE * len(claim.stems):
            detail = f"the source says {negator!r} of it"
            yield Finding("polarity", word.text, "conflict", detail)


def _turned(claim: Sentence, held: Sentence, share: float) -> Iterator[Finding]:
    """Words of the claim in whose place the sentence has their opposite."""
    for place, word in enumerate(claim.words):
        if word.stem in held.stems:
            continue
        for at in _opposed(word, held):
            other = held.words[at]
            if other.stem in claim.stems or other.negated != word.negated:
                continue
            if share >= _SAME or _beside(claim, place, held, at):
                detail = f"the source has {other.text!r}"
                yield Finding("polarity", word.text, "conflict", detail)


def _opposed(word: Word, held: Sentence) -> Iterator[int]:
    """Places of a sentence's words that say the opposite of one."""
    for other in opposites(word.text):
        yield from held.places.get(other, ())
    if word.stem in held.undone:
        yield held.undone[word.stem]


def _beside(claim: Sentence, place: int, held: Sentence, at: int) -> bool:
    """Whether both words have the same word before or behind them."""
    return any(
        0 <= place + step < len(claim.words)
        and 0 <= at + step < len(held.words)
        and claim.words[place + step].stem == held.words[at + step].stem
        for step in (-1, 1)
    )
