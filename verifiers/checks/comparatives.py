"""Comparisons: "A is larger than B" against a sentence that has them the other way round."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from verifiers.checks.findings import Finding
from verifiers.wording import content

_POLES = """large,bigg,great,huge small,tini,little|high,tall,loft low|long short|old,eld young,new
early,soon late|more,most fewer,less|better,fine worse|fast,quick,swift slow|heavi,heav light
dear,costli cheap|near,close far,furth,farth|rich,wealthi,wealth poor|hot,hott,warm cold,cool
deep shallow|wid,wide,broad narrow|strong,mighti weak|safe dangerous|easi,easy hard,tough
wett dri|loud quiet|bright dark,faint,dim|dense,dens sparse"""
_SIGNED = {
    word: (row.split()[0].split(",")[0], sign)
    for row in _POLES.replace("\n", "|").split("|")
    for sign, side in zip((1, -1), row.split(), strict=True)
    for word in side.split(",")
}
_THAN = re.compile(r"\sthan\s(?=(?P<right>[^.;:!?\d][^.;:!?]{0,200}))", re.IGNORECASE)
_TERM = re.compile(
    r"\b(?:(?P<degree>more|less)\s(?P<what>[a-z]{3,30})"
    r"|(?P<term>[a-z]{2,20}er|more|less|worse))(?:\s[a-z]{2,20}){0,3}$",
    re.IGNORECASE,
)
_REACH = 200
"""Characters before "than" in which a side and its term stand."""
_TERM_REACH = 100
_END = re.compile(r"[.;:!?]")
_NO_TERM = frozenset("other rather another whether either neither over under number".split())


class Comparison(NamedTuple):
    """Two sides as stems of their words, and what sets them apart; ``sign`` is the side of it on
    which the left one lies.
    """

    text: str
    family: str
    sign: int
    left: frozenset[str]
    right: frozenset[str]


def comparisons(text: str) -> tuple[Comparison, ...]:
    """All comparisons with "than" in a text; "more than 300" is a number."""
    if " than " not in text:
        return ()
    return tuple(item for item in map(_read, _THAN.finditer(text)) if item is not None)


def check_comparisons(
    claim: Sequence[Comparison], evidence: Collection[Comparison]
) -> list[Finding]:
    """One finding per comparison of the claim."""
    return [_check(wanted, evidence) for wanted in claim]


def _check(wanted: Comparison, evidence: Collection[Comparison]) -> Finding:
    kin = [held for held in evidence if held.family == wanted.family]
    agreed = {_order(wanted, held) * wanted.sign * held.sign: held for held in kin}
    if 1 in agreed:
        return Finding("comparison", wanted.text, "found")
    if -1 in agreed:
        detail = f"the source has {agreed[-1].text}"
        return Finding("comparison", wanted.text, "conflict", detail)
    return Finding("comparison", wanted.text, "missing")


def _order(one: Comparison, two: Comparison) -> int:
    """1 where both have the same sides in the same order, -1 where they are swapped, else 0."""
    same = min(len(one.left & two.left), len(one.right & two.right))
    swapped = min(len(one.left & two.right), len(one.right & two.left))
    return (same > swapped) - (swapped > same)


def _read(match: re.Match[str]) -> Comparison | None:
    before = _END.split(match.string[max(match.start() - _REACH, 0) : match.start()])[-1]
    found = _TERM.search(before, max(len(before) - _TERM_REACH, 0))
    if found is None:
        return None
    degree, what = found["degree"], found["what"]
    if what:
        family, sign = what.casefold(), 1 if degree.casefold() == "more" else -1
    else:
        term = found["term"].casefold()
        if term in _NO_TERM:
            return None
        root = term.removesuffix("er")
        family, sign = _SIGNED.get(term) or _SIGNED.get(root) or _SIGNED.get(root + "e", (root, 1))
    left, right = frozenset(content(before[: found.start()])), frozenset(content(match["right"]))
    both, text = left & right, f"{before} than {match['right']}".strip()
    return Comparison(text, family, sign, left - both, right - both)
