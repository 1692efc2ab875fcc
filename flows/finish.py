"""The end of a build: the funnel, the probes, and the published version."""

from __future__ import annotations

import importlib.metadata
import platform
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import polars as pl

from configs.recipe import Recipe
from filters.coverage import alarms, as_row
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
from flows.content import cited_by, made_of, rejected_of, splits_of
from flows.decontaminate import about_decontamination
from flows.gate import judged, status_of
from flows.gathered import Gathered, gather
from flows.identity import made_by, recipe_hash
from flows.left_out import sentence
from flows.references import described
from flows.refreshing import told as refreshed
from flows.stages import stages_of
from flows.sweep import NOTHING_SWEPT, sweep_of_build
from flows.work import Work, whether_whole
from flows.workspace import Workspace, run_of
from generators.cascade import too_many
from store.corpus import Corpus
from store.pairs import pairs_of
from store.publish import publish
from store.version_tables import Content
from store.versions import Version, latest

_LISTED = 1_000
"""Files left out of the corpus that the manifest names."""
_LIBRARIES = ("prefect", "datasets", "pyarrow", "polars", "sentence-transformers", "faiss-cpu")


def publish_version(recipe: Recipe, work: Work) -> Version:
    """Put kept and rejected records, evidence, verdicts and probes together and publish them."""
    found = gather(recipe, work)
    parent = latest(recipe.output, recipe.name)
    gate = judged(recipe, found.probed.panel, found.kept, found.covered, found.corpus, parent)
    content, matched = _content(recipe, work, found)
    accounts = {
        "lineage": mixing.lineage(content.splits, parent, work.reason),
        "refresh": refreshed.account(found.space, work.standing),
        "judge": judging.account(recipe, found.votes, found.space),
        "verifier": verifier_error.account(recipe, found.space, work.verifier, found.evidence),
        "canaries": planted.account(recipe, found.space, work.canaries),
        "user_inputs": matched.account,
    }
    manifest = {
        **status_of(
            _whether_whole(recipe, work, found),
            gate,
            planted.held_back_by(accounts["canaries"]),
            user_inputs.held_back_by(recipe, matched.account),
        ),
        "approval": recipe.approval,
        "gate": gate or {},
        "generations": generation_depth.account(recipe, found.kept),
        **_about_recipe(recipe),
        "corpus": _about_corpus(found.corpus, found.kept),
        "references": described(found.space, work.references),
        "teachers": _teachers(found.kept),
        "writers": _writers(found.kept),
        "origins": sorted({*pl.concat(list(content.splits.values()))["origin"]}),
        "cost": _cost(found, work),
        "acceptance": acceptance.account(recipe, found.space, work.acceptance),
        "canary": work.canary,
        **accounts,
        "coverage": [as_row(row) for row in found.covered],
        **_of_candidates(recipe, work, found),
        "slices": slices.account(found.seeds, work.slices),
        "notes": _notes(recipe, work, found, content, accounts),
        "vanished": found.probed.vanished,
        "run": _run(work, found.space, recipe),
    }
    return publish(recipe.output, recipe.name, content, manifest, recipe.splits.real_only)


def _whether_whole(recipe: Recipe, work: Work, found: Gathered) -> dict[str, str]:
    if work.standing is not None:
        return refreshed.status(work, work.standing, found.space)
    return whether_whole(len(found.kept), len(found.asked), work, recipe, found.space)


def _content(recipe: Recipe, work: Work, found: Gathered) -> tuple[Content, user_inputs.Matched]:
    """The tables of the version, and what is said of its messy twins."""
    made, real = splits_of(found.kept, recipe), mixing.real_splits(recipe, found.anchor)
    lost = rejected_of(found.space, work.records, found.said)
    splits = mixing.together(made, real)
    matched = user_inputs.match(recipe, found.space, work.user_inputs, splits, found.corpus)
    content = Content(
        splits=splits,
        pairs={name: _pairs(rows, lost, found) for name, rows in made.items()},
        variants=mixing.variants(recipe, made, real),
        messy=matched.splits,
        rejected=lost,
        evidence=found.evidence,
        passages=cited_by(found.corpus, found.evidence),
        verdicts=found.said.sort("record_id", maintain_order=True),
        corpus=made_of(found.corpus, recipe.as_of),
        probes=found.probed.panel,
        figures=found.probed.figures,
    )
    return content, matched


def _pairs(rows: pl.DataFrame, lost: pl.DataFrame, found: Gathered) -> pl.DataFrame:
    """The preference pairs of kept records, of those that stood before as they were."""
    if found.stood is None:
        return pairs_of(rows, lost, found.evidence)
    own = rows.filter(~pl.col("id").is_in(found.stood["id"].implode()))
    before = found.pairs.filter(pl.col("record_id").is_in(rows["id"].implode()))
    every = pl.concat([pairs_of(own, lost, found.evidence), before])
    return every.sort("record_id", maintain_order=True)


