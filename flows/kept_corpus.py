"""The corpus that a version was made from: its snapshot, where that is still in the working folder,
and the hashes of its documents, which the version itself names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from flows.snapshot import snapshot_key
from flows.workspace import working_folder
from store.shards import Shards
from store.versions import Version

_MADE_OF = "corpus"
_SIGN = ("id", "title", "text", "source", "licence", "version", "valid_from", "valid_to")


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids of documents: those only the second corpus has, that differ, and only the first has."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]


@dataclass(frozen=True)
class KeptCorpus:
    """A snapshot that is still there, by the key of its shard."""

    shards: Shards
    key: str

    def documents(self, columns: list[str]) -> pl.DataFrame:
        """Columns of its documents."""
        return self.shards.frame([self.key], "documents", columns)

    def some(self, name: str, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Those of its ``documents`` or ``passages`` that have such ids, by id."""
        path = self.shards.root / self.key / f"{name}.parquet"
        rows = pl.scan_parquet(path).filter(pl.col("id").is_in([*ids])).collect()
        return {row["id"]: row for row in rows.to_dicts()}


def kept_corpus(version: Version) -> KeptCorpus | None:
    """The snapshot of a version; None where the working folder does not hold it any more, or lies
    elsewhere.
    """
    corpus = version.manifest.get("corpus", {})
    said = [f"{name}{_colon(said)}" for name, said in corpus.get("left_out", [])]
    shards = Shards(working_folder(version.root) / "shards")
    if len(said) != corpus.get("left_out_count", len(said)) or "snapshot" not in corpus:
        return None  # the manifest does not name every file that was left out
    key = snapshot_key(said, corpus["snapshot"])
    return KeptCorpus(shards, key) if shards.has(key) else None


def _colon(said: str) -> str:
    """What was said of a file that was left out, with the colon that the manifest spares."""
    return f":{said}" if said.partition(":")[0].isdigit() else f": {said}"


def document_changes(one: Version, two: Version) -> Changes | None:
    """Which documents differ between the corpora of two versions; None where that is not known,
    since one of them is not kept and does not name its documents.
    """
    if _snapshot(one) is not None and _snapshot(one) == _snapshot(two):
        return Changes((), (), ())
    left, right = kept_corpus(one), kept_corpus(two)
    if left is not None and right is not None:
        a, b = _signed(left), _signed(right)
    elif _MADE_OF in one.folders & two.folders:
        a, b = _named(one), _named(two)
    else:
        return None
    both = a.join(b, on="id", suffix="_two")
    changed = both.filter(pl.col("sign") != pl.col("sign_two"))["id"]
    new, gone = b.join(a, on="id", how="anti")["id"], a.join(b, on="id", how="anti")["id"]
    return Changes(*(tuple(sorted(ids.to_list())) for ids in (new, changed, gone)))


def _snapshot(version: Version) -> str | None:
    found: str | None = version.manifest.get("corpus", {}).get("snapshot")
    return found


def _named(version: Version) -> pl.DataFrame:
    rows = version.table(_MADE_OF, ["document_id", "sha256", "stated"])
    return rows.select(id="document_id", sign=pl.struct("sha256", "stated").hash(0))


def _signed(corpus: KeptCorpus) -> pl.DataFrame:
    rows = corpus.documents([*_SIGN])
    return rows.select("id", sign=pl.struct(pl.exclude("id")).hash(0))
