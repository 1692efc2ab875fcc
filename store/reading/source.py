"""Documents of one source of a recipe, and what of it was left out and why.

A file that cannot be read does not stop the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from configs.errors import ConfigError, ParseError
from configs.recipe import CorpusSource
from store.corpus import Document, LeftOut
from store.python_api import read_modules
from store.reading.formats import READERS
from store.reading.found import document_of
from store.reading.places import look_into
from store.stages import Progress, silent


@dataclass(frozen=True)
class Reading:
    """What was read of a source, in a fixed order, and the files that were left out."""

    documents: tuple[Document, ...]
    left_out: tuple[LeftOut, ...] = ()


def read_source(source: CorpusSource, progress: Progress = silent) -> Reading:
    """All documents of one source.

    Raises:
        ConfigError: nothing is there, or no file could be read; every bad file is named.
    """
    found = look_at(source, progress)
    if found.left_out and not found.documents:
        base = look_into(source.path or "").base
        lines = [f"{base / one.name}{one.said}" for one in found.left_out]
        raise ConfigError("corpus files cannot be read:\n" + "\n".join(lines))
    return found


def look_at(source: CorpusSource, progress: Progress = silent) -> Reading:
    """The same where it is no error that no file could be read.

    Raises:
        ConfigError: nothing is there, or a library that reads such files is not installed.
    """
    if source.reader == "python-api":
        return Reading(tuple(read_modules(source.modules)))
    assert source.path is not None
    place = look_into(source.path)
    documents: list[Document] = []
    left_out = list(place.dead_ends)
    for number, file in enumerate(place.files):
        progress("reading documents", number, len(place.files))
        name = file.relative_to(place.base).as_posix()
        try:
            documents += _documents(file, name, source)
        except ParseError as error:
            left_out.append(LeftOut(name, str(error)))
    progress("reading documents", len(place.files), len(place.files))
    return Reading(tuple(documents), tuple(sorted(left_out, key=lambda one: one.name)))


def _documents(file: Path, name: str, source: CorpusSource) -> list[Document]:
    """Those of one file; a ParseError says what is wrong with it, beginning behind its name."""
    try:
        size = file.stat().st_size
        if size > source.max_mb * 1_000_000:
            raise ParseError(
                f": has {size / 1_000_000:,.0f} MB, more than max_mb of its source in the recipe "
                f"({source.max_mb:g}); split the file or raise that"
            )
        found = READERS[file.suffix.lower()](file)
        documents = [document_of(name, one, source, len(found)) for one in found]
    except UnicodeDecodeError as error:
        raise ParseError(
            f": not UTF-8 (byte {error.start}); convert it, for example: iconv -t utf-8 {file.name}"
        ) from None
    except OSError as error:
        raise ParseError(f": {error.strerror or error}") from None
    except RecursionError:
        raise ParseError(": is nested too deeply to be read") from None
    if not any(document.text.strip() for document in documents):
        raise ParseError(": is empty, there is no text in it")
    return documents
