"""The steps of a build: plain functions from keys to keys, each one finished shard at a time.

A step looks whether its shard is finished and makes it if not. It passes keys, never rows, and
knows nothing of Prefect, so it is tested bare.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from typing import Any

import orjson
import polars as pl
import pyarrow as pa

import filters
import verifiers
from configs.recipe import Recipe
from configs.stages import Embedding
from flows.given import given_in, place_prompts
from flows.left_out import sentence
from flows.progress import notice, report
from flows.reading import read_sources
from flows.references import sets_of
from flows.snapshot import assemble, listed
from flows.teachers import asking, pool_of
from flows.workspace import HOW, NOT_ASKED, Workspace, sources_of, workspace
from generators import candidates, provenance
from generators.cascade import hand_over
from generators.catalogue import catalogue
from generators.conditions import PROMPT as STATED
from generators.library import Library
from generators.plan import plan_again, plan_seeds
from generators.prompts import load_prompt
from generators.repair import CORRECT, Correction, correction_of
from generators.seeds import Seed
from generators.templates import VERSION as TEMPLATES_VERSION
from store.corpus import Document, check_documents
from store.embedding import embedder
from store.event_loop import run_async
from store.records import RECORDS, VERDICTS, to_arrow
from store.shards import shard_key
from store.stages import Vectors
from store.text import digest
from store.vectors import halves_column
from verifiers.scope import evidence_of

assert filters and verifiers  # imported for the stages they register
_PLAN_VERSION = "5"
_EMBED_VERSION = "2"
PARTIAL = "generate-partial"
"""Stage of a shard in which some requests have no answer yet."""


def read_corpus(recipe: Recipe, more: Sequence[Document] = ()) -> str:
    """Read what is new of the corpus, with ``more`` documents behind it, and store its snapshot.
    Says what was left out.
    """
    space = workspace(recipe)
    found = read_sources(space.shards, sources_of(recipe), recipe.chunking, more)
    listing = listed(space.shards, found, recipe.folding.threshold)
    check_documents(listing.rows["id"].to_list(), written=bool(listing.rows["passages"].sum()))
    left_out = [*found.left_out, *listing.twins]
    if left_out:
        notice(sentence(left_out))
    key = assemble(space.shards, found, listing)
    if recipe.verifiers.grounding:
        evidence_of(space.corpus(key), recipe.verifiers.grounding.evidence)  # refuses before asking
    return key


def embed_passages(recipe: Recipe, corpus: str) -> str:
    """Embed the passages of a corpus, each with its heading in front."""
    space = workspace(recipe)

    def make() -> dict[str, pa.Table]:
        texts = [f"{p.heading}\n{p.text}" for p in space.corpus(corpus).passages]
        embed = embedder(recipe.embedding, report, "embedding passages", space.kept_vectors)
        return {"vectors": _vector_table(embed(texts))}

    return space.shards.once(_embedding_key(recipe.embedding, [corpus]), make)


def plan(recipe: Recipe, corpus: str) -> str:
    """Plan the seeds of a recipe over a corpus."""
    space = workspace(recipe)
    how = {"teachers": {"__all__": set(HOW) - {"weight", "max_share", "tier"}}}
    parts = _of_writers(recipe).model_dump(
        mode="json", include={"teachers", "methods", "seed", "splits", "routing"}, exclude=how
    )
    if recipe.top_up:
        parts["top_up"] = list(recipe.top_up)
    if recipe.conditions:
        parts["conditions"] = [
            [name, *weights.items()] for name, weights in recipe.conditions.items()
        ]
    given = _placed(recipe, corpus)

    def make() -> dict[str, pa.Table]:
        return {"seeds": _seed_table(plan_seeds(library_of(recipe, corpus), recipe))}

    inputs = [corpus, *([given] if given else [])]
    key = shard_key("plan", _PLAN_VERSION, [parts, recipe.candidate_cap], inputs)
    return space.shards.once(key, make)


def plan_touched(recipe: Recipe, corpus: str, passages: Sequence[str], since: str) -> str:
    """Plan the seeds of these passages alone, after the version ``since``; the plan may be empty,
    and its key then is, too.
    """
    seeds = plan_again(library_of(recipe, corpus), recipe, passages, since)
    return _planned(recipe, seeds) if seeds else ""


def library_of(recipe: Recipe, corpus: str) -> Library:
    """A corpus with its facts, and the prompts that the recipe's methods are to answer."""
    space, given = workspace(recipe), _placed(recipe, corpus)
    library = space.library(corpus)
    return replace(library, given=given_in(space, given)) if given else library


