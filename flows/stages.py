"""Which stages judge records, in which order, and the step in which one of them does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

import polars as pl
import pyarrow as pa
from pydantic import BaseModel

import filters
import verifiers
from configs.documents import Splits
from configs.filters import Judge
from configs.recipe import Recipe
from configs.stages import Embedding
from configs.verifiers import Grounding
from flows import entailing
from flows.asking import asker
from flows.judging import identity
from flows.progress import report
from flows.references import rows_of
from flows.work import STANDING
from flows.workspace import NOT_ASKED, Workspace, workspace
from store.embedding import embedder
from store.records import EVIDENCE, VERDICTS, VOTES, polars_schema, to_arrow
from store.shards import shard_key
from store.stages import STAGES, Context, Judged, Stage
from store.text import digest
from verifiers.checker import Checker
from verifiers.claims.asked import identity as claim_prompts
from verifiers.grounding import checker_of

assert filters and verifiers  # imported for the stages they register
_Keys = tuple[str, str, tuple[str, ...]]
"""Shards behind a context: corpus, passages, and the reference sets."""


def stages_of(recipe: Recipe) -> dict[str, BaseModel]:
    """The stages a recipe uses with their settings, in the order they run.

    Records are first judged one by one, what costs money last, then compared with each other, so
    that a duplicate's survivor is one that was verified; choosing the target number comes last.
    """
    clean = recipe.filters.decontamination
    every = {
        "privacy": recipe.filters.privacy,
        "heuristics": recipe.filters.heuristics,
        "grounding": recipe.verifiers.grounding,
        "judge": recipe.filters.judge,
        "decontamination": clean if clean and clean.sets else None,
        "exact": recipe.filters.exact,
        "near": recipe.filters.near,
        "semantic": recipe.filters.semantic,
        "leakage": recipe.filters.leakage,
        "diversity": recipe.selection,
    }
    return {name: settings for name, settings in every.items() if settings is not None}


def alone(recipe: Recipe) -> list[str]:
    """Stages that judge records one by one."""
    return [name for name in stages_of(recipe) if STAGES[name].scope == "row"]


def together(recipe: Recipe) -> list[str]:
    """Stages that judge records against each other."""
    return [name for name in stages_of(recipe) if STAGES[name].scope == "set"]


def judge(
    recipe: Recipe,
    stage: str,
    corpus: str,
    passages: str,
    records: Sequence[str],
    vectors: Sequence[str],
    verdicts: Sequence[str],
    references: Sequence[str] = (),
) -> str:
    """Let a stage judge the records of some shards that no earlier verdict dropped."""
    space = workspace(recipe)
    settings = stages_of(recipe)[stage]
    extra = _extra(recipe, stage)
    held = references if STAGES[stage].scope == "set" else ()
    inputs = [corpus, passages, *records, *vectors, *verdicts, *held]
    key = shard_key(stage, STAGES[stage].version, [settings.model_dump(mode="json"), extra], inputs)

    def make() -> dict[str, pa.Table]:
        rows = standing(space, records, vectors, verdicts)
        judged = judge_rows(recipe, stage, corpus, passages, rows, held)
        return {
            "verdicts": to_arrow(judged.verdicts, VERDICTS),
            "evidence": to_arrow(judged.evidence, EVIDENCE),
            "votes": to_arrow(judged.votes, VOTES),
        }

    return space.shards.once(key, make)


def judge_rows(
    recipe: Recipe,
    stage: str,
    corpus: str,
    passages: str,
    rows: pl.DataFrame,
    references: Sequence[str] = (),
) -> Judged:
    """What a stage says of these rows, over a corpus and its vectors by their shards."""
    return _stage(workspace(recipe), recipe, stage, (corpus, passages, tuple(references)))(rows)


def dropped(space: Workspace, verdicts: Sequence[str]) -> list[str]:
    """Ids of records that a verdict dropped, each once."""
    said = space.shards.frame(verdicts, "verdicts").filter(pl.col("decision") == "drop")
    return said["record_id"].unique(maintain_order=True).to_list()


def evidence_of(space: Workspace, verdicts: Sequence[str]) -> pl.DataFrame:
    """The evidence behind these verdicts, in their order."""
    keys = [key for key in verdicts if key.startswith(("grounding-", f"{STANDING}-"))]
    if not keys:
        return pl.DataFrame(schema=polars_schema(EVIDENCE))
    return space.shards.frame(keys, "evidence")


def standing(
    space: Workspace, records: Sequence[str], vectors: Sequence[str], verdicts: Sequence[str]
) -> pl.DataFrame:
    """Records that no verdict dropped, with ``embedding``, ``support`` once they were verified, and
    ``quality`` once they were judged.
    """
    rows = space.shards.frame(records, "records")
    if vectors:
        rows = rows.hstack(space.shards.frame(vectors, "vectors"))
    return standing_rows(rows, space.shards.frame(verdicts, "verdicts"))


def standing_rows(rows: pl.DataFrame, verdicts: pl.DataFrame) -> pl.DataFrame:
    """Of these rows those that no verdict dropped, scored as :func:`standing` does."""
    gone = verdicts.filter(pl.col("decision") == "drop")["record_id"].unique()
    return scored(rows.filter(~pl.col("id").is_in(gone.to_list())), verdicts)


def scored(records: pl.DataFrame, verdicts: pl.DataFrame) -> pl.DataFrame:
    """Records with ``support`` and ``quality`` as the verdicts on them say."""
    for stage, name in (("grounding", "support"), ("judge", "quality")):
        own = verdicts.filter(pl.col("stage") == stage)
        scores = own.select(pl.col("record_id").alias("id"), pl.col("score").alias(name))
        records = records.join(scores, on="id", how="left", maintain_order="left")
    return records


def _extra(recipe: Recipe, stage: str) -> list[object]:
    """What a stage reads of the recipe beside its own settings."""
    settings = stages_of(recipe)[stage]
    if isinstance(settings, Judge):
        return [identity(recipe, settings)]
    if isinstance(settings, Grounding):
        asked = [where for where in recipe.judges if where.startswith("verifiers.")]
        teachers = [recipe.named(recipe.judges[where].teacher) for where in asked]
        (fields,) = NOT_ASKED["teachers"].values()
        known = [t.model_dump(mode="json", exclude={*fields, "name"}) for t in teachers]
        said = claim_prompts(settings.claims) if settings.claims else []
        return [str(recipe.as_of), known, *said, *entailing.identity(settings)]
    if stage == "diversity":
        return [recipe.target, recipe.seed]
    return [recipe.splits.model_dump(mode="json"), recipe.seed] if stage == "leakage" else []


def _stage(space: Workspace, recipe: Recipe, name: str, keys: _Keys) -> Stage:
    """The stage ready to judge; built once per process, since an index may be behind it. One that
    asks a teacher is built anew: the pool behind it is that of the running build.
    """
    settings = stages_of(recipe)[name]
    outside = (recipe.embedding, recipe.splits, recipe.seed, recipe.target, recipe.as_of)
    if isinstance(settings, Judge):
        ask = asker(recipe, settings.teacher, "judging")
        return STAGES[name].make(settings, replace(_context(space, keys, *outside), ask=ask))
    if isinstance(settings, Grounding) and settings.asks:
        context = replace(
            _context(space, keys, *outside), ask_of=lambda who: asker(recipe, who, "verifying")
        )
        return STAGES[name].make(settings, _entailing(context, settings, space))
    return _built(space, name, settings, keys, digest(_extra(recipe, name)), *outside)


@lru_cache(maxsize=16)
def _built(
    space: Workspace,
    name: str,
    settings: BaseModel,
    keys: _Keys,
    _known: str,  # tells apart files that the settings only name, such as a calibration
    embedding: Embedding,
    splits: Splits,
    seed: int,
    target: int,
    as_of: date | None,
) -> Stage:
    context = _context(space, keys, embedding, splits, seed, target, as_of)
    if isinstance(settings, Grounding):
        context = _entailing(context, settings, space)
    return STAGES[name].make(settings, context)


def checker_for(recipe: Recipe, settings: Grounding, corpus: str, passages: str) -> Checker:
    """The checker of claims with these settings, over a corpus and its vectors by their shards."""
    space = workspace(recipe)
    outside = (recipe.embedding, recipe.splits, recipe.seed, recipe.target, recipe.as_of)
    return checker_of(settings, _context(space, (corpus, passages, ()), *outside))


def _entailing(context: Context, settings: Grounding, space: Workspace) -> Context:
    """The context with the entailment model, if the recipe has one."""
    chosen = settings.entailment
    if chosen is None:
        return context
    if chosen.kind == "judge":
        return replace(
            context, entail=entailing.judge_of(chosen, context.ask_of(chosen.teacher or ""))
        )
    return replace(context, entail=entailing.model_of(chosen, space))


def _context(
    space: Workspace,
    keys: _Keys,
    embedding: Embedding,
    splits: Splits,
    seed: int,
    target: int,
    as_of: date | None,
) -> Context:
    corpus, passages, references = keys
    return Context(
        space.corpus(corpus),
        space.vectors(passages),
        seed,
        target,
        report,
        references=rows_of(space, references, "references"),
        held_out=rows_of(space, references, "held-out"),
        embed=embedder(embedding, report, "embedding questions", space.kept_vectors),
        splits=splits,
        as_of=as_of,
        kept_stems=space.kept_stems,
    )
