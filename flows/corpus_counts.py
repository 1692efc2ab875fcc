"""What was read of a corpus: how much, in which languages, of which days, what twice, what not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from configs.corpus import CorpusSource
from configs.documents import Chunking, Folding
from flows.reading import Found, read_new
from flows.snapshot import Listing, listed
from store.corpus import LeftOut
from store.shards import Shards

_CHARS_OF_TOKEN = 4
"""About as many characters of English make a token of most models."""


@dataclass(frozen=True)
class Alike:
    """Two documents that are nearly the same, and the share of runs of three words they share."""

    left: str
    right: str
    share: float


@dataclass(frozen=True)
class CorpusCounts:
    """What stands in a corpus. ``tokens`` is a rough count. ``kinds`` counts documents by suffix,
    ``languages`` by code, empty where there is too little text to tell.
    """

    documents: int
    passages: int
    paged: int
    tokens: int
    kinds: Counter[str]
    languages: Counter[str]
    dated: tuple[date, ...]
    problems: tuple[LeftOut, ...]
    twins: tuple[LeftOut, ...]
    alike: tuple[Alike, ...]


def count_corpus(
    shards: Shards, sources: Sequence[CorpusSource], chunking: Chunking, folding: Folding
) -> CorpusCounts:
    """Read the sources of a corpus and count what was found.

    Raises:
        ConfigError: nothing is at the place of a source, or a library is lacking.
    """
    found = Found()
    for source in sources:
        found.plus(read_new(shards, source, chunking))
    listing = listed(shards, found, folding.threshold)
    kept, names = listing.kept, listing.rows["id"]
    return CorpusCounts(
        documents=len(kept),
        passages=int(kept["passages"].sum()),
        paged=int((kept["pages"].list.len() > 0).sum()),
        tokens=int(kept["characters"].sum()) // _CHARS_OF_TOKEN,
        kinds=Counter(map(_kind, kept["id"], kept["kind"])),
        languages=Counter(kept["language"].to_list()),
        dated=tuple(kept["valid_from"].drop_nulls().sort().to_list()),
        problems=(*found.left_out, *_named_alike(listing)),
        twins=tuple(listing.twins),
        alike=tuple(
            Alike(names[pair.first], names[pair.second], pair.share)
            for pair in listing.folded.alike
        ),
    )


def _named_alike(listing: Listing) -> Iterator[LeftOut]:
    """Ids that several documents have, folded ones too, as a build sees them."""
    ids = listing.rows["id"]
    for id_ in ids.filter(ids.is_duplicated()).unique(maintain_order=True):
        yield LeftOut(id_, ": is the id of several documents, with which no build begins")


def _kind(id_: str, kind: str) -> str:
    if kind != "prose":
        return kind
    return PurePosixPath(id_.partition(":")[0]).suffix.lower() or "text"
