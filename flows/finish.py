"""The end of a build: the funnel, the probes, and the published version."""

from __future__ import annotations

import importlib.metadata
import platform
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from configs.recipe import Recipe
from filters.coverage import Coverage, alarms, as_row, measure
from flows import (
    acceptance,
    accounts,
    canary_batch,
    drift,
    generation_depth,
    hostile,
    judging,
    mixing,
    planted,
    probes,
    repairs,
    slices,
    user_inputs,
    verifier_error,
)
from flows.content import cited_by, rejected_of, splits_of
from flows.decontaminate import about_decontamination
from flows.gate import judged, status_of
from flows.identity import made_by, recipe_hash
from flows.left_out import sentence
from flows.references import anchor_of, described
from flows.stages import evidence_of, stages_of, standing
from flows.steps import seeds_of
from flows.sweep import sweep_of_build
from flows.work import Work, whether_whole
from flows.workspace import Workspace, run_of, workspace
from generators.cascade import too_many
from store.corpus import Corpus
from store.pairs import pairs_of
from store.publish import publish
from store.report import WITHHELD
from store.version_tables import Content
from store.versions import Version, latest

_LISTED = 1_000
"""Files left out of the corpus that the manifest names."""
_LIBRARIES = ("prefect", "datasets", "pyarrow", "polars", "sentence-transformers", "faiss-cpu")


def publish_version(recipe: Recipe, work: Work) -> Version:
    """Put kept and rejected records, evidence, verdicts and probes together and publish them."""
    space = workspace(recipe)
    corpus = space.corpus(work.corpus)
    kept = standing(space, work.records, work.vectors, work.verdicts)
    said = space.shards.frame(work.verdicts, "verdicts")
    rows = space.shards.frame(work.records, "records")
    anchor = anchor_of(space, recipe, work.references)
    covered = _covered(space, recipe, work, rows, said, corpus, anchor)
    votes = judging.votes_of(space, work.verdicts)
    judge = judging.account(recipe, votes, space)
    evidence = evidence_of(space, work.verdicts).sort("record_id", maintain_order=True)
    verifier = verifier_error.account(recipe, space, work.verifier, evidence)
    seeds = seeds_of(recipe, work.plan)[: work.planned]
    asked, stopped = slices.asked(seeds, work.slices), slices.account(seeds, work.slices)
    counts = probes.planned_of(asked)
    probed = probes.probe(space, recipe, kept, evidence, corpus, work.passages, counts, anchor)
    parent = latest(recipe.output, recipe.name)
    gate = judged(recipe, probed.panel, kept, covered, corpus, parent)
    made, real = splits_of(kept, recipe), mixing.real_splits(recipe, anchor)
    lost, splits = rejected_of(space, work.records, said), mixing.together(made, real)
    matched = user_inputs.match(recipe, space, work.user_inputs, splits, corpus)
    content = Content(
        splits=splits,
        pairs={name: pairs_of(rows, lost, evidence) for name, rows in made.items()},
        variants=mixing.variants(recipe, made, real),
        messy=matched.splits,
        rejected=lost,
        evidence=evidence,
        passages=cited_by(corpus, evidence),
        verdicts=said.sort("record_id", maintain_order=True),
        probes=probed.panel,
        figures=probed.figures,
    )
    lineage = mixing.lineage(content.splits, parent, work.reason)
    canaries = planted.account(recipe, space, work.canaries)
    whole = whether_whole(len(kept), len(asked), work, recipe, space)
    manifest = {
        **status_of(
            whole,
            gate,
            planted.held_back_by(canaries),
            user_inputs.held_back_by(recipe, matched.account),
        ),
        "gate": gate or {},
        "lineage": lineage,
        "generations": generation_depth.account(recipe, kept),
        **_about_recipe(recipe),
        "corpus": _about_corpus(corpus, kept),
        "references": described(space, work.references),
        "teachers": _teachers(kept),
        "origins": sorted({*pl.concat(list(content.splits.values()))["origin"]}),
        "cost": _cost(space, work, votes),
        "judge": judge,
        "acceptance": acceptance.account(recipe, space, work.acceptance),
        "verifier": verifier,
        "canaries": canaries,
        "canary": work.canary,
        "user_inputs": matched.account,
        "coverage": [as_row(row) for row in covered],
        **_of_candidates(space, recipe, work, len(asked), rows, said),
        "slices": stopped,
        "notes": [
            *_of_corpus(corpus, lost),
            *_notes(work, rows, recipe, covered),
            *probes.notes(probed.panel),
            *mixing.notes(recipe, lineage),
            *user_inputs.notes(recipe, matched.account),
            *generation_depth.notes(recipe, kept),
            *judging.notes(recipe, judge),
            *verifier_error.notes(recipe.probes.verifier, verifier),
            *_of_canaries(work, canaries),
        ],
        "vanished": probed.vanished,
        "run": _run(work, space, recipe),
    }
    return publish(recipe.output, recipe.name, content, manifest, recipe.splits.real_only)


