"""The surface of a message: its capitals, and how it ends."""

from __future__ import annotations

import re

import regex

from store.user_inputs import Casing, Ending
from verifiers.realism.prose import is_shouted, prose, words_of

_REPEATED = re.compile(r"(?:[?!.…]\s?){2,}$|…$")
_CLOSED = re.compile(r"[.!?:;。！？؟।]$")
_BEHIND = regex.compile(r"(?:[\s\"'”’»)\]*_]|[\p{So}\p{Sk}\uFE0F\u200D]|(?<=\s)[:;]-?[)(DPp/])+$")
"""What may stand behind a closing mark: quotes, brackets, emoji."""
_LAST = 200
"""Signs that are looked at for the end of a message."""
_BLOCK = re.compile(r"```\s*$|\[[a-z -]+\]\s*$")


def casing_of(text: str) -> Casing:
    """``lower`` where no sentence and no name begins with a capital letter and ``I`` has none,
    ``upper`` where nearly all letters are capitals. Scripts without capitals are ``sentence``.
    """
    if is_shouted(prose(text)):
        return "upper"
    found = words_of(text)
    firsts = [word.text[0] for word in found if word.first]
    cased = [sign for sign in firsts if sign.lower() != sign.upper()]
    raised = any(word.text[0].isupper() for word in found)
    if raised or not (cased or any(word.text == "i" for word in found)):
        return "sentence"
    return "lower"


def ending_of(text: str) -> Ending:
    """``open`` without a closing mark, ``repeated`` with several of them or an ellipsis. Behind a
    block of code there is none to set.
    """
    bare = text.strip()
    if _BLOCK.search(bare) and not bare.startswith("```") and bare.count("```") > 1:
        return "closed"
    bare = _BEHIND.sub("", bare[-_LAST:])
    if _REPEATED.search(bare):
        return "repeated"
    return "closed" if _CLOSED.search(bare) else "open"
