"""Gopher's quality rules (arXiv 2112.11446, section A.1.1), fitted for answers to instructions.

Gopher judged web pages. An answer may be a number, a list, a table or code, so code blocks, tables
and notations are left out, and no rule looks at texts too short to be measured. Left out on
purpose: at least 50 words and two stop words (drop "Paris"), C4's closing punctuation (arXiv
1910.10683, section 2.2: drops lists and values) and FineWeb's short-line and line-break shares
(arXiv 2406.17557: drop lists and poems). Repetition is judged in ``filters/repetition.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from configs.filters import Heuristics
from store.text import words

_FENCED = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_CODE_SIGN = re.compile(r"[{}\[\]<>=;|_\\/$&^~]")
REAL_WORD = re.compile(r"[^\W\d_]{3}|[^\x00-\u02ff]")
"""Three letters, or a sign of a script in which fewer may be a word."""
_LIST_MARK = re.compile(r"^[ \t]*(?:[-*+•●▪◦–]|\d{1,3}[.)])(?:[ \t]+|$)", re.MULTILINE)
_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t]", re.MULTILINE)
_SIGNS_ONLY = re.compile(r"(?<!\S)[!-/:-@\[-`{-~]+(?!\S)")
_DRAWN = frozenset("|-_./\\=+<>^*#:'`")
"""Signs of tables, rules, drawings, sums and Morse code."""
_NATURAL = re.compile(r"(?<!\S)[^\s@#/\\=<>{}()\[\]_|]+(?!\S)")
_SPACED = re.compile(r"[A-Za-z\u00c0-\u058f]{3}")
"""Letters of an alphabet that puts spaces between words (Latin, Greek, Cyrillic, Armenian)."""
_UNSPACED = re.compile(r"[\u0e00-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\uff9f]")
"""A letter of a script without spaces between words (Thai, Burmese, Khmer, Kana, Han)."""

MIN_WORDS = 20
"""Shares of words say nothing about fewer than this."""
MIN_LINES = 4
"""Shares of lines say nothing about fewer than this."""


class Measured(NamedTuple):
    """What a rule measured, its limit, whether it is broken, and what to show for it."""

    rule: str
    value: float
    limit: float
    broken: bool
    shown: str


@dataclass(frozen=True)
class Prose:
    """An answer without its code blocks, taken apart once for all rules.

    ``lines`` are those that run as text, stripped: no blank ones, and none of code, of a table, of
    formulas or of a notation such as chords, all of which repeat themselves by nature.
    """

    text: str

    @classmethod
    def of(cls, answer: str) -> Prose:
        """The prose of an answer; an open code block reaches to the end."""
        return cls(_FENCED.sub(" ", answer) if "```" in answer else answer)

    @cached_property
    def tokens(self) -> list[str]:
        """Pieces between white space."""
        return self.text.split()

    @cached_property
    def plain(self) -> list[str]:
        """The lines that are not code, stripped."""
        return [line for line in map(str.strip, self.text.splitlines()) if not _is_code(line)]

    @cached_property
    def lines(self) -> list[str]:
        """The lines that run as text."""
        return [line for line in self.plain if _runs(line)]

    @cached_property
    def words(self) -> list[str]:
        """Words of the lines that run as text, in folded case."""
        return words("\n".join(self.lines))

    @cached_property
    def paragraphs(self) -> list[str]:
        """Stretches of running text between blank lines, stripped."""
        parts = map(str.strip, self.text.split("\n\n"))
        return [part for part in parts if not _is_code(part) and _runs(part)]


def _is_code(line: str) -> bool:
    signs_of_code = len(_CODE_SIGN.findall(line))
    return signs_of_code > 2 and signs_of_code > 0.08 * len(line)


def _runs(line: str) -> bool:
    """Whether at least a third of a line's pieces are words, which chords and numbers are not."""
    return bool(line) and 3 * len(REAL_WORD.findall(line)) >= line.count(" ") + 1


