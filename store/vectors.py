"""Vectors that were computed once, kept by the hash of their text.

A folder of Parquet parts that are only ever added, so that processes write side by side and a
killed one loses nothing it had added. Deleting the folder costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import logging
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from configs.errors import StoreCorrupt
from store.shards import write_parquet

Halves = NDArray[np.float16]
Hashes = NDArray[np.uint8]
"""SHA-256 of texts, one row of 32 bytes each."""

_SMALL_ROWS = 16_384
_SMALL_PARTS = 32
_STALE_S = 3600.0


def hashes(texts: Sequence[str]) -> Hashes:
    """SHA-256 of the UTF-8 form of each text; lone surrogates are hashed as they stand."""
    raw = b"".join(hashlib.sha256(t.encode("utf-8", "surrogatepass")).digest() for t in texts)
    return np.frombuffer(raw, np.uint8).reshape(-1, 32)


@dataclass(frozen=True)
class _Part:
    """Where the rows of a part are: the first 8 bytes of each hash, sorted, and its row."""

    keys: NDArray[np.uint64]
    rows: NDArray[np.int64]


@dataclass(frozen=True)
class VectorCache:
    """The vectors of one model; ``folder`` is named by all that decides what they are.

    Of a text only 16 bytes are kept in memory; its row is read when it is asked for.
    """

    folder: Path
    _parts: dict[str, _Part] = field(default_factory=dict, compare=False, repr=False)

    def find(self, wanted: Hashes) -> tuple[NDArray[np.bool_], Halves]:
        """Which of the texts are known, and one row for each text, of zeros where it is not."""
        while True:
            self._look()
            listed = set(self._parts)
            answer = self._find(wanted)
            if listed == set(self._parts):  # else a part went meanwhile, perhaps into another
                return answer

    def _find(self, wanted: Hashes) -> tuple[NDArray[np.bool_], Halves]:
        known = np.zeros(len(wanted), bool)
        found = np.zeros((len(wanted), 0), np.float16)
        keys = _keys(wanted)
        for name in sorted(self._parts):
            asked = np.flatnonzero(~known)
            places, rows = _matches(self._parts[name], keys[asked])
            if not len(rows):
                continue
            for stored, vectors, at in self._read(name, rows):
                place = asked[places[at]]
                # Eight bytes of a hash may be equal by chance, all of them not.
                same = (wanted[place] == stored).all(axis=1)
                if not found.shape[1]:
                    found = np.zeros((len(wanted), vectors.shape[1]), np.float16)
                found[place[same]] = vectors[same]
                known[place[same]] = True
        return known, found

    def add(self, new: Hashes, vectors: Halves) -> None:
        """Keep the vectors of these texts, as one part that is there whole or not at all.

        Raises:
            StoreCorrupt: the disk refused, for example because it is full.
        """
        aside = self.folder / f".tmp-{uuid.uuid4().hex}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_parquet(_table(new, vectors), aside)
            aside.replace(self.folder / f"part-{uuid.uuid4().hex}.parquet")
        except OSError as error:
            raise StoreCorrupt(
                f"could not write to {self.folder}: {error.strerror or error}; make room or choose "
                "another output folder, then run again: what is done stays done"
            ) from error
        finally:
            aside.unlink(missing_ok=True)

    def _look(self) -> None:
        """Take note of the parts that came since, and of those that went."""
        there = {path.name for path in self.folder.glob("part-*.parquet")}
        for gone in set(self._parts) - there:
            del self._parts[gone]
        for name in there - set(self._parts):
            stored = self._column(name)
            if stored is not None:
                keys = _keys(stored)
                order = np.argsort(keys, kind="stable")
                self._parts[name] = _Part(keys[order], order)
        small = [name for name, part in self._parts.items() if len(part.rows) < _SMALL_ROWS]
        if len(small) > _SMALL_PARTS and self._compact(small):
            self._look()

    def _column(self, name: str) -> Hashes | None:
        try:
            table = pq.read_table(
                self.folder / name, columns=["sha256"], page_checksum_verification=True
            )
            return _bytes(table["sha256"])
        except FileNotFoundError:
            return None  # another process has just put it together with others
        except (OSError, pa.ArrowException, KeyError) as error:
            self._set_aside(name, error)
            return None

    def _read(
        self, name: str, rows: NDArray[np.int64]
    ) -> Iterator[tuple[Hashes, Halves, NDArray[np.int64]]]:
        """Hashes and vectors of rows of a part, and which of ``rows`` each of them is."""
        try:
            with pq.ParquetFile(self.folder / name, page_checksum_verification=True) as file:
                start = 0
                for group in range(file.num_row_groups):
                    stop = start + file.metadata.row_group(group).num_rows
                    at = np.flatnonzero((rows >= start) & (rows < stop))
                    if len(at):
                        table = file.read_row_group(group)
                        take = rows[at] - start
                        yield _bytes(table["sha256"])[take], _halves(table)[take], at
                    start = stop
        except FileNotFoundError:
            del self._parts[name]
        except (OSError, pa.ArrowException, KeyError) as error:
            self._set_aside(name, error)

    def _set_aside(self, name: str, error: Exception) -> None:
        """A part that cannot be read is asked no more."""
        self._parts.pop(name, None)
        path = self.folder / name
        kept = path.with_suffix(".unreadable")
        if path.exists():
            path.replace(kept)
        logging.getLogger("stillhouse").warning(
            f"{path} cannot be read ({type(error).__name__}: {error}); its texts are embedded "
            f"again. It is now {kept.name} and may be deleted."
        )

    def _compact(self, names: Sequence[str]) -> bool:
        """Put many small parts together, unless another process is at it."""
        try:
            with FileLock(self.folder / ".lock", timeout=0):
                self._merge(names)
                return True
        except Timeout:
            return False

    def _merge(self, names: Sequence[str]) -> None:
        pieces = [
            (stored, vectors)
            for name in sorted(names)
            for stored, vectors, _ in self._read(name, np.arange(len(self._parts[name].rows)))
        ]
        if pieces:
            every = np.concatenate([stored for stored, _ in pieces])
            _, first = np.unique(every, axis=0, return_index=True)
            self.add(every[first], np.concatenate([vectors for _, vectors in pieces])[first])
        for name in names:
            (self.folder / name).unlink(missing_ok=True)
        for left in self.folder.glob(".tmp-*"):
            if time.time() - left.stat().st_mtime > _STALE_S:
                left.unlink(missing_ok=True)


def _keys(stored: Hashes) -> NDArray[np.uint64]:
    return np.ascontiguousarray(stored[:, :8]).view(np.uint64).ravel()


def _matches(part: _Part, keys: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places in ``keys`` of what the part has, and its rows there."""
    at = np.searchsorted(part.keys, keys)
    inside = np.minimum(at, len(part.keys) - 1)
    places = np.flatnonzero(part.keys[inside] == keys) if len(part.keys) else np.arange(0)
    return places, part.rows[at[places]]


