"""One name in the place of another: "directed by Holt" against "directed by Kern", and "Holt beat
Kern" against "Kern beat Holt".

Only a sentence that says all the rest of what the claim says contradicts it. Of a list of names
none is a rival of another, and "by" shows who did it to whom.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from verifiers.checks.findings import Finding
from verifiers.checks.readings import Sentence, Word

_REST = 0.8
"""Share of a claim's other words that the sentence must hold."""
_ACTS = frozenset(
    "beat beats won wins led leads wrote built bought sold sued taught fought shot hit north south "
    "east west before after defeats kills follows owns".split()
)
_MUTUAL = frozenset("married divorced joined allied united shared bordered combined".split())
"""Verbs that hold both ways."""


def check_entities(claim: Sequence[Sentence], evidence: Sequence[Sentence]) -> list[Finding]:
    """A conflict for each name in whose place a sentence has another; nothing else is reported."""
    found: dict[str, Finding] = {}
    for one in claim:
        for two in evidence:
            denied = one.negators or two.negators
            if (
                not denied
                and len(one.stems) > 2
                and 2 * len(one.stems & two.stems) >= len(one.stems)
            ):
                for finding in (*_exchanged(one, two), *_swapped(one, two)):
                    found.setdefault(finding.part, finding)
    return list(found.values())


def _exchanged(claim: Sentence, held: Sentence) -> Iterator[Finding]:
    """Names of the claim that the sentence lacks, with other names where they should be."""
    runs = list(_runs(claim, held))
    others = sum(end - start for start, end in runs)
    for start, end in runs:
        rest = len(claim.words) - (end - start)
        if rest - (others - (end - start)) < max(2, _REST * rest):
            continue
        if not all(word.name and not word.text[0].isdigit() for word in claim.words[start:end]):
            continue
        rival = _rival(claim, start, end, held)
        name = " ".join(word.text for word in claim.words[start:end])
        if rival and not _same(claim.words[start:end], rival):
            detail = "the source has " + " ".join(word.text for word in rival)
            yield Finding("entity", name, "conflict", detail)


def _runs(claim: Sentence, held: Sentence) -> Iterator[tuple[int, int]]:
    """Start and end of the words in a row that the sentence lacks."""
    places = range(len(claim.words))
    for lacking, run in groupby(places, lambda at: claim.words[at].stem not in held.stems):
        if lacking:
            whole = list(run)
            yield whole[0], whole[-1] + 1


def _rival(claim: Sentence, start: int, end: int, held: Sentence) -> list[Word]:
    """The names that stand in a sentence between the neighbours of a run of the claim."""
    before = held.places.get(claim.words[start - 1].stem, []) if start else [-1]
    after = held.places.get(claim.words[end].stem, []) if end < len(claim.words) else []
    for at in before:
        stop = at + 1
        while stop < len(held.words) and _is_foreign(held.words[stop], claim):
            stop += 1
        rival = list(held.words[at + 1 : stop])
        if not rival or rival[0].clause != rival[-1].clause:
            continue
        if at >= 0 and held.words[at].clause != rival[0].clause:
            continue
        last = end == len(claim.words) and at >= 0
        if stop in after or (
            last and claim.words[start].lead == rival[0].lead != "" and not _goes_on(held, stop)
        ):
            return rival
    return []


def _is_foreign(word: Word, claim: Sentence) -> bool:
    return word.name and word.stem not in claim.stems and not word.text[0].isdigit()


def _goes_on(held: Sentence, stop: int) -> bool:
    """Whether what follows is a part of the same phrase, or of a list with more names in it."""
    if stop == len(held.words):
        return False
    after = held.words[stop]
    joined = any(at == stop for _, at in held.joins)
    return (
        joined or after.name or (after.lead == "" and after.clause == held.words[stop - 1].clause)
    )


def _same(one: Sequence[Word], two: Sequence[Word]) -> bool:
    """Whether one may be short for the other: Tim for Timothy, or first letters."""
    letters = ["".join(word.text[0] for word in words) for words in (one, two)]
    whole = ["".join(word.text for word in words) for words in (one, two)]
    brief = min(map(len, whole)) < 5
    return (
        whole[0][:3] == whole[1][:3]
        or letters[0] == letters[1]
        or (brief and letters[0][0] == letters[1][0])
    )


def _swapped(claim: Sentence, held: Sentence) -> Iterator[Finding]:
    """Two names around a verb, in the other order around the same verb."""
    if not claim.stems <= held.stems:
        return
    for at in range(1, len(claim.words) - 1):
        verb, one, two = claim.words[at], claim.words[at - 1], claim.words[at + 1]
        if not (one.name and two.name and _acts(verb)) or one.stem == two.stem:
            continue
        for place in held.places[verb.stem]:
            if not 0 < place < len(held.words) - 1:
                continue
            left, right = held.words[place - 1], held.words[place + 1]
            if (left.stem, right.stem) == (two.stem, one.stem) and right.lead == two.lead:
                part = f"{one.text} {verb.text} {two.text}"
                yield Finding("entity", part, "conflict", "the source has it the other way round")


def _acts(verb: Word) -> bool:
    text = verb.text
    return text in _ACTS or (text.endswith(("ed", "er")) and text not in _MUTUAL and not verb.name)
