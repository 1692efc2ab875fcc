"""How many planted lies the verifier drops, and how many true records it keeps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import orjson
import polars as pl

from configs.recipe import Recipe
from configs.verifiers import Grounding
from flows.stages import standing
from flows.work import Work
from flows.workspace import workspace
from generators.corruptions import plant
from store.embedding import embedder
from store.records import RECORDS, frame
from store.stages import STAGES, Context


@dataclass(frozen=True)
class Caught:
    """Verdicts on planted lies by kind, and on the true records beside them."""

    by_kind: dict[str, tuple[int, int]]
    truths: int
    truths_kept: int
    missed: list[str]

    @property
    def planted(self) -> int:
        """Lies planted."""
        return sum(count for _, count in self.by_kind.values())

    @property
    def lies_caught(self) -> float:
        """Share of the lies that were dropped."""
        return sum(caught for caught, _ in self.by_kind.values()) / max(1, self.planted)

    @property
    def kept_share(self) -> float:
        """Share of the true records that were kept."""
        return self.truths_kept / max(1, self.truths)


def measure(recipe: Recipe, work: Work, count: int = 400, seed: int = 11) -> Caught:
    """Plant lies among a build's candidates and let the verifier judge them all together."""
    space = workspace(recipe)
    corpus = space.corpus(work.corpus)
    candidates = standing(space, work.records, work.vectors, work.records)
    lies = plant(candidates.select(RECORDS.names).to_dicts(), corpus, count, seed)
    planted = frame(lies, RECORDS)
    texts = [f"{row['question']}\n{row['answer']}" for row in lies]
    vectors = embedder(recipe.embedding)(texts)
    column = pl.Series("embedding", vectors, dtype=candidates.schema["embedding"])
    truths = candidates.select(*RECORDS.names, "embedding")
    mixed = pl.concat([truths, planted.with_columns(column)]).sort("id")
    context = Context(corpus, np.asarray(space.vectors(work.passages)), recipe.seed)
    settings = recipe.verifiers.grounding or Grounding()
    verdicts = STAGES["grounding"].make(settings, context)(mixed).verdicts
    dropped = set(verdicts.filter(pl.col("decision") == "drop")["record_id"])
    by_kind: dict[str, tuple[int, int]] = {}
    missed = []
    for lie in lies:
        kind = orjson.loads(lie["metadata"])["planted"]
        caught, planted_count = by_kind.get(kind, (0, 0))
        by_kind[kind] = (caught + (lie["id"] in dropped), planted_count + 1)
        if lie["id"] not in dropped:
            missed.append(f"{kind}: {lie['question']} -> {lie['answer']} {lie['quotes']}")
    kept = sum(id_ not in dropped for id_ in truths["id"])
    return Caught(by_kind, len(truths), kept, missed)