def _of_candidates(
    space: Workspace,
    recipe: Recipe,
    work: Work,
    asked: int,
    rows: pl.DataFrame,
    said: pl.DataFrame,
) -> dict[str, Any]:
    """What became of all candidates, kept or not, as the manifest keeps it."""
    models = rows.filter(pl.col("generation_mode") != "rule-based")
    mix, before = drift.mix_of(rows, said, recipe), drift.mix_of_parent(recipe)
    return {
        "decontamination": about_decontamination(recipe, space, work.references, said),
        "funnel": funnel(said, asked + _escalated(rows) + _repaired(rows), recipe),
        "survival": canary_batch.survival(recipe, rows, said),
        "repair": repairs.account(recipe, rows, said, space.journal),
        "tiers": accounts.by_tier(models, said, recipe, space.journal),
        "replies": {"rungs": accounts.rungs(models, said), "fields": accounts.fields(rows, said)},
        "sweep": sweep_of_build(recipe, work.records, work.vectors, work.verdicts, work.references),
        "mix": drift.as_figures(mix),
        "alarms": drift.alarms(mix, before) if before else [],
    }


def _about_recipe(recipe: Recipe) -> dict[str, Any]:
    return {
        "recipe": recipe.model_dump(mode="json", exclude={"output"}),
        "recipe_hash": recipe_hash(recipe),
        "made_by": made_by(recipe),
    }


def _about_corpus(corpus: Corpus, kept: pl.DataFrame) -> dict[str, Any]:
    return {
        "snapshot": corpus.snapshot,
        "documents": len(corpus.documents),
        "passages": len(corpus.passages),
        "licences": sorted({d.licence for d in corpus.documents if d.licence}),
        "left_out": [[one.name, one.said.lstrip(": ")] for one in corpus.left_out[:_LISTED]],
        "left_out_count": len(corpus.left_out),
        "covered": len({s["document_id"] for row in kept["sources"].to_list() for s in row}),
    }


def funnel(verdicts: pl.DataFrame, planned: int, recipe: Recipe) -> list[dict[str, Any]]:
    """Counts after each stage, with its three most frequent reasons to drop."""
    steps: list[dict[str, Any]] = [
        {"stage": "planned", "kept": planned, "dropped": 0, "reasons": []}
    ]
    for stage in ("generate", *stages_of(recipe)):
        own = verdicts.filter(pl.col("stage") == stage)
        drops = own.filter(pl.col("decision") == "drop")
        counts = drops["reason"].value_counts().sort(["count", "reason"], descending=[True, False])
        reasons = [[reason, int(count)] for reason, count in counts.head(3).iter_rows()]
        steps.append(
            {
                "stage": stage,
                "kept": len(own) - len(drops),
                "dropped": len(drops),
                "reasons": reasons,
            }
        )
    steps.append({"stage": "published", "kept": steps[-1]["kept"], "dropped": 0, "reasons": []})
    return steps


def _escalated(rows: pl.DataFrame) -> int:
    return len(rows.filter(pl.col("escalated_from") != ""))


def _repaired(rows: pl.DataFrame) -> int:
    return len(rows.filter(pl.col("repaired_from") != ""))


def _notes(
    work: Work, rows: pl.DataFrame, recipe: Recipe, covered: Sequence[Coverage]
) -> list[str]:
    """How the run went: its cascade, slices that were given up, stages that narrowed the set."""
    narrowed = alarms(covered, recipe.probes.tail) if recipe.probes.tail else []
    return [*_of_cascade(work, rows, recipe), *(one.text for one in work.slices), *narrowed]


def _of_corpus(corpus: Corpus, lost: pl.DataFrame) -> list[str]:
    """What of the corpus could not be read, and which documents give orders to a model."""
    left_out = [sentence(corpus.left_out)] if corpus.left_out else []
    return [*left_out, *hostile.notes(lost, corpus)]


def _of_canaries(work: Work, canaries: Mapping[str, Any] | None) -> list[str]:
    """What the planted canaries and the canary batch have to say."""
    return [*planted.notes(canaries), *canary_batch.notes(work.canary)]


def _of_cascade(work: Work, rows: pl.DataFrame, recipe: Recipe) -> list[str]:
    """What the calibration of a cascade said, and whether the cascade pays."""
    if not recipe.routing.enabled:
        return []
    asked = rows.filter(pl.col("repaired_from") == "")
    first = len(asked.filter(pl.col("tier") == min(work.tiers)))
    return [*work.notes, *too_many(first, _escalated(rows), recipe.routing)]


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


def _teachers(kept: pl.DataFrame) -> list[list[Any]]:
    counts = kept.group_by("teacher", "generation_mode").len().sort("teacher", "generation_mode")
    return [[teacher, mode, int(count)] for teacher, mode, count in counts.iter_rows()]


def _cost(space: Workspace, work: Work, votes: pl.DataFrame | None) -> dict[str, Any]:
    """What the replies behind these candidates and the votes on them cost, whenever they were
    paid.
    """
    rows = space.shards.frame(work.records, "records")
    paid = rows.filter(pl.col("generation_mode") != "rule-based")
    keys = paid["request_keys"].explode().drop_nulls().unique().to_list()
    if votes is not None:
        keys += judging.request_keys(votes)
    if work.acceptance:
        keys += judging.request_keys(space.shards.frame([work.acceptance], "votes"))
    return space.journal.cost(keys)


def _run(work: Work, space: Workspace, recipe: Recipe) -> dict[str, Any]:
    """What differs between two runs of the same recipe."""
    spent = space.journal.spent(run_of(recipe))
    return {
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "wall_s": round(time.monotonic() - work.started, 1),
        "requests_sent_ever": spent.requests,
        "stillhouse": importlib.metadata.version("stillhouse"),
        "python": platform.python_version(),
        "libraries": {name: importlib.metadata.version(name) for name in _LIBRARIES},
    }
