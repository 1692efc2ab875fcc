"""Documents of one source of a recipe, and what of it was left out and why.

A file that cannot be read does not stop the others.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from configs.corpus import CorpusSource
from configs.errors import ConfigError, ParseError
from store.corpus import Document, LeftOut
from store.python_api import read_modules
from store.reading.batches import Batch
from store.reading.fetched import bring
from store.reading.formats import READERS
from store.reading.found import document_of
from store.reading.local import Fetched, Local
from store.reading.places import look_into
from store.stages import Progress, silent

_SMALL = 16_000_000
"""Bytes of a file whose documents are all in memory before the first is used."""


@dataclass(frozen=True)
class Reading:
    """What was read of a source, in a fixed order, and the files that were left out."""

    documents: tuple[Document, ...]
    left_out: tuple[LeftOut, ...] = ()


def read_source(source: CorpusSource, progress: Progress = silent) -> Reading:
    """All documents of a source that fits into memory.

    Raises:
        ConfigError: nothing is there, or no file could be read; every bad file is named.
    """
    found = look_at(source, progress)
    refuse_unreadable(source, len(found.documents), found.left_out)
    return found


def look_at(source: CorpusSource, progress: Progress = silent) -> Reading:
    """The same where it is no error that no file could be read.

    Raises:
        ConfigError: nothing is there, or a library that reads such files is not installed.
    """
    if source.reader == "python-api":
        return Reading(tuple(read_modules(source.modules)))
    files = files_of(source, progress)
    found = [*read_batch(Batch(files.files), source)]
    left_out = [*files.left_out, *(one for one in found if isinstance(one, LeftOut))]
    return Reading(
        tuple(one for one in found if isinstance(one, Document)),
        tuple(sorted(left_out, key=lambda one: one.name)),
    )


def files_of(source: CorpusSource, progress: Progress = silent) -> Fetched:
    """The files of a source, fetched before where that is needed.

    Raises:
        ConfigError: nothing is there.
    """
    if source.is_fetched:
        return bring(source, progress)
    place = look_into(source.path or "")
    return Fetched(place.files, place.dead_ends)


def refuse_unreadable(source: CorpusSource, documents: int, left_out: Sequence[LeftOut]) -> None:
    """Stop where files were left out and nothing remains.

    Raises:
        ConfigError: names every bad file.
    """
    if left_out and not documents:
        base = Path() if source.is_fetched else look_into(source.path or "").base
        lines = [f"{base / one.name}{one.said}" for one in left_out]
        raise ConfigError("corpus files cannot be read:\n" + "\n".join(lines))


def read_batch(batch: Batch, source: CorpusSource) -> Iterator[Document | LeftOut]:
    """The documents of each file, or that it is left out. A small file is read whole before the
    first document is given; a large one twice, since whether all of it is right is known only then.

    Raises:
        ConfigError: a library that reads such files is not installed.
    """
    for file in batch.files:
        try:
            if file.size > _SMALL:
                deque(_documents(file, source), maxlen=0)
                yield from _documents(file, source)
            else:
                yield from [*_documents(file, source)]
        except ParseError as error:
            yield LeftOut(file.name, str(error))


def _documents(local: Local, source: CorpusSource) -> Iterator[Document]:
    """Those of one file; a ParseError says what is wrong with it, beginning behind its name."""
    some, file = False, local.file
    try:
        if local.size > source.max_mb * 1_000_000:
            raise ParseError(
                f": has {local.size / 1_000_000:,.0f} MB, more than max_mb of its source in the "
                f"recipe ({source.max_mb:g}); split the file or raise that"
            )
        texts = map(local.known_of, READERS[file.suffix.lower()](file))
        first = [*islice(texts, 2)]
        for one in chain(first, texts):
            document = document_of(local.name, one, source, several=len(first) > 1)
            some = some or bool(document.text.strip())
            yield document
    except UnicodeDecodeError as error:
        raise ParseError(
            f": not UTF-8 (byte {error.start}); convert it, for example: iconv -t utf-8 {file.name}"
        ) from None
    except OSError as error:
        raise ParseError(f": {error.strerror or error}") from None
    except RecursionError:
        raise ParseError(": is nested too deeply to be read") from None
    if not some:
        raise ParseError(": is empty, there is no text in it")
