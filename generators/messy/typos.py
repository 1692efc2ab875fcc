"""Misspelt words: slips of the keyboard in plain words, and misspellings that many people make.

The kinds of slip are those of Damerau (1964): a wrong, missing, additional or transposed letter.
First and last letter stay, by which a word is still recognised.
"""

from __future__ import annotations

import random
import re

from generators.messy.spared import MEANING, free
from store.keyboard import neighbours

_WORD = re.compile(r"(?<![\w'’-])[^\W\d_]{4,}(?![\w'’-])")
_COMMON = {
    "absence": "absense", "accept": "acept", "accommodate": "accomodate", "achieve": "acheive",
    "across": "accross", "address": "adress", "apparently": "apparantly", "argument": "arguement",
    "basically": "basicly", "because": "becuase", "beginning": "begining", "believe": "beleive",
    "business": "buisness", "calendar": "calender", "category": "catagory", "column": "colum",
    "completely": "completly", "consensus": "concensus", "default": "defualt",
    "definitely": "definately", "dependent": "dependant", "describe": "discribe",
    "difference": "diffrence", "document": "documnet", "environment": "enviroment",
    "existence": "existance", "explain": "explane", "foreign": "foriegn", "friend": "freind",
    "function": "funtion", "government": "goverment", "happened": "happend", "height": "heigth",
    "immediately": "immediatly", "independent": "independant", "interested": "intrested",
    "knowledge": "knowlege", "language": "langauge", "length": "lenght", "library": "libary",
    "maintenance": "maintainance", "maximum": "maximun", "necessary": "neccessary",
    "occurred": "occured", "parameter": "paramater", "people": "poeple", "please": "plese",
    "possible": "posible", "receive": "recieve", "recommend": "recomend", "return": "retrun",
    "separate": "seperate", "should": "shoud", "successful": "succesful", "surprise": "suprise",
    "their": "thier", "through": "throught", "together": "togehter", "until": "untill",
    "which": "wich", "would": "woud", "write": "wirte",
}  # fmt: skip
"""Misspellings that many people make, each of them no word itself."""
_OFTEN = 0.5
"""How often a word that many misspell in one way is misspelt in that way."""


def words(text: str, spared: frozenset[str]) -> list[re.Match[str]]:
    """Plain words of at least four letters that may be misspelt, but for those to be spared
    (in folded case).
    """
    return [
        match
        for start, end in free(text)
        for match in _WORD.finditer(text, start, end)
        if _may(match.group(), spared)
    ]


def _may(word: str, spared: frozenset[str]) -> bool:
    folded = word.casefold()
    in_letters = all(sign.lower() != sign.upper() for sign in word)
    return in_letters and folded not in MEANING and folded not in spared


def misspelt(word: str, rng: random.Random) -> str:
    """The word with one slip, in the case of the word; never the word itself."""
    common = _COMMON.get(word.casefold())
    if common and rng.random() < _OFTEN:
        return _in_case(common, word)
    slips = [_swapped, _dropped, _doubled, _beside]
    weights = (4, 3, 2, 3)
    for slip in rng.choices(slips, weights, k=8):
        made = slip(word, rng)
        if made != word:
            return made
    return _doubled(word, rng)


def _in_case(text: str, like: str) -> str:
    if like.isupper():
        return text.upper()
    return text.capitalize() if like[0].isupper() else text


def _swapped(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word) - 2)
    return f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}"


def _dropped(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    return f"{word[:at]}{word[at + 1 :]}"


def _doubled(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    return f"{word[:at]}{word[at]}{word[at:]}"


def _beside(word: str, rng: random.Random) -> str:
    """A letter replaced by one beside it on a QWERTY keyboard."""
    at = rng.randrange(1, len(word) - 1)
    near = neighbours(word[at].lower())
    if not near:
        return word
    made = rng.choice(near)
    return f"{word[:at]}{made.upper() if word[at].isupper() else made}{word[at + 1 :]}"
