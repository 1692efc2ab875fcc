"""Whether two texts speak of the same numbers: with other numbers, a question is another one."""

from __future__ import annotations

from store.text import normalise

_WORDS = {
    **{word: str(n) for n, word in enumerate("zero one two three four five six seven".split())},
    **{word: str(n) for n, word in enumerate("eight nine ten eleven twelve".split(), 8)},
    **{"once": "1", "twice": "2", "thrice": "3", "double": "2", "half": "0.5"},
}
_LEAST_DIGITS = 0.6
"""Share of the numbers written in digits that must come again."""
_LEAST_ALL = 0.5
"""Dice similarity of all numbers, those in words too."""


class Numbers:
    """The numbers of a text: those in digits, and those with the ones in words."""

    __slots__ = ("digits", "every")

    def __init__(self, text: str) -> None:
        """Read them from ``text``; the word `one` is not one, it is mostly a pronoun."""
        words = normalise(text).split()
        self.digits = frozenset(w for w in words if w[0].isdigit() or w[0] in "-.")
        spelt = frozenset(_WORDS[w] for w in words if w in _WORDS and w != "one")
        self.every = self.digits | spelt


def holds_numbers(whole: Numbers, part: Numbers) -> bool:
    """Whether ``whole`` has the numbers that ``part`` writes in digits, or nearly all of them."""
    return len(part.digits & whole.every) >= _LEAST_DIGITS * len(part.digits)


def same_numbers(one: Numbers, two: Numbers) -> bool:
    """Whether both have nearly the same numbers. Where just one has any, it may have one."""
    if not one.every or not two.every:
        return len(one.every | two.every) < 2
    shared = 2 * len(one.every & two.every) / (len(one.every) + len(two.every))
    return shared >= _LEAST_ALL and holds_numbers(one, two)
