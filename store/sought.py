"""Text that is looked for wherever it may stand: in tables, in JSON inside of JSON, in pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import polars as pl

LEAST = 40
"""Characters that a piece of a document has at least, so that it tells whose it is."""
_ESCAPED_SIGN = r"\\+u([0-9a-fA-F]{4})"


@dataclass(frozen=True)
class Sought:
    """Ids of documents, and pieces of text: whatever names one of the first or holds one of the
    second is meant. Case, white space and ways to write a character make no difference, nor does
    how often a text was escaped as JSON.
    """

    ids: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()

    def hits(self, strings: pl.Series) -> pl.Series:
        """Which of these strings are meant."""
        found = pl.Series([False]).new_from_index(0, len(strings))
        if self.ids:
            found |= strings.is_in([*self.ids]).fill_null(False)
            for id_ in self.ids:  # ids of its passages begin so
                found |= strings.str.starts_with(f"{id_}#").fill_null(False)
        if self._needles:
            found |= plain(strings).str.contains_any(self._needles).fill_null(False)
        return found

    def is_in(self, text: str) -> bool:
        """Whether a text is meant."""
        return bool(self.hits(pl.Series([text], dtype=pl.String))[0])

    def within(self, texts: Iterable[str]) -> Sought:
        """The same, with more pieces of text."""
        return Sought(self.ids, tuple(sorted({*self.texts, *texts})))

    @cached_property
    def _needles(self) -> list[str]:
        # In JSON text an id stands between quotes, and so does the beginning of a passage's.
        ids = plain(pl.Series(self.ids, dtype=pl.String)).to_list()
        named = [f'"{id_}{end}' for id_ in ids for end in ('"', "#")]
        texts = plain(pl.Series(self.texts, dtype=pl.String)).str.strip_chars()
        return sorted({*named, *texts.drop_nulls().to_list()} - {""})


def plain(strings: pl.Series) -> pl.Series:
    """Strings in one form: NFKC, small letters, single spaces, nothing escaped."""
    if len(strings) and strings.str.contains(r"\\u[0-9a-fA-F]{4}").any():
        strings = strings.map_elements(_unescaped, return_dtype=pl.String)
    # Characters that nobody sees may stand in any word.
    unseen = r"[\u{ad}\u{200b}-\u{200f}\u{2060}\u{feff}]"
    return (
        strings.str.replace_all(r"\\+[nrtf]", " ")
        .str.replace_all(r'\\+(["/\\])', "$1")
        .str.replace_all(unseen, "")
        .str.normalize("NFKC")
        .str.to_lowercase()
        .str.replace_all("ß", "ss", literal=True)
        .str.replace_all(r"\s+", " ")
    )


def pieces(text: str) -> set[str]:
    """What tells that something was taken from a text: all of it, its paragraphs, its lines and its
    sentences, as far as they are long enough.
    """
    blocks = [*re.split(r"\n\s*\n", text), *text.splitlines()]
    parts = {text, *blocks, *(part for some in blocks for part in re.split(r"(?<=[.!?])\s", some))}
    short = pl.Series(sorted(parts), dtype=pl.String)
    return {part for part in plain(short).str.strip_chars().to_list() if len(part) >= LEAST}


def _unescaped(text: str) -> str:
    whole = re.sub(_ESCAPED_SIGN, lambda found: chr(int(found[1], 16)), text)
    # Signs beyond the first 65,536 are escaped as two halves.
    return whole.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
