"""What makes two like texts different statements: numbers, code, names, a "not", an opposite.

"The default of `indent` is None" and "The default of `sort_keys` is None" share almost all of their
letters and their meaning vector, and are different facts; so are a question and the same question
with other numbers. Twins may have lost a word, but nothing particular may have been *exchanged*:
that each text has a number the other lacks, or that a name stands in the other's place.

Only words in which two texts differ are looked at, so that a million pairs can be compared.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filters.signs import signs_in
from store.text import squeeze

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_THOUSANDS = re.compile(r",(?=\d{3}(?!\d))")
_CODE = re.compile(r"`|\w[._]\w|\w_|_\w|\w\(|[a-z][A-Z]|\d[-+*/^×÷]\d")
_EDGES = "()[]{}<>.,;:!?\"'`*#|“”‘’"
_SENTENCE_END = frozenset(".!?:•*#|>\"'“(-")
_VALUES = {
    word: str(value)
    for value, word in enumerate(
        "two three four five six seven eight nine ten eleven twelve".split(), start=2
    )
} | {"hundred": "100", "thousand": "1000", "dozen": "12"}
NEGATIONS = frozenset(
    "not no never cannot without neither nor none "
    "nicht kein keine keinen keinem keiner nie ohne "
    "pas jamais sans aucun aucune ne nunca sin".split()
)
"""Words that turn a statement round, in four languages."""
_UNDOING = ("un", "il", "im", "in", "ir", "dis", "non", "non-")
_AUXILIARIES = frozenset("do does did is are was were can will would should has have any".split())
_OPPOSITE = {
    one: two
    for pair in (
        "largest smallest", "highest lowest", "most least", "maximum minimum", "max min",
        "first last", "before after", "increase decrease", "increases decreases", "above below",
        "true false", "advantages disadvantages", "pros cons", "earliest latest",
        "longest shortest", "best worst", "north south", "east west", "male female",
        "older younger", "more less", "even odd", "ascending descending", "positive negative",
        "input output", "start end", "with without", "always never", "all none",
        "left right", "father mother", "son daughter", "husband wife", "brother sister",
        "encrypt decrypt", "encode decode", "import export", "open close", "buy sell",
        "upload download", "add remove", "daily weekly", "monthly yearly", "summer winter",
    )
    for one, two in (pair.split(), reversed(pair.split()))
}  # fmt: skip
_EXCHANGED = 0.5
"""Names and code must be this share of all words that differ, or it is a text changed all over."""
_SIGNS = frozenset("+ - − × ÷ / ^ = < > ≤ ≥ ≠".split())


@dataclass(frozen=True, slots=True)
class Specifics:
    """A text by its words as they stand, and its numbers and signs with how often each occurs."""

    tokens: Sequence[str]
    distinct: frozenset[str]
    numbers: Counter[str]
    signs: Counter[str]


class Statements:
    """The questions and answers of some records, compared by their specifics."""

    def __init__(self, records: pl.DataFrame) -> None:
        """Nothing is looked at before it is compared."""
        self._fields = [records[name].fill_null("") for name in ("question", "answer")]

    def same(self, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether the records of each pair of rows can say the same."""
        rows, places = np.unique(np.concatenate([left, right]), return_inverse=True)
        one, two = places[: len(left)], places[len(left) :]
        fields = [texts.gather(rows).to_list() for texts in self._fields]
        # Of two questions that each have a bit of their own, each has a number of its own, which is
        # quickly seen of millions of pairs.
        mask = np.array([number_mask(text) for text in fields[0]], np.uint64)
        mine, theirs = mask[one] & ~mask[two], mask[two] & ~mask[one]
        possible: NDArray[np.bool_] = (mine == 0) | (theirs == 0)
        known: list[dict[int, Specifics]] = [{}, {}]
        for place in np.flatnonzero(possible).tolist():
            possible[place] = _alike(fields, known, int(one[place]), int(two[place]))
        return possible

    def numbers(self, rows: NDArray[np.int64]) -> NDArray[np.uint64]:
        """A key for each of the rows; those with the same numbers have the same."""
        found = zip(*(map(numbers_in, texts.gather(rows)) for texts in self._fields), strict=True)
        return np.array([zlib.crc32(str(numbers).encode()) for numbers in found], np.uint64)


def _alike(
    fields: Sequence[Sequence[str]], known: Sequence[dict[int, Specifics]], one: int, two: int
) -> bool:
    """Whether two rows may say the same; ``known`` are the specifics of rows seen before."""
    for field, (texts, seen) in enumerate(zip(fields, known, strict=True)):
        if texts[one] == texts[two]:
            continue
        for row in (one, two):
            if row not in seen:
                seen[row] = specifics(texts[row])
        if not same_specifics(seen[one], seen[two], strict=field == 0):
            return False
    return True


def number_mask(text: str, bits: int = 64) -> int:
    """So many bits, of which each number sets one for each time it occurs, up to four."""
    mask = 0
    for number, count in Counter(numbers_in(text)).items():
        for time in range(min(count, 4)):
            mask |= 1 << (zlib.crc32(b"%d%s" % (time, number.encode())) % bits)
    return mask


def specifics(text: str) -> Specifics:
    """The words and numbers of a text."""
    tokens = (text if text.isascii() else squeeze(text)).split()
    return Specifics(tokens, frozenset(tokens), Counter(numbers_in(text)), Counter(signs_in(text)))