def quality(prose: Prose, settings: Heuristics) -> Iterator[Measured]:
    """Every rule of this module that can be applied to this prose."""
    if len(prose.lines) >= MIN_LINES:
        yield bullet_lines(prose, settings.max_bullet_lines)
        yield ellipsis_lines(prose, settings.max_ellipsis_lines)
    if len(prose.tokens) >= MIN_WORDS:
        yield symbols_per_word(prose, settings.max_symbols_per_word)
        yield signs(prose, settings.max_sign_words)
    if len(prose.text) >= 5 * MIN_WORDS:
        yield word_length(prose, *settings.mean_word_length)


def word_length(prose: Prose, least: float, most: float) -> Measured:
    """Mean word length (Gopher: 3 to 10 characters). Wider here: German compounds or names of
    chemicals go beyond 10, chords below 3. Addresses, hashtags and code are no words; only
    alphabets that put spaces between words are measured.
    """
    text = "\n".join(prose.lines)
    spaced = _SPACED.search(text) and (text.isascii() or not _UNSPACED.search(text))
    found = _NATURAL.findall(text) if spaced else []
    mean = sum(map(len, found)) / len(found) if found else least
    limit = most if mean > most else least
    shown = f"mean word length {mean:.1f}, limit {limit:g}"
    if mean > most:
        shown += f": {max(found, key=len)[:40]!r}"
    return Measured("word_length", mean, limit, not least <= mean <= most, shown)


def symbols_per_word(prose: Prose, limit: float) -> Measured:
    """Hash signs and ellipses per word (Gopher: 0.1). Headings are no hash signs here, and the
    limit is higher, since a post with hashtags is a usual thing to ask for.
    """
    text = prose.text
    hashes = text.count("#")
    if hashes:
        hashes = _HEADING.sub("", text).count("#")
    dots = text.count("...") + text.count("…")
    share = (hashes + dots) / len(prose.tokens)
    shown = f"{hashes} '#' and {dots} '...' in {len(prose.tokens)} words: {share:.2f}"
    return Measured("symbols", share, limit, share > limit, f"{shown}, limit {limit:g}")


def signs(prose: Prose, limit: float) -> Measured:
    """Share of words without a letter or digit (Gopher: at most 20 % without a *letter*).

    Numbers count as words here, since sums and lists of numbers are answers; so does everything
    outside ASCII, such as emoji. Signs of tables, drawings, sums and Morse code are not counted.
    """
    found = [word for word in _SIGNS_ONLY.findall(prose.text) if not _DRAWN.issuperset(word)]
    share = len(found) / len(prose.tokens)
    shown = f"{share:.2f} of the words are signs only, limit {limit:g}: {' '.join(found[:8])!r}"
    return Measured("signs", share, limit, share > limit, shown)


def bullet_lines(prose: Prose, limit: float) -> Measured:
    """Share of lines that begin with a list mark (Gopher: 0.9). A list is a good answer, so the
    default of 1 lets any through; a set of prose may ask for less.
    """
    share = sum(bool(_LIST_MARK.match(line)) for line in prose.lines) / len(prose.lines)
    shown = f"{share:.2f} of {len(prose.lines)} lines begin with a list mark, limit {limit:g}"
    return Measured("bullet_lines", share, limit, share > limit, shown)


def ellipsis_lines(prose: Prose, limit: float) -> Measured:
    """Share of lines that end in an ellipsis (Gopher: 0.3), of four lines or more: a single line
    that trails off may be what was asked for. Items of a list may be beginnings to go on from.
    """
    ending = [
        line for line in prose.lines if line.endswith(("...", "…")) and not _LIST_MARK.match(line)
    ]
    share = len(ending) / len(prose.lines)
    last = f": {ending[0][-40:]!r}" if ending else ""
    shown = f"{share:.2f} of {len(prose.lines)} lines end in an ellipsis, limit {limit:g}{last}"
    return Measured("ellipsis_lines", share, limit, share > limit, shown)
