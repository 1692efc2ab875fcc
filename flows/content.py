"""The tables of a version, from the shards of a build."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import polars as pl

from configs.recipe import Recipe
from flows.workspace import Workspace
from store.corpus import Corpus
from store.records import CITED, RECORDS, REJECTED, frame
from store.splits import split_of


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
