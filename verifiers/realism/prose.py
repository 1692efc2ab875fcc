"""What of a message is prose: without code, addresses, identifiers and masks of personal data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import regex

_FENCED = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_MASK = re.compile(r"\[[A-Za-z][A-Za-z -]{1,30}\]|<[A-Za-z_]{2,30}>")
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|(?<!\S)\S{1,80}@\S{1,80}\.\w+|(?<!\S)(?:~?/|[A-Za-z]:\\)[\w./\\-]{2,}"
)
_CODE = re.compile(
    r"(?<![\w])(?:"
    r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+(?:\(\S*\))?"  # json.dumps
    r"|[A-Za-z_]\w{0,80}\([^()\n]{0,80}\)(?!\w)"  # open(path)
    r"|\w*_\w+|\w+_\w*"
    r"|[a-z]+[A-Z]\w*|[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+"  # camelCase, JSONDecoder below
    r"|[A-Z]{2,}[a-z][A-Za-z]*"
    r"|\w*\d\w*"
    r"|--?[A-Za-z][\w-]*"
    r"|[@#]\w+"
    r")"
)
WORD = regex.compile(r"[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*")
"""A word of letters; an apostrophe may stand in it."""
_ENDED = re.compile(r"[.!?…:]\W*$|\n")
_HOLE = "\u25a1"
_ACRONYM = re.compile(r"\b[A-Z]{2,6}s?\b")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of prose; ``first`` at the beginning of a sentence."""

    text: str
    first: bool

    @property
    def plain(self) -> str:
        """The word in folded case with a plain apostrophe."""
        return self.text.replace("’", "'").lower()


@lru_cache(maxsize=4096)
def prose(text: str) -> str:
    """A message with a space in place of all that is no prose; a sign stands for code, so that a
    sentence keeps its shape.
    """
    for pattern in (_FENCED, _MASK, _ADDRESS, _CODE):
        text = pattern.sub(_HOLE, text)
    return text


def is_shouted(text: str) -> bool:
    """Whether nearly all letters of a message are capitals, in more than one word."""
    letters = [sign for sign in text if sign.isalpha() and sign.lower() != sign.upper()]
    raised = sum(sign.isupper() for sign in letters)
    long = [word for word in WORD.findall(text) if len(word) > 1]
    return len(letters) >= 6 and len(long) >= 2 and raised >= 0.8 * len(letters)


@lru_cache(maxsize=4096)
def words_of(text: str) -> tuple[Word, ...]:
    """The words of a message's prose, acronyms aside."""
    plain = prose(text)
    shouted = is_shouted(plain)
    found, end = [], 0
    for match in WORD.finditer(plain):
        word, before = match.group(), plain[end : match.start()]
        first = (not end and _HOLE not in before) or bool(_ENDED.search(before))
        end = match.end()
        if shouted or not _ACRONYM.fullmatch(word):
            found.append(Word(word, first))
    return tuple(found)
