"""One change of a text, and where in a text a change makes a certain falsehood."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from generators.corruptions.material import Material

_END = re.compile(r"[.!?][\"”']?\s+(?=[A-Z\"“`])|\n")
_CODE = re.compile(r"`[^`\n]*`")
_REACH = 2_000
"""Characters to either side within which a sentence ends."""
_BACK = 40
_OPEN = re.compile(
    r"\b(?:not|no|never|neither|nor|none|nobody|nothing|without|cannot|or|false|may|might|perhaps"
    r"|possibly|unless|except)\b|n['’]t\b",
    re.IGNORECASE,
)


class Change(NamedTuple):
    """``old`` replaced by ``new``: at one place, or everywhere and in the question, too, where
    ``at`` is None, since the whole is then about something else.
    """

    old: str
    new: str
    at: int | None = None

    def applied(self, text: str) -> str:
        """The text with the change made."""
        if self.at is not None:
            return f"{text[: self.at]}{self.new}{text[self.at + len(self.old) :]}"
        pattern = rf"(?<![\w.]){re.escape(self.old)}(?!\w)"
        return re.sub(pattern, lambda _: self.new, text)


class Place(NamedTuple):
    """What is to be made false: a text about a document, and what the corpus has beside it."""

    text: str
    document_id: str
    material: Material


Corruption = Callable[[Place, random.Random], Change | None]


def sentence_at(text: str, at: int) -> tuple[int, int]:
    """Start and end of the sentence around an offset, by rule of thumb; it ends at _REACH."""
    start, end = max(0, at - _REACH), min(len(text), at + _REACH)
    for match in _END.finditer(text, start, end):
        if match.end() <= at:
            start = match.end()
        elif match.start() >= at:
            end = match.start() + 1
            break
    return start, end


def settled(text: str, at: int) -> bool:
    """Whether another value at this place makes the sentence false: it denies nothing and leaves
    nothing open. "Not 5 km", "5 or 6 km" may stay true.
    """
    start, end = sentence_at(text, at)
    return not _OPEN.search(_CODE.sub("", text[start:end]))


def picked(found: list[re.Match[str]], text: str, rng: random.Random) -> re.Match[str] | None:
    """One of the places where a change settles something, or None."""
    order = rng.sample(found, len(found))
    return next((match for match in order if settled(text, match.start())), None)


def before(text: str, at: int) -> str:
    """What stands in front of an offset, as far as a look back needs it."""
    return text[max(0, at - _BACK) : at]