def _of_candidates(recipe: Recipe, work: Work, found: Gathered) -> dict[str, Any]:
    """What became of all candidates, kept or not, as the manifest keeps it; what stood before a
    refresh is none.
    """
    space, rows, said = found.space, found.candidates, found.said
    if found.stood is not None:
        said = said.filter(~pl.col("record_id").is_in(found.stood["id"].implode()))
    work, standing = work.asked, work.standing
    planned = len(found.asked) + _escalated(rows) + _repaired(rows)
    models = rows.filter(pl.col("generation_mode") != "rule-based")
    mix, before = drift.mix_of(rows, said, recipe), drift.mix_of_parent(recipe)
    compared = [work.records, work.vectors, work.verdicts, work.references]
    return {
        "decontamination": about_decontamination(recipe, space, work.references, said),
        "funnel": refreshed.funnel(funnel(said, planned, recipe), said, space, standing),
        "survival": refreshed.survival(canary_batch.survival(recipe, rows, said), standing),
        "repair": repairs.account(recipe, rows, said, space.journal),
        "tiers": accounts.by_tier(models, said, recipe, space.journal),
        "replies": {"rungs": accounts.rungs(models, said), "fields": accounts.fields(rows, said)},
        "sweep": sweep_of_build(recipe, *compared) if work.records else NOTHING_SWEPT,
        "mix": refreshed.mix(mix, standing),
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
        "licence_counts": dict(sorted(Counter(d.licence for d in corpus.documents).items())),
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
    recipe: Recipe, work: Work, found: Gathered, content: Content, accounts: Mapping[str, Any]
) -> list[str]:
    """What people should know before they use the version."""
    tail = recipe.probes.tail
    return [
        *([sentence(found.corpus.left_out)] if found.corpus.left_out else []),
        *hostile.notes(content.rejected, found.corpus),
        *refreshed.notes(accounts["refresh"]),
        *_of_cascade(work, found.candidates, recipe),
        *(one.text for one in work.slices),
        *(alarms(found.covered, tail) if tail else []),
        *probes.notes(found.probed.panel),
        *mixing.notes(recipe, accounts["lineage"]),
        *user_inputs.notes(recipe, accounts["user_inputs"]),
        *generation_depth.notes(recipe, found.kept),
        *judging.notes(recipe, accounts["judge"]),
        *verifier_error.notes(recipe.probes.verifier, accounts["verifier"]),
        *planted.notes(accounts["canaries"]),
        *canary_batch.notes(work.canary),
    ]


def _of_cascade(work: Work, rows: pl.DataFrame, recipe: Recipe) -> list[str]:
    """What the calibration of a cascade said, and whether the cascade pays."""
    if not recipe.routing.enabled:
        return []
    asked = rows.filter(pl.col("repaired_from") == "")
    first = len(asked.filter(pl.col("tier") == min(work.tiers)))
    return [*work.notes, *too_many(first, _escalated(rows), recipe.routing)]


def _teachers(kept: pl.DataFrame) -> list[list[Any]]:
    counts = kept.group_by("teacher", "generation_mode").len().sort("teacher", "generation_mode")
    return [[teacher, mode, int(count)] for teacher, mode, count in counts.iter_rows()]


def _writers(kept: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows by teacher and by the model that really answered for it, with mode and depth."""
    names = {"generation_mode": "mode", "generation_depth": "depth"}
    by = ["teacher", "model", "mode", "depth"]
    return kept.rename(names).group_by(by).len("rows").sort(by).select(*by, "rows").to_dicts()


def _cost(found: Gathered, work: Work) -> dict[str, Any]:
    """What the replies behind these candidates and the votes on them cost, whenever they were
    paid.
    """
    rows, votes, space = found.candidates, found.votes, found.space
    paid = rows.filter(pl.col("generation_mode") != "rule-based")
    keys = paid["request_keys"].explode().drop_nulls().unique().to_list()
    if votes is not None:
        keys += judging.request_keys(votes)
    if work.acceptance:
        keys += judging.request_keys(space.shards.frame([work.acceptance], "votes"))
    return space.journal.cost(keys)


def _run(work: Work, space: Workspace, recipe: Recipe) -> dict[str, Any]:
    """What differs between two runs of the same recipe."""
    spent = space.journal.spent(work.standing.run if work.standing else run_of(recipe))
    return {
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "wall_s": round(time.monotonic() - work.started, 1),
        "requests_sent_ever": spent.requests,
        "stillhouse": importlib.metadata.version("stillhouse"),
        "python": platform.python_version(),
        "libraries": {name: importlib.metadata.version(name) for name in _LIBRARIES},
    }
