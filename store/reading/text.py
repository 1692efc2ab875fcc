"""Markdown and plain text, with YAML front matter."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from configs.errors import ParseError
from store.reading.found import Found

_MOST_NAMED = 10
_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?\r?\n)---[ \t]*(?:\r?\n|\Z)", re.DOTALL)


def read_text(file: Path) -> list[Found]:
    """The text behind the front matter, and what that states.

    Raises:
        ParseError: the front matter is not YAML, or the file is no text.
    """
    text = decoded(file)
    match = _FRONT_MATTER.match(text)
    if not match:
        return [Found(text)]
    try:
        _refuse_growth(match.group(1))
        head = YAML(typ="safe").load(match.group(1)) or {}
    except (YAMLError, ValueError) as error:
        # ValueError: a date such as 2024-02-30, of which YAML does not say the line.
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 2}" if mark else ""
        said = getattr(error, "problem", None) or str(error).partition("\n")[0]
        raise ParseError(f"{line}: the front matter is not valid YAML: {said}") from None
    if not isinstance(head, dict):
        raise ParseError(":2: the front matter is not a mapping of fields such as `title: ...`")
    return [Found(text[match.end() :], head)]


def _refuse_growth(head: str) -> None:
    """Stop before parts that name each other become gigabytes (`<<: [*a, *a]`)."""
    from ruamel.yaml.events import AliasEvent

    named = sum(isinstance(event, AliasEvent) for event in YAML(typ="safe").parse(head))
    if named > _MOST_NAMED:
        raise ParseError(
            f": the front matter names parts of itself {named} times, more than {_MOST_NAMED}; "
            "write them out"
        )


def decoded(file: Path) -> str:
    """A file's text, with plain line ends.

    Raises:
        ParseError: it holds NUL bytes, which no text does.
        UnicodeDecodeError: it is not UTF-8.
    """
    text = file.read_text(encoding="utf-8-sig")
    if "\0" in text:
        raise ParseError(": is no text, it holds NUL bytes")
    return text


def lines_of(file: Path) -> Iterator[str]:
    """A file's lines one by one, each with its end, so that the file may be larger than memory.

    Raises:
        ParseError: a line is not UTF-8 or holds NUL bytes; names it.
    """
    with file.open("rb") as opened:
        for number, line in enumerate(opened, start=1):
            if b"\0" in line:
                raise ParseError(f":{number}: is no text, it holds NUL bytes")
            try:
                yield (line.removeprefix(BOM_UTF8) if number == 1 else line).decode()
            except UnicodeDecodeError as error:
                raise ParseError(
                    f":{number}: not UTF-8 (byte {error.start} of the line); convert it, "
                    f"for example: iconv -t utf-8 {file.name}"
                ) from None
