"""The tables of a version, from the shards of a build."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

import polars as pl

from configs.recipe import Recipe
from flows.workspace import Workspace
from store.corpus import Corpus, Passage, spans_of
from store.records import CITED, MADE_OF, RECORDS, REJECTED, frame
from store.splits import split_of
from store.text import digest, sha256
from verifiers.validity import Timeline

_STATED = ("title", "kind", "source", "licence", "version", "valid_from", "valid_to", "api")
"""What a document says of itself that may change what is asked or how it is judged."""
_DIGITS = 16


def splits_of(kept: pl.DataFrame, recipe: Recipe) -> dict[str, pl.DataFrame]:
    """Kept records by the split of their first source's document, in the order of their ids."""
    split = [
        split_of(sources[0]["document_id"], recipe.splits, recipe.seed)
        for sources in kept["sources"].to_list()
    ]
    rows = kept.with_columns(split=pl.Series(split, dtype=pl.String)).sort("id")
    return {
        name: rows.filter(pl.col("split") == name).select(RECORDS.names)
        for name in ("train", "validation", "test")
    }


def rejected_of(space: Workspace, records: Sequence[str], verdicts: pl.DataFrame) -> pl.DataFrame:
    """Dropped records with the verdicts that dropped them."""
    drops = verdicts.filter(pl.col("decision") == "drop").rename({"record_id": "id"})
    rows = space.shards.frame(records, "records")
    joined = rows.join(drops, on="id", how="inner", maintain_order="left")
    return joined.select(REJECTED.names).sort("id")


def cited_by(corpus: Corpus, evidence: pl.DataFrame) -> pl.DataFrame:
    """The passages that evidence points to, once each, in the order of the corpus."""
    cited = set(evidence["passage_id"].to_list())
    rows = []
    for passage in corpus.passages:
        if passage.id in cited:
            document = corpus.document[passage.document_id]
            stated = {name: getattr(document, name) for name in CITED.names[-6:]}
            rows.append({**asdict(passage), **stated})
    return frame(rows, CITED)


def made_of(corpus: Corpus, as_of: date | None) -> pl.DataFrame:
    """The documents of a corpus as a version names them, by id. When one was fetched is no part of
    it, since that changes with each look.
    """
    holds = Timeline(corpus, as_of).standing
    rows = []
    for document in corpus.documents:
        passages = corpus.passages_of(document.id)
        stated = [str(getattr(document, name)) for name in _STATED]
        rows.append(
            {
                "document_id": document.id,
                "sha256": sha256(document.text),
                "stated": digest([*stated, spans_of(passages)]),
                "holds": holds[document.id],
                "passages": [short_hash(passage) for passage in passages],
            }
        )
    return frame(rows, MADE_OF).sort("document_id")


def short_hash(passage: Passage) -> str:
    """What a version remembers of a passage: the same for the same text."""
    return passage.sha256[:_DIGITS]
