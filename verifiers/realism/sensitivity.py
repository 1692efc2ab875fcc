"""How many of the misspelt words the finder of typos finds, by slips planted in a sample's words.

A slip that gives another word (``form`` for ``from``) is not seen without its context, so that
counts alone are too low.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from store.keyboard import BESIDE
from verifiers.realism.prose import words_of
from verifiers.realism.typos import FindTypos
from verifiers.realism.vocabulary import names_in
from verifiers.realism.word_lists import LANGUAGES

_PLANTED = 600
_FEWEST = 50
"""Slips below which a share would be chance."""
_LETTERS = 4
_NEXT = {one: other for one, other in sorted(BESIDE)}


def share_found(
    messages: Sequence[str], languages: Sequence[str], find: FindTypos, seed: int = 0
) -> float:
    """The share of planted slips that ``find`` finds: letters swapped, left out, typed twice, or
    the key beside the right one, a fourth each, in words of four letters or more that are no
    typos themselves. 1 for a sample of too few words in languages with a list.
    """
    rng = random.Random(seed)
    words = _words(messages, languages, find)
    if len(words) < _FEWEST:
        return 1.0
    drawn = [rng.choice(words) for _ in range(_PLANTED)]
    found = [bool(find(_slipped(word, rng), language)) for word, language in drawn]
    return max(sum(found) / len(found), 0.5)


def _words(
    messages: Sequence[str], languages: Sequence[str], find: FindTypos
) -> list[tuple[str, str]]:
    words = []
    for message, language in zip(messages, languages, strict=True):
        if language not in LANGUAGES:
            # Nothing is looked for there, which says nothing of what is found elsewhere.
            continue
        every = words_of(message)
        typos = {*find(message, language)}
        words += [
            (word.plain, language)
            for word, named in zip(every, names_in(every), strict=True)
            if len(word.text) >= _LETTERS
            and word.text.isalpha()
            and not named
            and word.plain not in typos
        ]
    return words


def _slipped(word: str, rng: random.Random) -> str:
    for _ in range(9):
        at, kind = rng.randrange(len(word) - 1), rng.randrange(4)
        if kind == 0:
            slip = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        elif kind == 1:
            slip = word[:at] + word[at + 1 :]
        elif kind == 2:
            slip = word[: at + 1] + word[at:]
        else:
            slip = word[:at] + _NEXT.get(word[at], word[at]) + word[at + 1 :]
        if slip != word:
            return slip
    return word + word[-1]
