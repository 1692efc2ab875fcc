"""One snapshot of what was read: the documents that count, and their passages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from filters.documents import Signs
from flows.folding import Folded, fold
from flows.progress import report
from flows.reading import Found
from store.corpus import DOCUMENTS, LEFT_OUT, PASSAGES, LeftOut, snapshot_of, table_of
from store.reading.pieces import READ
from store.shards import Rows, Shards, shard_key

_LISTED = [name for name in READ.names if name != "text"]


@dataclass(frozen=True)
class Listing:
    """All documents of a corpus without their texts, and which of them count.

    ``rows`` has the columns of ``READ`` but the text, in order, those folded too.
    """

    rows: pl.DataFrame
    folded: Folded

    @property
    def kept(self) -> pl.DataFrame:
        """The documents that count."""
        return self.rows.filter(~pl.int_range(pl.len()).is_in([*self.folded.said]))

    @property
    def twins(self) -> list[LeftOut]:
        """Those that do not, in the order of the corpus."""
        names = self.rows["id"]
        return [LeftOut(names[row], self.folded.said[row]) for row in sorted(self.folded.said)]


def listed(shards: Shards, found: Found, threshold: float) -> Listing:
    """The documents of some pieces, and which of them another counts for."""
    if not found.pieces:
        return Listing(_none(), Folded({}))
    rows = shards.frame(found.pieces, "documents", _LISTED)
    texts = _Texts(shards, found.pieces, [_length(shards, key) for key in found.pieces])
    folded = fold(rows, _signs(shards, found.pieces, rows), threshold, texts)
    return Listing(rows, folded)


def assemble(shards: Shards, found: Found, listing: Listing) -> str:
    """The snapshot of what counts: the key of a shard with ``documents``, ``passages`` and
    ``left_out``, written piece by piece.
    """
    left_out = [*found.left_out, *listing.twins]
    snapshot = snapshot_of(listing.kept.select("sha256", "spans").iter_rows())
    without = [f"{one.name}{one.said}" for one in left_out]
    folded = pa.array([one.name for one in listing.twins], pa.string())

    def make() -> dict[str, Rows]:
        return {
            "documents": _joined(shards, found.pieces, "documents", DOCUMENTS, "id", folded),
            "passages": _joined(shards, found.pieces, "passages", PASSAGES, "document_id", folded),
            "left_out": table_of(left_out, LEFT_OUT),
        }

    return shards.once(snapshot_key(without, snapshot), make)


def snapshot_key(without: Sequence[str], snapshot: str) -> str:
    """The key of a snapshot's shard; ``without`` is what was left out, each with why."""
    return shard_key("corpus", "3", without, [snapshot])


def _signs(shards: Shards, keys: Sequence[str], rows: pl.DataFrame) -> Signs:
    tables = [shards.table(key, "signs") for key in keys]
    values, numbers = (
        np.concatenate([_matrix(table[name]) for table in tables]) for name in ("values", "numbers")
    )
    return Signs(values, numbers, rows["characters"].to_numpy())


def _matrix(lists: pa.ChunkedArray) -> NDArray[Any]:
    flat = np.asarray(lists.combine_chunks().flatten())
    return flat.reshape(len(lists), lists.type.list_size)


def _length(shards: Shards, key: str) -> int:
    return len(shards.table(key, "signs", ["numbers"]))


class _Texts:
    """The texts of documents by their rows in a listing, with one piece in memory at a time."""

    def __init__(self, shards: Shards, keys: Sequence[str], lengths: Sequence[int]) -> None:
        self._shards, self._keys, self._starts = shards, keys, np.cumsum([0, *lengths])

    def __call__(self, rows: Sequence[int]) -> list[str]:
        """Their texts, in the same order."""
        places = np.searchsorted(self._starts, rows, side="right") - 1
        found = np.empty(len(rows), object)
        for piece in np.unique(places).tolist():
            texts = self._shards.table(self._keys[piece], "documents", ["text"])["text"]
            mine = np.flatnonzero(places == piece)
            at = np.asarray(rows)[mine] - self._starts[piece]
            found[mine] = texts.take(pa.array(at)).to_pylist()
        return [*found.tolist()]


def _joined(
    shards: Shards, keys: Sequence[str], name: str, schema: pa.Schema, of: str, folded: pa.Array
) -> pa.RecordBatchReader:
    """A table of all pieces but for what belongs to folded documents."""

    def batches_of() -> Iterator[pa.RecordBatch]:
        for number, key in enumerate(keys):
            report(f"keeping {name}", number, len(keys))
            table = shards.table(key, name, schema.names)
            kept = table.filter(pc.invert(pc.is_in(table[of], folded)))
            yield from kept.combine_chunks().to_batches()
        report(f"keeping {name}", len(keys), len(keys))

    return pa.RecordBatchReader.from_batches(schema, batches_of())


def _none() -> pl.DataFrame:
    empty = pl.from_arrow(READ.empty_table().select(_LISTED))
    assert isinstance(empty, pl.DataFrame)
    return empty
