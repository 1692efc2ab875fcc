"""The few ways of looking at text that every room shares: normal form, words, sentences, hashes."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

import orjson
import regex

WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:['’][\p{L}\p{N}\p{M}]+)?")
"""A word. Combining marks belong to it: without its vowel signs, Hindi is another text."""
_SPACE = re.compile(r"\s+")
_MINUS = re.compile(r"(?<![\w)])-(?=\.?\d)")
_POINT = re.compile(r"(?<=\d)[.,](?=\d)|(?<![\w.])\.(?=\d)")
_BETWEEN = regex.compile(r"[^\w\p{M}\x00\x01]+|_")
_OWN_LINE = re.compile(r"\s*(?:[-*+•]\s|\d{1,3}[.)]\s|#{1,6}\s|\||>>>|\.\.\.|```|~~~)|\t| {4,}")
_CLOSED_LINE = re.compile(r"\s*(?:#{1,6}\s|\||>>>|```|~~~)|\t| {4,}")
_UNIT_END = re.compile(r"\d\s?[a-zµ°²³]{1,3}\.\s+(?=[A-Z])")
_SHAPES = (
    *(range(*span) for span in ((0xFF01, 0xFF5F), (0x1D400, 0x1D800), (0xFB00, 0xFB07))),
    *([ord(sign)] for sign in "\u00a0\u2007\u2009\u200a\u202f\u3000"),
)
"""Full-width forms, mathematical letters, ligatures, and spaces of other widths."""
_UNSEEN = [
    *(0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0),
    *(*range(0x180B, 0x1810), *range(0x200B, 0x2010), *range(0x202A, 0x202F)),
    *(*range(0x2060, 0x2070), *range(0xFE00, 0xFE10), *range(0xE0000, 0xE0200)),
]
"""Characters that no reader sees (Unicode's default-ignorable code points)."""
_VISIBLE = {
    sign: unicodedata.normalize("NFKC", chr(sign)) for span in _SHAPES for sign in span
} | dict.fromkeys(_UNSEEN, "")
_ACCENTS = dict.fromkeys(range(0x300, 0x370), "") | str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "æ": "ae", "œ": "oe"}
)
_LONG_RUN = re.compile(r"[^\w\s]{200,}")
_LONE_HALF = re.compile(r"[\ud800-\udfff]")
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-"})


class Span(NamedTuple):
    """A piece of a text by character offsets; ``text`` is exactly ``source[start:end]``."""

    start: int
    end: int
    text: str


def sha256(text: str) -> str:
    """Hex SHA-256 of the UTF-8 form of ``text``; lone surrogates are hashed as they stand."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def storable(text: str) -> str:
    """``text`` as every database takes it: two halves of a character become that character; a half
    that stands alone, and NUL, become U+FFFD.
    """
    if text.isascii():
        return text.replace("\0", "\ufffd")
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\0", "\ufffd")


def now() -> str:
    """The time in UTC to the millisecond, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def digest(value: object) -> str:
    """Hex SHA-256 of a JSON-like value in canonical form (sorted keys, no spaces)."""
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()


def visible(text: str) -> str:
    """``text`` as a reader sees it: without characters that show nothing, and with full-width and
    mathematical letters, ligatures and odd spaces as their plain forms, composed (NFC).

    Letters of another script stay what they are, however alike, and so does m².
    """
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text.translate(_VISIBLE))


def visible_places(text: str) -> tuple[str, list[int]]:
    """:func:`visible` text, and the offset in ``text`` of each of its characters and of its end."""
    if text.isascii():
        return text, list(range(len(text) + 1))
    starts = [at for at, sign in enumerate(text) if at == 0 or not _joins(sign)]
    seen: list[str] = []
    places: list[int] = []
    for start, end in pairwise([*starts, len(text)]):
        shown = visible(text[start:end])
        seen.append(shown)
        places += [start] * len(shown)
    return "".join(seen), [*places, len(text)]


def _joins(sign: str) -> bool:
    """Whether a character may melt into the one before it: marks, and parts of Korean syllables."""
    return (
        unicodedata.category(sign)[0] == "M"
        or "\u1160" <= sign <= "\u11ff"
        or _VISIBLE.get(ord(sign)) == ""
    )


def unaccented(text: str) -> str:
    """``text`` without the accents of its Latin letters: Pénelope is Penelope, Øresund Oresund."""
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFD", text).translate(_ACCENTS)
    return unicodedata.normalize("NFC", parts)


def squeeze(text: str) -> str:
    """``text`` composed (NFC), with plain quotes and dashes and single spaces; all else stays.

    NFKC would turn m² into m2, which says something else.
    """
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text).translate(_QUOTES)).strip()


def normalise(text: str) -> str:
    """Words and numbers of ``text`` in folded case, one space apart.

    Signs that change a value are kept: a minus before a number, the point of ``.5``, and a point
    or comma between digits, which both become a point.
    A text of signs only (``"!="``, an emoji) keeps its signs, so that it equals just itself.
    """
    folded = squeeze(unicodedata.normalize("NFKC", text)).casefold()
    kept = folded.translate({0: " ", 1: " "})
    kept = _POINT.sub("\x00", _MINUS.sub("\x01", kept))
    plain = _SPACE.sub(" ", _BETWEEN.sub(" ", kept)).strip()
    return plain.replace("\x00", ".").replace("\x01", "-") or folded


def words(text: str) -> list[str]:
    """Words of ``text`` in folded case, in order."""
    return [word.casefold() for word in WORD.findall(text)]


def sentences(text: str, language: str = "en") -> list[Span]:
    """Sentences of ``text`` by the rules of its language, with exact offsets.

    A line break inside a paragraph does not end a sentence; a blank line, a list item, a heading,
    a table row or a line of code does.
    """
    found: list[Span] = []
    for start, end in _blocks(text):
        for first, last in pairwise(_cuts(text[start:end].replace("\n", " "), language)):
            raw = text[start + first : start + last]
            left = start + first + len(raw) - len(raw.lstrip())
            right = start + first + len(raw.rstrip())
            if left < right:
                found.append(Span(left, right, text[left:right]))
    return found


def _cuts(block: str, language: str) -> list[int]:
    """Where the sentences of a paragraph begin, and its end."""
    import sentencex

    # Long runs of marks, such as a drawn line, take the rules minutes.
    plain = _LONG_RUN.sub(lambda run: " " * len(run[0]), _LONE_HALF.sub("\ufffd", block))
    pieces = sentencex.get_sentence_boundaries(language, plain)
    # The rules take "55 m." for an abbreviation that a sentence goes on behind.
    units = (match.end() for match in _UNIT_END.finditer(block))
    return sorted({0, *(piece["start_index"] for piece in pieces), *units, len(block)})


def _blocks(text: str) -> list[tuple[int, int]]:
    """Start and end of the runs of lines that belong to one paragraph, item or code line."""
    blocks: list[tuple[int, int]] = []
    offset, open_block = 0, False
    for line in text.splitlines(keepends=True):
        if not line.strip():
            open_block = False
        elif open_block and not _OWN_LINE.match(line):
            blocks[-1] = (blocks[-1][0], offset + len(line))
        else:
            blocks.append((offset, offset + len(line)))
            open_block = not _CLOSED_LINE.match(line)
        offset += len(line)
    return blocks
