"""What differs between the corpus a version was made from and the corpus there is now."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from flows.content import short_hash
from store.corpus import Corpus


@dataclass(frozen=True)
class CorpusDiff:
    """Ids of documents that are new, that say something else now, and that are gone, each in order;
    and of the passages whose text was not in the same document before, in the order of the corpus.

    A document changed where its text did, or its title, dates, licence or passages, or where it no
    longer holds, since another took its place.
    """

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.new or self.changed or self.deleted)


def diff_corpus(before: pl.DataFrame, now: pl.DataFrame, corpus: Corpus) -> CorpusDiff:
    """What ``corpus`` has become; ``before`` and ``now`` are rows of MADE_OF."""
    one, two = ({row["document_id"]: row for row in each.to_dicts()} for each in (before, now))
    new = sorted(two.keys() - one.keys())
    changed = sorted(id_ for id_ in one.keys() & two.keys() if one[id_] != two[id_])
    touched = {*new, *changed}
    known = {id_: frozenset(one[id_]["passages"]) if id_ in one else frozenset() for id_ in touched}
    passages = (
        passage.id
        for passage in corpus.passages
        if passage.document_id in touched and short_hash(passage) not in known[passage.document_id]
    )
    deleted = sorted(one.keys() - two.keys())
    return CorpusDiff(tuple(new), tuple(changed), tuple(deleted), tuple(passages))
