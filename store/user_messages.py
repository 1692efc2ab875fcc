"""A sample of real users' messages, read from files of rows. It is looked at and never stored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from configs.errors import ConfigError, ParseError
from store.rows import READERS, files_at, rows_in
from store.text import storable
from store.versions import file_sha256

_NAME = re.compile(r"[A-Za-z][\w.-]{0,31}(?: [\w.-]{1,15})?")
_COLUMNS = ("message", "prompt", "question", "query", "text", "input")


def read_messages(path: str, column: str | None = None) -> list[str]:
    """The messages of a file, a folder or a glob, in order; empty ones are left out.

    Raises:
        ConfigError: nothing is there, it cannot be read, or a row has no such column; says where.
    """
    try:
        found = [_message(where, row, column) for where, row in rows_in(_files(path))]
    except ParseError as error:
        raise ConfigError(f"sample of user messages: {error}") from None
    return [text for text in found if text]


def state_of_messages(path: str) -> list[str]:
    """What pins a sample: its files with their hashes.

    Raises:
        ConfigError: nothing is there.
    """
    return [f"{file.name} sha256 {file_sha256(file)}" for file in _files(path)]


def _files(path: str) -> list[Path]:
    files = files_at(path)
    if not files:
        raise ConfigError(
            f"sample of user messages: no file to read at {path}; give a file, a folder or a glob "
            f"of {', '.join(sorted(READERS))} (relative paths start at the recipe's folder)"
        )
    return files


def _message(where: str, row: object, column: str | None) -> str:
    if isinstance(row, str) and column is None:
        return storable(row).strip()
    if not isinstance(row, Mapping):
        raise ParseError(f"{where}: not a row of columns; write an object with the message")
    name = column or next((known for known in _COLUMNS if known in row), None)
    if name is None or name not in row:
        known = ", ".join(_named(row)) or "none"
        wanted = column or f"any of {', '.join(_COLUMNS)}"
        raise ParseError(f"{where}: no column {wanted}; its columns are {known}; set `column`")
    text = row[name]
    if text is not None and not isinstance(text, str):
        raise ParseError(f"{where}: column {name!r} is no text but {type(text).__name__}")
    return storable(text or "").strip()


def _named(row: Mapping[object, object]) -> list[str]:
    """The names of columns. The first line of a file without a header is what a person wrote, so
    only what looks like a name is told.
    """
    names = [str(name) for name in row]
    return [name if _NAME.fullmatch(name) else "one whose name is no plain word" for name in names]
