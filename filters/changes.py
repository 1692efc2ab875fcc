"""Whether a document says all that another one like it does, word for word.

Bags of words do not tell: "Ana leads Bo" and "Bo leads Ana" have the same ones, and "5 mg" differs
from "5 ml" by a word that is no name. So the two are laid beside each other, and what the one lacks
decides. It may lack a slip of the pen and what pages have around their text, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from store.text import squeeze

_WORD = re.compile(r"(\S+)(\s*)")
_AROUND = "()[]{}<>.,;:!?\"'`*#|“”‘’"
_AROUND_NUMBERS = "()[]{}.,;:!?*|"
_FENCES = ("```", "~~~")
_RUN = 3
_LONGEST_UNIT = 3
_SHORTEST_SLIP = 5
_LARGEST = 500
"""Words of a place in which two documents differ beyond which it is not looked into."""
_ARTICLES = frozenset("a an the".split())
_AROUND_PAGES = _ARTICLES | frozenset(
    "about accessibility all and back bookmark bottom by contact contents cookie cookies copy "
    "copyright download email feedback for from here home imprint in index menu navigation next "
    "of on or our page pages policy previous print printed privacy reserved rights search share "
    "site sitemap skip table terms this to toggle top up version via".split()
)
"""Words of lines that stand around a text: home, print this page, all rights reserved."""


class _Word(NamedTuple):
    """A word without the signs around it, as it stands, and whether a sentence or line ends."""

    plain: str
    written: str
    ends: bool


def says_all(kept: str, lost: str) -> bool:
    """Whether the first text has the words of the second in their order, with whole sentences and
    lines more at most; slips of the pen apart.
    """
    mine, theirs = _words(kept), _words(lost)
    return all(_harmless(mine, theirs, *place) for place in _differences(mine, theirs))


def _words(text: str) -> list[_Word]:
    found, before, is_code = [], "", False
    for match in _WORD.finditer(text):
        written = match[1]
        is_code ^= written.startswith(_FENCES)
        if plain := written if is_code else _plain(written, before):
            found.append(_Word(plain, written, _ends(written) or "\n" in match[2]))
        elif found and (_ends(written) or "\n" in match[2]):
            found[-1] = found[-1]._replace(ends=True)
        before = written
    return found


def _plain(written: str, before: str) -> str:
    """What must be the same. A number, a piece of code and a unit must be to the letter."""
    written = squeeze(written)
    if any(map(str.isdigit, written)):
        return written.strip(_AROUND_NUMBERS)
    word = written.strip(_AROUND)
    short = len(word) <= _LONGEST_UNIT and (
        word[1:].lower() != word[1:] or any(map(str.isdigit, before))
    )
    is_code = not word.replace("-", "").replace("'", "").replace("’", "").isalpha()
    return word if short or is_code else word.casefold()


def _ends(written: str) -> bool:
    return written.rstrip("\"'”’)*`|").endswith((".", "!", "?", ":"))


def _differences(
    mine: Sequence[_Word], theirs: Sequence[_Word]
) -> Iterator[tuple[int, int, int, int]]:
    """The places where two texts differ: from and to in the one, and in the other."""
    one, two = ([word.plain for word in words] for words in (mine, theirs))
    for low, high, start, end in _between(_runs(one), _runs(two), _RUN - 1, (len(one), len(two))):
        if low == high or start == end or max(high - low, end - start) > _LARGEST:
            yield low, high, start, end
            continue
        sizes = (high - low, end - start)
        for place in _between(one[low:high], two[start:end], 0, sizes):
            yield low + place[0], low + place[1], start + place[2], start + place[3]


def _runs(words: Sequence[str]) -> list[tuple[str, ...]]:
    """Runs of three words, of which most stand once in a text, so that long texts are compared
    fast.
    """
    return [tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1)]


def _between(
    one: Sequence[object], two: Sequence[object], wider: int, sizes: tuple[int, int]
) -> Iterator[tuple[int, int, int, int]]:
    """What is between the common parts of two sequences, each part ``wider`` by so many words."""
    at, there = 0, 0
    blocks = SequenceMatcher(None, one, two, autojunk=wider > 0).get_matching_blocks()
    for start, other, length in [*blocks[:-1], (*sizes, 0)]:
        skipped = max(at - start, there - other, 0)
        if length and skipped >= length + wider:
            continue
        low, high = start + skipped, other + skipped
        if low > at or high > there:
            yield at, min(low, sizes[0]), there, min(high, sizes[1])
        at, there = start + length + wider, other + length + wider


def _harmless(
    mine: Sequence[_Word], theirs: Sequence[_Word], low: int, high: int, start: int, end: int
) -> bool:
    """Whether a place where two texts differ leaves what they say as it is."""
    more, less = mine[low:high], theirs[start:end]
    if not less:
        return _is_slip(mine, low, high) or _is_whole(mine, low, high)
    if not more:
        around = all(word.plain in _AROUND_PAGES for word in less)
        return _is_slip(theirs, start, end) or (around and _is_whole(theirs, start, end))
    if len(more) == len(less) and all(map(_misspelt, more, less)):
        return True
    return all(
        _harmless(mine, theirs, *place) for place in ((low, high, end, end), (low, low, start, end))
    )


def _is_slip(words: Sequence[_Word], low: int, high: int) -> bool:
    """Whether one word is an article, or stands twice."""
    beside = {word.plain for word in (*words[max(low - 1, 0) : low], *words[high : high + 1])}
    return high == low + 1 and words[low].plain in (_ARTICLES | beside)


def _is_whole(words: Sequence[_Word], low: int, high: int) -> bool:
    """Whether words are whole sentences or lines; which of like words were added is not known, so
    all places are looked at.
    """
    while low > 0 and words[low - 1].plain == words[high - 1].plain:
        low, high = low - 1, high - 1
    while True:
        if (low == 0 or words[low - 1].ends) and words[high - 1].ends:
            return True
        if high == len(words):
            return low == 0 or words[low - 1].ends
        if words[low].plain != words[high].plain:
            return False
        low, high = low + 1, high + 1


def _misspelt(one: _Word, two: _Word) -> bool:
    """Whether one of two words is the other with two letters exchanged, or one more within it.

    Another letter makes another word too often (nitrate, nitrite), as do its ends (hour, hours).
    """
    short, long = sorted((one.plain, two.plain), key=len)
    is_word = all(word.written.strip(_AROUND).islower() for word in (one, two))
    if not (is_word and short.isalpha() and long.isalpha() and len(short) >= _SHORTEST_SLIP):
        return False
    same = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), None)
    if same is None or same == 0:
        return False
    if len(short) == len(long):
        exchanged = long[:same] + long[same + 1 : same + 2] + long[same] + long[same + 2 :]
        return exchanged == short
    return long[:same] + long[same + 1 :] == short
