"""Whether something holds a text or a document: strings, tables of any shape, files.

A text is found whatever its case, its white space and its Unicode form (composed or not).
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from configs.errors import ConfigError

_LEAST = 3
_BATCH = 2_000


@dataclass(frozen=True)
class Wanted:
    """What is looked for: texts such as a person's name, and ids of documents.

    Raises:
        ConfigError: a text is so short that it would be found everywhere, or nothing is wanted.
    """

    texts: Sequence[str] = ()
    documents: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Refuse what would delete everything."""
        if any(len("".join(text.split())) < _LEAST for text in self.texts):
            raise ConfigError(f"a text to scrub needs at least {_LEAST} letters or digits")
        if any(not id_.strip() for id_ in self.documents):
            raise ConfigError("a document's id is empty")
        if not self.texts and not self.documents:
            raise ConfigError("say what to scrub: --document ID or --text TEXT")

    def in_text(self, text: str) -> bool:
        """Whether a string holds any of it."""
        return self._pattern.search(_plain(text)) is not None

    def in_json(self, text: str) -> bool:
        """Whether a string holds it, or any string in it where it is JSON text."""
        if self.in_text(text):
            return True
        try:
            return any(self.in_text(each) for each in _strings(orjson.loads(text)))
        except orjson.JSONDecodeError:
            return self.in_text(_unescaped(text))

    def rows_in(self, file: BinaryIO | Path) -> int:
        """How many rows of a Parquet file hold it."""
        count = 0
        with pq.ParquetFile(file) as table:
            for batch in table.iter_batches(_BATCH):
                count += sum(map(self._in_row, batch.to_pylist()))
        return count

    def in_file(self, path: Path) -> bool:
        """Whether a file holds it: a table in any row, anything else as text. A table that cannot
        be read may hold it.
        """
        if path.suffix != ".parquet":
            return self.in_bytes(path.read_bytes())
        try:
            return self.rows_in(path) > 0
        except (pa.ArrowException, OSError):
            return True

    def in_bytes(self, data: bytes) -> bool:
        """Whether bytes that are text hold it, as it is or as JSON and HTML escape it."""
        text = data.decode("utf-8", errors="replace")
        forms = [text, *([_unescaped(text)] if "\\" in text else []), html.unescape(text)]
        return any(map(self.in_text, dict.fromkeys(forms)))

    def _in_row(self, row: dict[str, Any]) -> bool:
        return any(map(self.in_text, _strings(row))) or any(
            self.in_json(each) for each in row.values() if _is_json(each)
        )

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        texts = (r"\s+".join(map(re.escape, _plain(text).split())) for text in self.texts)
        # An id stands alone, or begins that of a passage; it is no part of another id.
        ids = (rf"(?<![\w./-]){re.escape(_plain(id_))}(?![\w./-])" for id_ in self.documents)
        return re.compile("|".join([*texts, *ids]))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)


def _is_json(value: Any) -> bool:
    return isinstance(value, str) and value[:1] in ("{", "[") and "\\" in value


def _unescaped(text: str) -> str:
    spaced = re.sub(r"\\[nrt]", " ", text)
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), spaced)
