"""What a run says of the files that are no part of its corpus."""

from __future__ import annotations

from collections.abc import Sequence

from store.corpus import LeftOut

_NAMED = 3


def sentence(left_out: Sequence[LeftOut]) -> str:
    """How many there are, and the first of them with why."""
    named = "; ".join(f"{one.name}{one.said}" for one in left_out[:_NAMED])
    more = len(left_out) - _NAMED
    rest = f"; and {more:,} more, see `stillhouse corpus`" if more > 0 else ""
    one = len(left_out) == 1
    count = "1 document" if one else f"{len(left_out):,} documents"
    return f"{count} of the corpus {'was' if one else 'were'} left out: {named}{rest}"
