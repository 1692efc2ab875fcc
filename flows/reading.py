"""Reading the sources of a corpus, piece by piece.

What was read of files that have not changed is not read again, and a reading that was cut off goes
on where it was. No more than a few pieces of text are in memory at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pyarrow as pa
from numpy.typing import NDArray

from configs.corpus import CorpusSource
from configs.documents import Chunking
from configs.errors import ConfigError
from filters.documents import sign
from flows.progress import report
from store.corpus import LEFT_OUT, Document, LeftOut, table_of
from store.python_api import read_modules
from store.reading.batches import Batch, batches
from store.reading.pieces import VERSION, pieces, tables_of
from store.reading.source import files_of, read_batch, refuse_unreadable
from store.shards import Rows, Shards, shard_key

_TRIES = 3
"""Times that files are read which change meanwhile."""


@dataclass
class Found:
    """Pieces of a corpus by key, in order, and the files that are no part of it."""

    pieces: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def plus(self, other: Found) -> None:
        """Put another's behind these."""
        self.pieces += other.pieces
        self.left_out += other.left_out


def read_sources(
    shards: Shards, sources: Sequence[CorpusSource], chunking: Chunking, more: Sequence[Document]
) -> Found:
    """Read what is new of the sources, and ``more`` documents behind them.

    Raises:
        ConfigError: nothing is at the place of a source, none of its files can be read, they
            change meanwhile, or a library is lacking.
    """
    found = Found()
    for source in sources:
        one = read_new(shards, source, chunking)
        refuse_unreadable(source, len(one.pieces), one.left_out)
        found.plus(one)
    if more:
        found.plus(_held(shards, more, chunking))
    return found


def read_new(shards: Shards, source: CorpusSource, chunking: Chunking) -> Found:
    """Read what is new of one source, where it is no error that no file can be read.

    Raises:
        ConfigError: nothing is there, files change meanwhile, or a library is lacking.
    """
    if source.reader == "python-api":
        return _held(shards, read_modules(source.modules), chunking)
    files = files_of(source, report)
    found, total, done = Found(), sum(file.size for file in files.files), 0
    for batch in batches(files.files):
        found.plus(_read(shards, batch, source, chunking, partial(_tell, total, done)))
        done += batch.size
        _tell(total, done)
    left_out = sorted([*files.left_out, *found.left_out], key=lambda one: one.name)
    return Found(found.pieces, left_out)


def _read(
    shards: Shards,
    batch: Batch,
    source: CorpusSource,
    chunking: Chunking,
    tell: Callable[[int], None],
) -> Found:
    """The pieces of a batch, read unless they are there; ``tell`` hears how many bytes are done."""
    said = [source.licence, source.max_mb, chunking.model_dump(mode="json")]
    for _ in range(_TRIES):
        content = batch.content()
        key = shard_key("read", VERSION, said, content)
        if _is_whole(shards, key):
            break
        left_out: list[LeftOut] = []
        keys = _pieces(shards, key, _documents(batch, source, left_out, tell), chunking)
        if batch.content() == content:
            named = pa.table({"key": pa.array(keys, pa.string())})
            shards.put(key, {"pieces": named, "left_out": table_of(left_out, LEFT_OUT)})
            break
        # What was read is not what the keys say, and would be found under them later.
        shards.drop(keys)
    else:
        names = " to ".join(dict.fromkeys(one.name for one in (batch.files[0], batch.files[-1])))
        raise ConfigError(
            f"corpus: files change while they are read ({source.path or source.reader}: {names}); "
            "run again when nothing writes to them, or give a copy"
        )
    return Found(
        shards.table(key, "pieces")["key"].to_pylist(),
        [LeftOut(**row) for row in shards.table(key, "left_out").to_pylist()],
    )


def _documents(
    batch: Batch, source: CorpusSource, left_out: list[LeftOut], tell: Callable[[int], None]
) -> Iterator[Document]:
    """The documents of a batch; what cannot be read is put to ``left_out``."""
    done = 0
    for one in read_batch(batch, source):
        if isinstance(one, LeftOut):
            left_out.append(one)
        else:
            yield one
            done += len(one.text)
            tell(min(done, batch.size))


def _is_whole(shards: Shards, key: str) -> bool:
    """Whether a batch was read, and none of its pieces has been deleted since."""
    return shards.has(key) and all(map(shards.has, shards.table(key, "pieces")["key"].to_pylist()))


def _held(shards: Shards, documents: Sequence[Document], chunking: Chunking) -> Found:
    """Pieces of documents that are in memory."""
    hashes = [document.sha256 for document in documents]
    key = shard_key("read", VERSION, chunking.model_dump(mode="json"), hashes)
    return Found(_pieces(shards, key, documents, chunking))


def _pieces(
    shards: Shards, name: str, documents: Iterable[Document], chunking: Chunking
) -> list[str]:
    keys = []
    for number, piece in enumerate(pieces(documents)):
        key = shard_key("piece", VERSION, name, [str(number)])
        keys.append(shards.once(key, partial(_tables, piece, chunking)))
    return keys


def _tables(documents: Sequence[Document], chunking: Chunking) -> dict[str, Rows]:
    signs = sign([document.text for document in documents])
    signed = pa.table({"values": _lists(signs.values), "numbers": _lists(signs.numbers)})
    return {**tables_of(documents, chunking), "signs": signed}


def _lists(rows: NDArray[Any]) -> pa.Array:
    return pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), rows.shape[1])


def _tell(total: int, done: int, more: int = 0) -> None:
    report("reading documents (kB)", (done + more) // 1000, total // 1000)