def numbers_in(text: str) -> list[str]:
    """The numbers of a text with a minus that belongs to one, without commas between thousands."""
    return [
        ("-" if _is_minus(text, match.start() - 1) else "") + _THOUSANDS.sub("", match.group())
        for match in _NUMBER.finditer(text)
    ]


def _is_minus(text: str, at: int) -> bool:
    return at >= 0 and text[at] in "-−–" and (at == 0 or text[at - 1] in " \n\t(")


def same_specifics(one: Specifics, two: Specifics, strict: bool = True) -> bool:
    """Whether two like texts can be the same statement.

    If ``strict``, no number and no code may be exchanged at all. Otherwise it may be among many
    words that differ, as in long answers of which some characters were spoilt.
    """
    mine, theirs = _own_words(one, two)
    return not (
        _numbers_exchanged(one, two, mine, theirs, strict)
        or (strict and _signs_exchanged(one, two, bool(mine or theirs)))
        or _negated(mine, theirs)
        or any(_OPPOSITE.get(word) in theirs for word in mine)
        or (strict and (_undone(mine, theirs) or _undone(theirs, mine)))
        or _names_exchanged(one, two, mine, theirs, strict)
    )


def _own_words(one: Specifics, two: Specifics) -> tuple[dict[str, str], dict[str, str]]:
    """Words that only the one and only the other has, in folded case without the signs around them,
    each with how it stands in its text.
    """
    mine = {_bare(token): token for token in one.distinct - two.distinct}
    theirs = {_bare(token): token for token in two.distinct - one.distinct}
    both = mine.keys() & theirs.keys()
    return (
        {word: token for word, token in mine.items() if word and word not in both},
        {word: token for word, token in theirs.items() if word and word not in both},
    )


def _bare(token: str) -> str:
    return token if token in _SIGNS else token.strip(_EDGES).casefold()


def _numbers_exchanged(
    one: Specifics, two: Specifics, mine: dict[str, str], theirs: dict[str, str], strict: bool
) -> bool:
    """Whether each has a number more often than the other."""
    words = _VALUES.keys() & (mine.keys() | theirs.keys())
    if one.numbers == two.numbers and not words:
        return False
    here, there = one.numbers + _counted(mine), two.numbers + _counted(theirs)
    lost, new = here - there, there - here
    if not (lost and new):
        return False
    share = _EXCHANGED / 2 * (len(mine) + len(theirs))
    return strict or len(lost) + len(new) >= share


def _signs_exchanged(one: Specifics, two: Specifics, other_words: bool) -> bool:
    """Whether each has a sign that the other lacks, or nothing but a sign tells them apart."""
    lost, new = one.signs - two.signs, two.signs - one.signs
    return bool(lost and new) if other_words else bool(lost or new)


def _counted(words: Iterable[str]) -> Counter[str]:
    """Numbers written as words. "One" is none: it is a pronoun more often."""
    return Counter(_VALUES[word] for word in words if word in _VALUES)


def _negated(mine: Iterable[str], theirs: Iterable[str]) -> bool:
    """Whether nothing but a "not", and what it needs for grammar, was added or left out."""
    return _only_negates(mine, theirs) or _only_negates(theirs, mine)


def _only_negates(one: Iterable[str], two: Iterable[str]) -> bool:
    rest = [word for word in one if not (word in NEGATIONS or word.endswith("n't"))]
    return len(rest) < len(list(one)) and all(word in _AUXILIARIES for word in (*rest, *two))


def _undone(one: Iterable[str], two: Iterable[str]) -> bool:
    """Whether a word of the one stands in the other with a prefix that reverses it: illegal."""
    undone = {prefix + word for word in one for prefix in _UNDOING}
    return not undone.isdisjoint(two)


def _names_exchanged(
    one: Specifics,
    two: Specifics,
    mine: dict[str, str],
    theirs: dict[str, str],
    strict: bool,
) -> bool:
    """Whether a name or piece of code stands where the other text has another one."""
    here, there = _marked(one, mine), _marked(two, theirs)
    if not here or not there:
        return False
    code = [
        any(_is_code(own[word]) for word in found) for found, own in ((here, mine), (there, theirs))
    ]
    if strict and all(code):
        return True
    spelt = {_letters(word) for word in here} & {_letters(word) for word in there}
    here = {word: near for word, near in here.items() if _letters(word) not in spelt}
    there = {word: near for word, near in there.items() if _letters(word) not in spelt}
    if not here or not there:
        return False
    share = (len(here) + len(there)) / (len(mine) + len(theirs))
    places = set(here.values()) & set(there.values())
    return share >= _EXCHANGED or (bool(places) and share >= _EXCHANGED / 2)


def _is_code(token: str) -> bool:
    return token in _SIGNS or bool(_CODE.search(token))


def _letters(word: str) -> str:
    """A name with two letters swapped is a slip of the pen, not another name."""
    return "".join(sorted(word))


def _marked(text: Specifics, own: dict[str, str]) -> dict[str, str]:
    """Names and code among a text's own words, each with the word before it."""
    found = {}
    for word, token in own.items():
        place = text.tokens.index(token)
        before = text.tokens[place - 1] if place else ""
        inside = bool(before) and before[-1] not in _SENTENCE_END
        is_name = inside and len(word) > 1 and token.strip(_EDGES)[0].isupper()
        if is_name or _is_code(token):
            found[word] = _bare(before)
    return found
