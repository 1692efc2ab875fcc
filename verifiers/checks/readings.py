"""A sentence read for comparison: its words in order, by clause, and which of them are negated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from store.text import unaccented, visible
from verifiers.checks.opposites import undone
from verifiers.wording import STOP, stem

_TOKEN = re.compile(r"\w+(?:['’]\w+)?|[.,;:!?()\[\]\"“”«»—–]|--+")
_BREAK = re.compile(r"(?<=[.!?])[\"”')\]]*\s+(?=[\"“'(\[]?\w)|\n+")
_NOT_ONLY = frozenset(
    "only just merely simply necessarily solely exclusively least limited".split()
)
_NO_LESS = frozenset("more less fewer later earlier sooner doubt matter other".split())
"""What stands behind a "not" or "no" that denies nothing."""
_NEGATORS = frozenset(
    "not never cannot without neither nor no non none nobody nothing nowhere unable incapable "
    "lack lacks lacked lacking avoid avoids avoided avoiding".split()
)
_WITH_TO = frozenset("fail fails failed failing refuse refuses refused decline declined".split())
_DENYING = _NEGATORS | _WITH_TO
_WHOLE = frozenset("nobody none nothing".split())
"""Negators that reach over what stands before them, too."""
_UNDONE = frozenset("without unable incapable lack lacks lacked lacking".split()) | _WITH_TO
"""Negators that take another one back: not without, never failed to."""
_CLOSERS = frozenset("but although though while whereas because since unless except".split())
_ARTICLES = frozenset("a an the".split())
_JOINS = frozenset("and or nor".split())
_CLAUSE = frozenset('.,;:!?()[]"“”«»—–')
KEPT = frozenset(
    "more most less over under above below all some with only both no each up down out he she his "
    "her before after".split()
)
"""Words without much meaning of their own that an opposite can stand for."""
_PRONOUNS = frozenset("i you we they me him them us my your our their lrb rrb lsb rsb".split())
_GLUE = (STOP | _NEGATORS | _PRONOUNS) - KEPT - {"us"}


_MOST = 100
_PLACES = 20
_FAR = 40
"""Words behind a "not only" among which a "but" or "also" takes the denial back."""
_MORE = frozenset("but also too".split())
_UNTIL = frozenset("until till".split())
_AHEAD = 9
"""Words behind a "not" among which an "until" makes it a date: not opened until 1990."""


class Word(NamedTuple):
    """A word that carries meaning. ``text`` is in folded case and has no accents; ``name`` tells a
    capital letter, and ``lead`` is the word without meaning in front of it, as "by".
    """

    text: str
    stem: str
    clause: int
    negated: bool
    name: bool
    lead: str


class Sentence(NamedTuple):
    """The words of a sentence; for each negator, the place of the word it negates first; for each
    "and" and "or", the place of the word behind it; all stems; their places; and those of the stems
    that a prefix undoes ("possible" for "impossible").
    """

    words: tuple[Word, ...]
    negators: tuple[tuple[str, int], ...]
    joins: tuple[tuple[str, int], ...]
    stems: frozenset[str]
    places: dict[str, list[int]]
    undone: dict[str, int]

    def share(self, other: Sentence) -> float:
        """The share of these words that another sentence holds."""
        return len(self.stems & other.stems) / len(self.stems) if self.stems else 0.0


def readings(text: str) -> tuple[Sentence, ...]:
    """One reading per sentence; of more than a page, those of its beginning."""
    parts = dict.fromkeys(_BREAK.split(unaccented(visible(text)), maxsplit=_MOST))
    return tuple(read_sentence(part) for part in list(parts)[:_MOST] if part)


@lru_cache(maxsize=4_096)
def read_sentence(sentence: str) -> Sentence:
    """A sentence read for comparison."""
    words: list[Word] = []
    negators: list[tuple[str, int]] = []
    joins: list[tuple[str, int]] = []
    pending = lead = ""
    for token, folded, clause, negated, negator in _scopes(_tokens(sentence)):
        if negator in _WHOLE and words and words[-1].clause == clause:
            negators.append((negator, len(words) - 1))
            continue
        pending = negator or pending
        if folded in _JOINS:
            joins.append((folded, len(words)))
        if folded in _GLUE or negator or not token[0].isalnum():
            lead = folded if folded not in _ARTICLES else lead
            continue
        if pending and folded not in KEPT:
            negators.append((pending, len(words)))
            pending = ""
        name = token[0].isupper() and folded not in KEPT
        words.append(Word(folded, stem(folded), clause, negated, name, lead))
        lead = ""
    places: dict[str, list[int]] = {}
    reversed_: dict[str, int] = {}
    for place, word in enumerate(words):
        if len(places.setdefault(word.stem, [])) < _PLACES:
            places[word.stem].append(place)
        if base := undone(word.text):
            reversed_[stem(base)] = place
    return Sentence(
        tuple(words), tuple(negators), tuple(joins), frozenset(places), places, reversed_
    )


def _tokens(sentence: str) -> list[str]:
    """Words and signs; "isn't" is two words, "won't" and "can't" too."""
    plain = sentence.replace("’", "'")
    plain = plain.replace("no longer", "not")
    plain = plain.replace(" instead of ", ", not ").replace(" rather than ", ", not ")
    if "n't" in plain:
        plain = plain.replace("can't", "can not").replace("won't", "will not")
        plain = plain.replace("n't", " not")
    return [
        token.removesuffix("'s") if len(token) > 2 else token for token in _TOKEN.findall(plain)
    ]


def _scopes(tokens: Sequence[str]) -> Iterator[tuple[str, str, int, bool, str]]:
    """Each token as written and folded, its clause, whether it is negated, and itself where it is
    what negates.
    """
    folded = [token.casefold() for token in tokens]
    clause, clauses = 0, []
    for token in folded:
        clause += token in _CLAUSE or token in _CLOSERS or token.startswith("--")
        clauses.append(clause)
    whole = {clauses[at] for at, token in enumerate(folded) if token in _WHOLE}
    reach, negated = -1, False
    for at, (token, low) in enumerate(zip(tokens, folded, strict=True)):
        negator = ""
        if clauses[at] != reach:
            reach, negated = clauses[at], clauses[at] in whole
        value = token == "None" and at > 0  # Python's, which denies nothing
        if (
            low in _DENYING
            and not value
            and _negates(low, folded[at + 1 : at + _FAR], folded[max(at - 2, 0) : at])
        ):
            negator = low
            negated = not (negated and low in _UNDONE)
        yield token, low, clauses[at], negated, negator


def _negates(word: str, ahead: Sequence[str], before: Sequence[str]) -> bool:
    after = ahead[0] if ahead else ""
    if word in _WITH_TO:
        return after == "to"
    if word in ("not", "without") and "or" in before:
        return False  # whether or not, may or may not
    if word in ("not", "never"):
        only = after in _NOT_ONLY and (after != "only" or not _MORE.isdisjoint(ahead))
        return not only and _UNTIL.isdisjoint(ahead[:_AHEAD])
    if word == "no":
        return after not in _NO_LESS and after not in _CLAUSE and not after.isdigit()
    return True