def _table(stored: Hashes, vectors: Halves) -> pa.Table:
    column = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(32), len(stored), [None, pa.py_buffer(np.ascontiguousarray(stored))]
    )
    return pa.table({"sha256": column, "embedding": halves_column(vectors)})


def halves_column(vectors: NDArray[np.floating]) -> pa.FixedSizeListArray:
    """Rows as a column of float16 lists of one length."""
    flat = pa.array(np.ascontiguousarray(vectors, np.float16).ravel())
    return pa.FixedSizeListArray.from_arrays(flat, max(1, vectors.shape[1]))


def _bytes(column: pa.ChunkedArray) -> Hashes:
    array = column.combine_chunks()
    if array.type != pa.binary(32) or array.null_count:
        raise pa.ArrowInvalid(f"sha256 is {array.type} with {array.null_count} nulls")
    raw = np.frombuffer(array.buffers()[1], np.uint8)
    return raw[array.offset * 32 : (array.offset + len(array)) * 32].reshape(-1, 32)


def _halves(table: pa.Table) -> Halves:
    column = table["embedding"].combine_chunks()
    if not pa.types.is_fixed_size_list(column.type) or column.null_count:
        raise pa.ArrowInvalid(f"embedding is {column.type} with {column.null_count} nulls")
    found: Halves = column.flatten().to_numpy(zero_copy_only=False)
    return found.astype(np.float16, copy=False).reshape(len(column), -1)
