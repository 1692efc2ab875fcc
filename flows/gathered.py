"""What a build has left in its shards, side by side, before it is published."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from configs.recipe import Recipe
from filters.coverage import Coverage, measure
from flows import judging, probes, slices
from flows.probes import Probed
from flows.references import anchor_of
from flows.stages import evidence_of, stages_of, standing
from flows.steps import seeds_of
from flows.work import Work
from flows.workspace import Workspace, workspace
from generators.seeds import Seed
from store.corpus import Corpus
from store.report import WITHHELD


@dataclass(frozen=True)
class Gathered:
    """Records and what was said of them.

    ``rows`` are all records, ``kept`` those that stand; ``said`` are the verdicts, ``votes`` those
    of judges, ``seeds`` the planned ones and ``asked`` those of them that were not given up.
    """

    space: Workspace
    corpus: Corpus
    rows: pl.DataFrame
    kept: pl.DataFrame
    said: pl.DataFrame
    evidence: pl.DataFrame
    votes: pl.DataFrame | None
    anchor: pl.DataFrame | None
    seeds: list[Seed]
    asked: list[Seed]
    covered: list[Coverage]
    probed: Probed


def gather(recipe: Recipe, work: Work) -> Gathered:
    """Read it, and look at the whole: what is covered after each stage, and what collapsed."""
    space = workspace(recipe)
    corpus = space.corpus(work.corpus)
    kept = standing(space, work.records, work.vectors, work.verdicts)
    said = space.shards.frame(work.verdicts, "verdicts")
    rows = space.shards.frame(work.records, "records")
    anchor = anchor_of(space, recipe, work.references)
    evidence = evidence_of(space, work.verdicts).sort("record_id", maintain_order=True)
    seeds = seeds_of(recipe, work.plan)[: work.planned]
    asked = slices.asked(seeds, work.slices)
    counts = probes.planned_of(asked)
    return Gathered(
        space,
        corpus,
        rows,
        kept,
        said,
        evidence,
        judging.votes_of(space, work.verdicts),
        anchor,
        seeds,
        asked,
        _covered(space, recipe, work, rows, said, corpus, anchor),
        probes.probe(space, recipe, kept, evidence, corpus, work.passages, counts, anchor),
    )


def _covered(
    space: Workspace,
    recipe: Recipe,
    work: Work,
    rows: pl.DataFrame,
    verdicts: pl.DataFrame,
    corpus: Corpus,
    anchor: pl.DataFrame | None,
) -> list[Coverage]:
    """What is covered after each stage, from the replies on."""
    if recipe.probes.tail is None:
        return []
    drops = verdicts.filter(pl.col("decision") == "drop").unique("record_id", keep="first")
    fate = drops.select(id="record_id", dropped_by="stage")
    dropped_by = rows.select("id").join(fate, on="id", how="left", maintain_order="left")
    vectors = space.shards.frame(work.vectors, "vectors")
    # Clusters that vanished are shown with a question, which may not be one with personal data.
    private = (dropped_by["dropped_by"] == "privacy").fill_null(False)
    shown = pl.when(private).then(pl.lit(WITHHELD)).otherwise(pl.col("question"))
    return measure(
        rows.with_columns(question=shown).hstack([dropped_by["dropped_by"], vectors["embedding"]]),
        ("generate", *stages_of(recipe)),
        corpus,
        space.vectors(work.passages),
        recipe.probes.tail,
        recipe.seed,
        anchor,
    )
