"""Misspelt words, by a noisy channel over a word list with frequencies.

A word is a typo where a likelier one is one edit away: likelier by how often both are written, in
the list and in the sample itself, against how often such a slip happens (Kernighan, Church and
Gale, COLING 1990). A word that is in no list is the rarer the longer it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

from store.keyboard import BESIDE
from verifiers.realism.prose import words_of
from verifiers.realism.vocabulary import Vocabulary, names_in
from verifiers.realism.word_lists import (
    DERIVED,
    LANGUAGES,
    frequencies,
    frequency,
    on_purpose,
    speller,
    whole,
)

_SLIP, _KEY, _OTHER = 1_000.0, 4_000.0, 20_000.0
"""How many times as likely another word must be: for letters that are swapped, left out or typed
twice; for the key beside the right one; and for other edits."""
_RARE, _STRICTER = 500.0, 6.0
"""The frequency that a word of the list has at least, since those of a trade are rare in films, and
how much more likely another word must be than one of the list."""
_IN_SAMPLE = 10.0
"""An unknown word that many messages have is a word of the trade, unless a known one, one edit
away, is so many times as frequent in the sample."""
_MOST = 0.05
"""The share of all words that none has more of."""
_FREQUENT, _VERY_FREQUENT, _SMALLEST_WORDS = 300_000, 1_000_000, 5_000_000
"""The frequency of what a word of three letters or fewer may be a slip for; of what its key may be
beside; and, three times as much, of what it may be any edit of."""
FindTypos = Callable[[str, str], list[str]]
"""From a message and its language to its misspelt words, in their order."""


def typo_finder(vocabulary: Vocabulary) -> FindTypos:
    """The typos of messages whose own words are the ``vocabulary``; none in a language without a
    list.
    """

    @cache
    def judges(language: str) -> tuple[Callable[[str], bool], Callable[[str], bool]]:
        return _judge(language, vocabulary), _judge_of_names(language, vocabulary)

    def find(text: str, language: str) -> list[str]:
        if language not in LANGUAGES:
            return []
        is_typo, is_misspelt = judges(language)
        found = words_of(text)
        return [
            word.plain
            for word, named in zip(found, names_in(found), strict=True)
            if (is_misspelt if named else is_typo)(_without_clitic(word.plain))
        ]

    return find


def _judge(language: str, vocabulary: Vocabulary) -> Callable[[str], bool]:
    known = vocabulary.known | vocabulary.names | on_purpose()

    @cache
    def is_typo(word: str) -> bool:
        if len(word) < 2 or "'" in word or word in known:
            return False
        listed, seen = frequency(word, language), vocabulary.seen.get(word, 0)
        if not listed and seen >= vocabulary.jargon_in:
            return _misspells_often(word, seen, language, vocabulary)
        unknown = listed or 10.0 ** min(0, 4 - len(word))
        rare = max(listed, _RARE) * _STRICTER if listed > DERIVED else unknown
        here = _weight(word, rare, language, vocabulary)
        if here * _SLIP > _MOST * whole(language):
            return False

        def likely(other: str) -> float:
            found = frequency(other, language) or 1.0
            # A word of the list is no slip for one that is frequent in what the sample is about.
            return found if listed else _weight(other, found, language, vocabulary)

        return any(
            likely(other) >= here * _times(word, other)
            for other in _near(word, language, vocabulary, bool(listed))
            if not (listed and _inflected(word, other))
        )

    return is_typo


def _judge_of_names(language: str, vocabulary: Vocabulary) -> Callable[[str], bool]:
    """Names may be any; one that nobody knows is misspelt where a name of the sample or of known
    texts is one edit away, or a long word of the list two swapped letters.
    """
    known = vocabulary.known | vocabulary.names | on_purpose()

    @cache
    def is_misspelt(word: str) -> bool:
        if len(word) < 4 or "'" in word or word in known or frequency(word, language):
            return False
        near = {*speller(language).edit_distance_1(word)}
        swapped = (other for other in near & _listed(language) if sorted(other) == sorted(word))
        return bool(near & vocabulary.names) or (len(word) > 5 and any(swapped))

    return is_misspelt


def _near(word: str, language: str, vocabulary: Vocabulary, listed: bool) -> Iterable[str]:
    """Known words that are one edit away; of short words only few, since any three letters are
    near to something.
    """
    counts, own = frequencies(language), vocabulary.seen
    every = {*speller(language).edit_distance_1(word)} - {word}
    found = every & _listed(language)
    if len(word) <= 3:
        return [other for other in found if _is_short_slip(word, other, counts[other])]
    found |= {other for other in every & own.keys() if own[other] > 1}
    if found or listed or len(word) < 8:
        return [other for other in found if len(other) > 2]
    return [other for other in every if other in own or frequency(other, language)]


@cache
def _listed(language: str) -> frozenset[str]:
    return frozenset(frequencies(language))


def _is_short_slip(word: str, meant: str, count: int) -> bool:
    if len(word) == 2 and len(meant) > 2:
        return count >= _SMALLEST_WORDS
    if len(word) == 3 and count >= 3 * _SMALLEST_WORDS:
        return True
    if count >= _VERY_FREQUENT and _times(word, meant) < _OTHER:
        return True
    return count >= _FREQUENT and _is_slip(word, meant)


def _weight(word: str, listed: float, language: str, vocabulary: Vocabulary) -> float:
    """How often a word is written, in the measure of the list: there, or in the sample."""
    seen = vocabulary.seen.get(word, 0)
    if seen < vocabulary.jargon_in:
        return listed
    return max(listed, seen / vocabulary.total * whole(language))


def _misspells_often(word: str, seen: int, language: str, vocabulary: Vocabulary) -> bool:
    """Whether a word that many messages have is a slip for one that nearly all of them write
    right.
    """
    own = vocabulary.seen
    return any(
        own.get(other, 0) >= _IN_SAMPLE * seen and _is_slip(word, other)
        for other in _near(word, language, vocabulary, False)
    )


def _times(word: str, meant: str) -> float:
    """How many times as likely the word must be that was meant."""
    if _is_slip(word, meant):
        return _SLIP
    if len(word) != len(meant):
        return _OTHER
    (pair,) = [(a, b) for a, b in zip(word, meant, strict=True) if a != b]
    return _KEY if pair in BESIDE or pair[::-1] in BESIDE else _OTHER


def _is_slip(word: str, meant: str) -> bool:
    """Whether letters were swapped, one was left out, or one was typed twice."""
    if len(word) == len(meant):
        return sorted(word) == sorted(meant)
    if len(word) < len(meant):
        return True
    doubled = (at for at in range(1, len(word)) if word[at] == word[at - 1])
    return any(word[:at] + word[at + 1 :] == meant for at in doubled)


def _inflected(word: str, other: str) -> bool:
    """Whether two words differ by an ending that both may have."""
    one, two = sorted((word, other), key=len)
    return two.startswith(one) and two[len(one) :] in ("s", "d", "r", "n", "y", "e")


def _without_clitic(word: str) -> str:
    stem, _, end = word.rpartition("'")
    if word.endswith("n't"):
        return word.removesuffix("n't") if word not in ("can't", "won't") else "can"
    return stem if stem and end in ("s", "t", "re", "ve", "ll", "d", "m") else word
