"""How real users write: the traits of each of their messages, and their shares in a sample.

Traits are categories, so that two samples can be held against each other feature by feature. They
hold no text: nothing of what a person wrote, or who it was, is kept with them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Casing = Literal["sentence", "lower", "upper"]
Ending = Literal["closed", "open", "repeated"]
Register = Literal["formal", "plain", "casual"]

_LENGTHS = (3, 8, 15, 30, 60)
"""The most words of a message in each category of length but the last."""


def _place(category: str) -> tuple[int, str]:
    """Lengths stand in their order, all else by the alphabet."""
    return (int(category[3:]) if category.startswith("to ") else 99, category)


@dataclass(frozen=True, slots=True)
class Traits:
    """What one message is like.

    ``words`` and ``typos`` are counts; a typo is a misspelt word. ``casing`` is ``lower`` without
    any capital letter where one belongs, ``upper`` where nearly all letters are capitals.
    ``ending`` is ``open`` without a closing mark, ``repeated`` with several (``??``, ``!!!``). A
    ``fragment`` is no whole sentence. ``intents`` counts the things asked for. ``language`` is an
    ISO 639-1 code, empty where there is too little text to tell.
    """

    words: int
    typos: int
    casing: Casing
    ending: Ending
    fragment: bool
    intents: int
    register: Register
    language: str

    @property
    def categories(self) -> dict[str, str]:
        """The category of each feature."""
        return {
            "length": next((f"to {most}" for most in _LENGTHS if self.words <= most), "longer"),
            "typos": "none" if not self.typos else "one" if self.typos == 1 else "several",
            "casing": self.casing,
            "ending": self.ending,
            "fragment": "fragment" if self.fragment else "sentence",
            "intents": str(self.intents) if self.intents < 3 else "3 or more",
            "register": self.register,
            "language": self.language or "unknown",
        }


@dataclass(frozen=True)
class InputProfile:
    """A sample of messages, as the traits of each, in the order of the sample.

    The traits stay together by message, since those who write no capitals often set no full stop.
    ``found`` is the share of misspelt words that counting finds; figures of typos are estimates of
    how many there are, and so divided by it.
    """

    traits: tuple[Traits, ...]
    found: float = 1.0

    @cached_property
    def shares(self) -> Mapping[str, Mapping[str, float]]:
        """Feature to category to its share of the messages; shares of a feature add up to 1."""
        counts: dict[str, Counter[str]] = {}
        for one in self.traits:
            for feature, category in one.categories.items():
                counts.setdefault(feature, Counter())[category] += 1
        shares = {
            feature: {name: found[name] / len(self.traits) for name in sorted(found, key=_place)}
            for feature, found in counts.items()
        }
        return {**shares, "typos": self._estimated(shares["typos"])} if shares else shares

    def _estimated(self, typos: Mapping[str, float]) -> dict[str, float]:
        """Shares by typos, with those that were not found among the messages with some."""
        counted = sum(share for name, share in typos.items() if name != "none")
        times = min(1 / self.found, 1 / counted) if counted else 1.0
        some = {name: share * times for name, share in typos.items() if name != "none"}
        none = 1.0 - sum(some.values())
        return {"none": none, **some} if none > 0 else some

    @property
    def typos_per_word(self) -> float:
        """Misspelt words among all words."""
        words = sum(one.words for one in self.traits)
        typos = sum(one.typos for one in self.traits) / self.found
        return min(typos / words, 1.0) if words else 0.0