def _placed(recipe: Recipe, corpus: str) -> str | None:
    """The shard of a recipe's own prompts, if it has any."""
    if not sets_of(recipe, "prompts"):
        return None
    return place_prompts(recipe, corpus, embed_passages(recipe, corpus))


def redirect(recipe: Recipe, plan_key: str, tier: int) -> str:
    """The same plan for the teachers of another tier."""
    return _handed_over(recipe, seeds_of(recipe, plan_key), tier, escalated=False)


def escalate(recipe: Recipe, plan_key: str, dropped: Sequence[str], tier: int) -> str:
    """Seeds of a plan whose records were dropped, for the teachers of a stronger tier."""
    failed = set(dropped)
    seeds = [seed for seed in seeds_of(recipe, plan_key) if seed.id in failed]
    return _handed_over(recipe, seeds, tier, escalated=True)


def pick(recipe: Recipe, plan_key: str, ids: Sequence[str]) -> str:
    """Some seeds of a plan as a plan of their own."""
    wanted = set(ids)
    return _planned(recipe, [seed for seed in seeds_of(recipe, plan_key) if seed.id in wanted])


def _handed_over(recipe: Recipe, seeds: Sequence[Seed], tier: int, escalated: bool) -> str:
    return _planned(recipe, [hand_over(seed, tier, recipe, escalated) for seed in seeds])


def _planned(recipe: Recipe, seeds: Sequence[Seed]) -> str:
    table = _seed_table(seeds)
    key = shard_key("plan", _PLAN_VERSION, table.to_pylist(), [])
    return workspace(recipe).shards.once(key, lambda: {"seeds": table})


def _seed_table(seeds: Sequence[Seed]) -> pa.Table:
    return pa.Table.from_pylist([asdict(seed) for seed in seeds])


def seeds_of(recipe: Recipe, plan_key: str, start: int = 0, stop: int | None = None) -> list[Seed]:
    """The seeds ``start`` to ``stop`` of a plan, in order. A shard turns none but its own into
    objects: a plan may hold a thousand times as many.
    """
    names = {field.name for field in fields(Seed)}
    rows = workspace(recipe).shards.table(plan_key, "seeds")[start:stop].to_pylist()
    found = ({name: row[name] for name in names & row.keys()} for row in rows)
    return [Seed(**{**row, **_tuples(row)}) for row in found]


def _tuples(row: Mapping[str, Any]) -> dict[str, Any]:
    """Lists of a seed as it holds them."""
    drawn = tuple((name, value) for name, value in row["conditions"])
    return {"others": tuple(row["others"]), "conditions": drawn}


def _corrections_of(recipe: Recipe, plan_key: str) -> dict[str, Correction]:
    """What failed before, by the seeds of a plan that ask for it again."""
    table = workspace(recipe).shards.table(plan_key, "seeds")
    if "correction" not in table.column_names:
        return {}
    rows = table.select(["id", "correction"]).to_pylist()
    return {row["id"]: correction_of(orjson.loads(row["correction"])) for row in rows}


def generate(recipe: Recipe, corpus: str, plan_key: str, start: int, stop: int) -> str:
    """Ask for the seeds ``start`` to ``stop`` of a plan and store the candidates. Where requests
    were left without an answer, what was answered is stored apart, so that the next start asks for
    the rest.
    """
    space = workspace(recipe)
    seeds = seeds_of(recipe, plan_key, start, stop)
    corrections = _corrections_of(recipe, plan_key)
    settings = _asked(recipe, seeds, bool(corrections))
    key = shard_key(provenance.STAGE, provenance.VERSION, settings, [corpus])
    if space.shards.has(key):
        return key
    library = space.library(corpus)
    asked = (seeds, library, recipe, pool_of(recipe), report, corrections)
    with asking(recipe, _named(recipe, seeds)):
        made = run_async(candidates.generate(*asked))
    tables = {
        "records": to_arrow(made.records, RECORDS),
        "verdicts": to_arrow(made.verdicts, VERDICTS),
    }
    if made.missing or made.set_aside or made.stopped:
        answered = [made.records["id"].to_list(), made.stopped]
        key = shard_key(PARTIAL, provenance.VERSION, [settings, *answered], [])
        why = [[*made.missing], [*made.missing.values()]]
        names = pa.schema([("teacher", pa.string()), ("why", pa.string())])
        tables["missing"] = pa.table(why, schema=names)
        tables["stopped"] = pa.table({"why": pa.array([made.stopped], pa.string())})
    return space.shards.put(key, tables)


