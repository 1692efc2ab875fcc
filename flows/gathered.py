"""What a build has left in its shards, side by side, before it is published."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import polars as pl

from configs.recipe import Recipe
from filters.coverage import Coverage, measure
from flows import judging, probes, slices
from flows.probes import Probed
from flows.references import anchor_of
from flows.refreshing import retired
from flows.stages import evidence_of, stages_of, standing
from flows.steps import seeds_of
from flows.work import Work
from flows.workspace import Workspace, workspace
from generators.seeds import Seed
from store.corpus import Corpus
from store.pairs import PAIRS
from store.records import frame
from store.report import WITHHELD


@dataclass(frozen=True)
class Gathered:
    """Records and what was said of them.

    ``rows`` are all records, ``kept`` those that stand; ``said`` are the verdicts, ``votes`` those
    of judges, ``seeds`` the planned ones and ``asked`` those of them that were not given up. In a
    refresh ``stood`` are the records of the version before, those that go among them, and ``pairs``
    its preference pairs.
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
    stood: pl.DataFrame | None = None
    pairs: pl.DataFrame = field(default_factory=lambda: frame([], PAIRS))

    @property
    def candidates(self) -> pl.DataFrame:
        """The records that this run asked for."""
        stood = 0 if self.stood is None else len(self.stood)
        return self.rows[stood:]


def gather(recipe: Recipe, work: Work) -> Gathered:
    """Read it, and look at the whole: what is covered after each stage, and what collapsed."""
    space = workspace(recipe)
    corpus = space.corpus(work.corpus)
    kept = standing(space, work.records, work.vectors, work.verdicts)
    said = space.shards.frame(work.verdicts, "verdicts")
    rows = space.shards.frame(work.records, "records")
    anchor = anchor_of(space, recipe, work.references)
    evidence = evidence_of(space, work.verdicts).sort("record_id", maintain_order=True)
    seeds = seeds_of(recipe, work.plan)[: work.planned] if work.plan else []
    asked = slices.asked(seeds, work.slices)
    counts = Counter(probes.planned_of(asked))
    before: dict[str, pl.DataFrame] = {}
    if work.standing:
        shard = [work.standing.shard]
        before = {
            "stood": space.shards.frame(shard, "records"),
            "pairs": space.shards.frame(shard, "pairs"),
        }
        # What was asked for them is not known any more, but that they came.
        counts.update(s[0]["document_id"] for s in before["stood"]["sources"].to_list())
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
        **before,
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
    every = rows.with_columns(question=shown).hstack(
        [dropped_by["dropped_by"], vectors["embedding"]]
    )
    return measure(
        # What a refresh retires is lost to the corpus, and to no stage.
        every.filter(pl.col("dropped_by").ne_missing(retired.STAGE)),
        ("generate", *stages_of(recipe)),
        corpus,
        space.vectors(work.passages),
        recipe.probes.tail,
        recipe.seed,
        anchor,
    )
