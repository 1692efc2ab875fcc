"""Superlatives and ranks: the largest, the second largest, the most populous, the first, the 21st.

A superlative of a claim must stand in its evidence, in its own words or those of the same pole;
the other pole (smallest for largest) or another rank of the same noun is a conflict.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

from verifiers.checks import numbers
from verifiers.checks.dates import without_dates
from verifiers.checks.findings import Finding
from verifiers.wording import STOP, content, stem

_POLES = """size largest,biggest,greatest,hugest smallest,tiniest,littlest
height highest,tallest,loftiest lowest|length longest shortest|age oldest,eldest youngest
order first,earliest last,final,latest,newest|amount most fewest,least|worth best,finest worst
speed fastest,quickest,swiftest slowest|weight heaviest lightest|price dearest,costliest cheapest
distance nearest,closest farthest,furthest|wealth richest,wealthiest poorest
warmth hottest,warmest coldest,coolest|depth deepest shallowest|width widest,broadest narrowest
strength strongest,mightiest weakest|safety safest deadliest|ease easiest hardest,toughest
wetness wettest driest|noise loudest quietest|light brightest darkest,faintest,dimmest
density densest sparsest|power mightiest -|place outermost innermost
fame best-known,best_known,most_famous,most_known -"""
_ORDER = "order"
_TERMS = {
    word.replace("_", " "): (family, sign)
    for row in _POLES.replace("\n", "|").split("|")
    for family, high, low in [row.split()]
    for sign, side in ((1, high), (-1, low))
    for word in side.split(",")
    if word != "-"
}
_RANK = rf"(?P<rank>{numbers.ORDINAL})"
_FIXED = "|".join(sorted((re.escape(word) for word in _TERMS), key=len, reverse=True))
_PATTERN = re.compile(
    rf"\b(?:(?:{_RANK}|next|(?P<one>one of the))[\s-]{{1,2}})?"
    rf"(?:(?P<term>{_FIXED})|(?P<degree>most|least)[\s-](?P<what>[a-z]{{3,}}))\b"
    rf"|\b(?P<alone>{numbers.ORDINAL}|penultimate)(?![\w-])",
    re.IGNORECASE,
)
_HINT = re.compile(r"st\b|\b(?:last|final|most|best|worst)|\d(?:nd|rd|th)\b|\b\w+(?:nd|rd|th)\b")
_NEXT = re.compile(r"[\s-]{1,2}(?:and\s[a-z]+\s)?(?P<word>[a-z]+)", re.IGNORECASE)
_SCOPE = re.compile(r"(?:[\s-][a-z]+){0,4}?\s(?:of|in|on|among)\s(?P<scope>(?:[\w'’-]+\s?){1,3})")
"""What a superlative holds among: the largest moon *of Saturn*."""
_TIME = re.compile(r"(?:\b(?:\d+(?:\.\d+)?|a|per|one|each|every|\w+ty|\w+teen)[\s-]|/)$")
_NO_RANK = re.compile(r"\b(?:at|very|not|not the|n't the)\s$", re.IGNORECASE)
"""What makes no rank of the word behind it: at first, at least, not the first."""


class Superlative(NamedTuple):
    """A pole of a family, such as (size, 1), and the rank from there; ``noun`` is the stem of the
    word behind it, ``scope`` the stems of what it holds among. ``shared`` is one of several with
    the rank.
    """

    text: str
    family: str
    sign: int
    rank: int
    noun: str
    shared: bool = False
    scope: frozenset[str] = frozenset()


@lru_cache(maxsize=4_096)
def superlatives(text: str) -> tuple[Superlative, ...]:
    """All superlatives and ranks of a text, in order."""
    if not _HINT.search(text.casefold()):
        return ()
    plain = without_dates(text)
    found = [(_read(match, plain), match.end()) for match in _PATTERN.finditer(plain)]
    return tuple(item._replace(scope=_scope(plain, end)) for item, end in found if item is not None)


def check_superlatives(
    claim: Sequence[Superlative], evidence: Collection[Superlative]
) -> list[Finding]:
    """One finding per superlative of the claim."""
    return [_check(wanted, evidence) for wanted in claim]


def _check(wanted: Superlative, evidence: Collection[Superlative]) -> Finding:
    kin = [held for held in evidence if held.family == wanted.family]
    near = [held for held in kin if held.noun == wanted.noun and wanted.noun]
    alike = [held for held in kin if held in near or not held.noun] if near else kin
    # The largest of Saturn may be the second largest of all.
    within = [held for held in near if held.scope & wanted.scope]
    if within:
        near = alike = within
    if any(_equal(wanted, held) for held in alike):
        return Finding("superlative", wanted.text, "found")
    # Ranks of different things stand side by side: the first president, the third governor.
    rivals = near if wanted.family == _ORDER else near or kin
    rivals = [held for held in rivals if _excludes(held, wanted)]
    if rivals:
        return Finding("superlative", wanted.text, "conflict", f"the source has {rivals[0].text}")
    return Finding("superlative", wanted.text, "missing")


def _excludes(held: Superlative, wanted: Superlative) -> bool:
    """Whether both cannot be; the seventh may be the last, too."""
    if (held.sign, held.rank) == (wanted.sign, wanted.rank):
        return False
    return wanted.family != _ORDER or held.sign == wanted.sign or held.rank == wanted.rank == 1


def _equal(wanted: Superlative, held: Superlative) -> bool:
    """Whether the evidence says the same; to be the largest is more than to be one of them."""
    same = (wanted.sign, wanted.rank) == (held.sign, held.rank)
    return same and (wanted.shared or not held.shared)


def _read(match: re.Match[str], text: str) -> Superlative | None:
    if _NO_RANK.search(text, max(match.start() - 10, 0), match.start()):
        return None
    noun = _noun(text, match.end())
    if match["alone"]:
        return _ordinal(match, text, noun)
    rank = numbers.ordinal(match["rank"]) if match["rank"] else 1
    shared = match["one"] is not None
    if match["what"]:
        what, sign = match["what"].casefold(), 1 if match["degree"].casefold() == "most" else -1
        fixed = _TERMS.get(f"{match['degree']} {what}".casefold())
        family, sign = fixed or (f"most {stem(what)}", sign)
        return (
            None if what in STOP else Superlative(match.group(0), family, sign, rank, noun, shared)
        )
    family, sign = _TERMS[match["term"].casefold()]
    if family == "amount" and (match["rank"] is None and text[match.end() :][:4] == " of "):
        return None
    return Superlative(match.group(0), family, sign, rank, noun, shared)


def _ordinal(match: re.Match[str], text: str, noun: str) -> Superlative | None:
    """An ordinal of its own. A second may be one of time, a third one of parts."""
    raw = match["alone"].casefold()
    if raw == "penultimate":
        return Superlative(match.group(0), _ORDER, -1, 2, noun)
    timed = raw == "second" and _TIME.search(text, max(match.start() - 12, 0), match.start())
    part = text[match.end() :][:4] == " of " and raw not in ("first", "last")
    if timed or (part and not raw[0].isdigit()) or _in_name(match, text):
        return None
    return Superlative(match.group(0), _ORDER, 1, numbers.ordinal(raw), noun)


def _in_name(match: re.Match[str], text: str) -> bool:
    """Whether an ordinal is a part of a name, as in the Second World War."""
    before = text[: match.start()].rstrip()
    return match.group(0)[0].isupper() and bool(before) and before[-1] not in ".!?:"


def _scope(text: str, end: int) -> frozenset[str]:
    match = _SCOPE.match(text, end)
    return frozenset(content(match["scope"])) if match else frozenset()


def _noun(text: str, end: int) -> str:
    follows = _NEXT.match(text, end)
    word = follows["word"].casefold() if follows else ""
    return "" if word in STOP else stem(word)
