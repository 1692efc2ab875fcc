"""Documents of a corpus that count as one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from filters.documents import Like, Signs, Texts, like_pairs

_SAME = ("kind", "version", "valid_from", "valid_to")
"""What two documents must have in common: another date is another state."""


@dataclass(frozen=True)
class Folded:
    """Rows of a listing that another row counts for, each with how it is said of it; and pairs of
    rows that are alike and both stay.
    """

    said: dict[int, str]
    alike: tuple[Like, ...] = ()


def fold(listing: pl.DataFrame, signs: Signs, threshold: float, texts: Texts) -> Folded:
    """Which documents count for others.

    Of those with the same text, white space apart, the first stays; of those nearly the same the
    one that says more. A row counts for others only if it stays itself.

    Args:
        listing: the documents in their order, with the columns of ``store.reading.pieces.READ``.
        signs: those of the documents.
        threshold: Jaccard similarity of runs of three words; at 1 only equal ones are folded.
        texts: gives the texts of some rows.
    """
    said = dict(_equal(listing))
    rest = np.array([row for row in _foldable(listing) if row not in said], np.int64)
    if threshold >= 1 or len(rest) < 2:
        return Folded(said)
    names, groups, alike = listing["id"], listing.select(_SAME).rows(), []
    found = like_pairs(signs.of(rest), threshold, lambda rows: texts(rest[[*rows]].tolist()))
    for pair in sorted(found, key=lambda pair: (-pair.share, pair)):
        kept, lost = int(rest[pair.first]), int(rest[pair.second])
        if kept in said or lost in said:
            continue
        if pair.covers and groups[kept] == groups[lost]:
            said[lost] = f": says nearly the same as {names[kept]} ({pair.share:.0%})"
        else:
            alike.append(pair._replace(first=kept, second=lost))
    return Folded(said, tuple(p for p in alike if p.first not in said and p.second not in said))


def _equal(listing: pl.DataFrame) -> Iterator[tuple[int, str]]:
    first: dict[tuple[object, ...], int] = {}
    names = listing["id"]
    for row, key in enumerate(listing.select("said", *_SAME).iter_rows()):
        known = first.setdefault(key, row)
        if known != row and listing["passages"][row]:
            yield row, f": says the same as {names[known]}"


def _foldable(listing: pl.DataFrame) -> list[int]:
    """Documents of prose. Of two functions with like documentation each is a thing of its own."""
    prose = (listing["kind"] == "prose") & (listing["passages"] > 0)
    return prose.arg_true().to_list()
