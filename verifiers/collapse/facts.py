"""Facts: how much of what is said is supported, and how much of the sources is still said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

Claims = NDArray[np.int64]
"""Of each row, how many claims are supported, and how many there are."""
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Sources:
    """What a corpus holds: its documents, how many rows of each were planned or stood in the parent
    version, how many passages it has, and how many of them support a claim.
    """

    documents: Sequence[str]
    planned: Mapping[str, int] = field(default_factory=dict)
    passages: int = 0
    supporting: int = 0


def claims_of(ids: Sequence[str], evidence: pl.DataFrame) -> Claims:
    """Supported and all claims of these records, by the evidence of a version."""
    counts = evidence.group_by(id="record_id").agg(
        supported=(pl.col("verdict") == "supported").sum(), every=pl.len()
    )
    rows = pl.DataFrame({"id": list(ids)}, schema={"id": pl.String}).join(
        counts, on="id", how="left", maintain_order="left"
    )
    found: Claims = rows.select(pl.col("supported", "every").fill_null(0)).to_numpy().astype(int)
    return found


def supporting_passages(ids: Sequence[str], evidence: pl.DataFrame) -> int:
    """How many passages support a claim of these records."""
    rows = evidence.filter(
        pl.col("record_id").is_in(list(ids)) & (pl.col("verdict") == "supported")
    )
    return int(rows["passage_id"].n_unique()) if len(rows) else 0


def accuracy(claims: Claims) -> float:
    """Share of the claims that are supported; 1 where nothing is claimed."""
    supported, every = claims.sum(axis=0).tolist()
    return supported / every if every else 1.0


@dataclass(frozen=True)
class Told:
    """Which documents some rows come from, as pairs of a row and a document's number."""

    row: NDArray[np.int64]
    document: NDArray[np.int64]
    documents: int

    @staticmethod
    def of(documents: Sequence[Sequence[str]], known: Sequence[str] | None = None) -> Told:
        """Number the documents of some rows, among those that are known, if they are given."""
        names = known if known is not None else sorted({d for row in documents for d in row})
        number = {name: at for at, name in enumerate(names)}
        pairs = [
            (at, number[name])
            for at, row in enumerate(documents)
            for name in dict.fromkeys(row)
            if name in number
        ]
        both = np.array(pairs, np.int64).reshape(-1, 2)
        return Told(both[:, 0], both[:, 1], len(number))

    def counts(self, rows: Mask) -> NDArray[np.int64]:
        """How many of the rows come from each document."""
        return np.bincount(self.document[rows[self.row]], minlength=self.documents)

    def recall(self, rows: Mask) -> float:
        """Share of the documents that at least one of the rows comes from."""
        return float((self.counts(rows) > 0).sum() / max(1, self.documents))


def silent_tail(counts: Mapping[str, int], planned: Mapping[str, int], share: float) -> float:
    """Of the documents that had fewest rows planned (or in the parent version), a ``share`` of all
    of them, the share that has no row now; ties in the order of their names.
    """
    names = sorted(planned, key=lambda name: (planned[name], name))
    tail = names[: max(1, round(share * len(names)))]
    return sum(not counts.get(name) for name in tail) / len(tail) if tail else 0.0