def _named(recipe: Recipe, seeds: Sequence[Seed]) -> set[str]:
    """The teachers that some seeds are planned for, and those that score what comes back."""
    used = {seed.method for seed in seeds}
    scoring = (m.scoring.teacher for m in recipe.methods if m.scoring and m.name in used)
    return {*(seed.teacher for seed in seeds), *scoring}


def is_generated(recipe: Recipe, corpus: str, seeds: Sequence[Seed]) -> bool:
    """Whether the shard in which all of these seeds are answered is finished."""
    settings = _asked(recipe, seeds, False)
    key = shard_key(provenance.STAGE, provenance.VERSION, settings, [corpus])
    return workspace(recipe).shards.has(key)


def _asked(recipe: Recipe, seeds: Sequence[Seed], corrected: bool) -> list[object]:
    """All that decides what is asked for some seeds."""
    used = [prompt for method in recipe.methods for prompt in catalogue()[method.name].prompts]
    prompts = [prompt.sha256 for prompt in (*used, *([STATED] if recipe.conditions else []))]
    if corrected:
        prompts.append(load_prompt(CORRECT).sha256)
    parts = _of_writers(recipe).model_dump(
        mode="json",
        include={"teachers", "methods", "failover", "language", "as_of"},
        exclude=NOT_ASKED,
    )
    depths = [[t.name, t.generation_depth, t.student] for t in recipe.writers]
    return [parts, prompts, TEMPLATES_VERSION, depths, [seed.id for seed in seeds]]


def _of_writers(recipe: Recipe) -> Recipe:
    """The recipe without the teachers that judge, since those decide nothing of what is written;
    but with those that score, since their scores are part of it.
    """
    scoring = {method.scoring.teacher for method in recipe.methods if method.scoring}
    wanted = {*(teacher.name for teacher in recipe.writers), *scoring}
    teachers = tuple(teacher for teacher in recipe.teachers if teacher.name in wanted)
    return recipe.model_copy(update={"teachers": teachers})


def missing(space: Workspace, records: Sequence[str]) -> list[str]:
    """Why teachers that died during these shards did; empty where none has."""
    partial = [key for key in records if key.startswith(PARTIAL)]
    return sorted(set(space.shards.frame(partial, "missing")["why"])) if partial else []


def stopped(space: Workspace, records: Sequence[str]) -> str:
    """What the budget said where it ended one of these shards; empty where it ended none."""
    partial = [key for key in records if key.startswith(PARTIAL)]
    said = space.shards.frame(partial, "stopped")["why"].to_list() if partial else []
    return next(filter(None, said), "")


def embed_records(recipe: Recipe, records: str) -> str:
    """Embed the candidates of a shard, question and answer together."""
    space = workspace(recipe)

    def make() -> dict[str, pa.Table]:
        return {"vectors": vectors_of(recipe, space.shards.frame([records], "records"))}

    return space.shards.once(_embedding_key(recipe.embedding, [records]), make)


def vectors_of(recipe: Recipe, records: pl.DataFrame) -> pa.Table:
    """A column ``embedding`` of records, question and answer together."""
    texts = [f"{q}\n{a}" for q, a in records.select("question", "answer").iter_rows()]
    kept = workspace(recipe).kept_vectors
    return _vector_table(embedder(recipe.embedding, report, "embedding records", kept)(texts))


def _embedding_key(settings: Embedding, inputs: Sequence[str]) -> str:
    """Batch size does not belong to what a vector is."""
    parts = settings.model_dump(mode="json", exclude={"batch_tokens"})
    return shard_key("embedding", _EMBED_VERSION, digest(parts), inputs)


def _vector_table(vectors: Vectors) -> pa.Table:
    return pa.table({"embedding": halves_column(vectors)})
