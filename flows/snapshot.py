"""One snapshot of what was read: the documents that count, and their passages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flows.folding import Folded, fold
from flows.progress import report
from flows.reading import Found
from store.corpus import DOCUMENTS, LEFT_OUT, PASSAGES, LeftOut, snapshot_of, table_of
from store.reading.pieces import READ
from store.shards import Rows, Shards, shard_key

_LISTED = [name for name in READ.names if name != "text"]
_OPEN = 3
"""Pieces whose texts are in memory while documents are compared."""


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
    signed = [_signatures(shards, key) for key in found.pieces]
    texts = _Texts(shards, found.pieces, np.cumsum([0, *map(len, signed)]))
    folded = fold(rows, np.concatenate(signed), threshold, texts)
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

    return shards.once(shard_key("corpus", "3", without, [snapshot]), make)


def _signatures(shards: Shards, key: str) -> NDArray[np.uint32]:
    column = shards.table(key, "signatures")["signature"].combine_chunks()
    return np.asarray(column.flatten()).reshape(len(column), -1)


class _Texts:
    """The texts of documents by their rows in a listing, with few pieces in memory."""

    def __init__(self, shards: Shards, keys: Sequence[str], starts: NDArray[np.int64]) -> None:
        self._keys, self._starts = keys, starts
        self._column = lru_cache(maxsize=_OPEN)(
            lambda key: shards.table(key, "documents", ["text"])["text"]
        )

    def __call__(self, rows: Sequence[int]) -> list[str]:
        pieces = np.searchsorted(self._starts, rows, side="right") - 1
        return [
            self._column(self._keys[piece])[row - int(self._starts[piece])].as_py()
            for row, piece in zip(rows, pieces.tolist(), strict=True)
        ]


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
