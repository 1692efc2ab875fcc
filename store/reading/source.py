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
from store.reading.fetched import bring
from store.reading.formats import READERS
from store.reading.found import document_of
from store.reading.local import Fetched, Local
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
        base = Path() if source.is_fetched else look_into(source.path or "").base
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
    fetched = _files_of(source, progress)
    documents: list[Document] = []
    left_out = list(fetched.left_out)
    for number, file in enumerate(fetched.files):
        progress("reading documents", number, len(fetched.files))
        try:
            documents += _documents(file, source)
        except ParseError as error:
            left_out.append(LeftOut(file.name, str(error)))
    progress("reading documents", len(fetched.files), len(fetched.files))
    return Reading(tuple(documents), tuple(sorted(left_out, key=lambda one: one.name)))


def _files_of(source: CorpusSource, progress: Progress) -> Fetched:
    """The files of a source, fetched before where that is needed."""
    if source.is_fetched:
        return bring(source, progress)
    place = look_into(source.path or "")
    files = (Local(file.relative_to(place.base).as_posix(), file) for file in place.files)
    return Fetched(tuple(files), place.dead_ends)


def _documents(local: Local, source: CorpusSource) -> list[Document]:
    """Those of one file; a ParseError says what is wrong with it, beginning behind its name."""
    file = local.file
    try:
        size = file.stat().st_size
        if size > source.max_mb * 1_000_000:
            raise ParseError(
                f": has {size / 1_000_000:,.0f} MB, more than max_mb of its source in the recipe "
                f"({source.max_mb:g}); split the file or raise that"
            )
        found = [local.known_of(one) for one in READERS[file.suffix.lower()](file)]
        documents = [document_of(local.name, one, source, len(found)) for one in found]
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
