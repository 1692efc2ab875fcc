"""Planted canaries: records that must be rejected go through the stages that judged the run's own.

They lie in shards of their own, never among the records of the run, and cost no money: a stage that
asks a teacher is not run on them. What came through says how far the rows of a version can be
trusted (flows/planted.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import polars as pl
import pyarrow as pa

from configs.filters import Judge
from configs.recipe import Recipe
from configs.verifiers import Grounding
from flows import stages, steps
from flows.production import Step
from flows.work import Planted, Work
from flows.workspace import workspace
from generators.corruptions import KINDS, Kind, plant
from store.corpus import Corpus
from store.planted import PLANTED
from store.records import RECORDS, VERDICTS, frame, to_arrow
from store.shards import shard_key
from store.text import sha256

STAGE = "canaries"
ORIGINALS = "canary-originals"
DUPLICATE = "duplicate"
_VERSION = "1"
_COPIES = 5
"""One canary in so many is a copy, where there are lies as well."""
_TRUTHS = 20
"""Kept records that lies may be made of, per canary; more would take time and change nothing."""
_DOCUMENTS = 400
"""Documents beyond those of these records that a lie is held against, where the corpus is large."""


def kinds_of(recipe: Recipe) -> list[str]:
    """Kinds of canaries that a stage of the recipe must drop: lies where claims are checked without
    asking a teacher and the row policy drops what they come to, copies where ``exact`` is on.
    """
    return [*_lies_of(recipe), *([DUPLICATE] if recipe.filters.exact else [])]


def judge_canaries(recipe: Recipe, step: Step, work: Work) -> Planted | None:
    """Plant canaries of the records that stood after the stages which judge one by one, and judge
    them as those were judged. None where the recipe wants none, or no stage could catch one.
    """
    if recipe.probes.canaries is None or not kinds_of(recipe):
        return None
    # What records are compared by does not change what is planted: a threshold that is moved there
    # needs no new embeddings.
    later = stages.together(recipe)
    alone = [key for key in work.verdicts if key.rpartition("-")[0] not in later]
    asked = (recipe, work.corpus, [*work.records], alone)
    planted, originals = step(plant_canaries, *asked, label="plant canaries")
    if not len(workspace(recipe).shards.table(planted, "records")):
        return Planted(planted, originals, ())
    vectors = step(steps.embed_records, recipe, planted, label="embed canaries")
    verdicts = [planted]
    inputs = (work.corpus, work.passages)
    for name in stages.alone(recipe):
        if not _asks(recipe, name):
            own = (stages.judge, recipe, name, *inputs, [planted], [vectors], [*verdicts])
            verdicts.append(step(*own, label=f"{name} canaries"))
    if len(workspace(recipe).shards.table(originals, "records")):
        first = step(steps.embed_records, recipe, originals, label="embed originals")
        both = ([originals, planted], [first, vectors], [originals, *verdicts], [*work.references])
        copies = (stages.judge, recipe, "exact", *inputs, *both)
        verdicts.append(step(*copies, label="exact canaries"))
    return Planted(planted, originals, verdicts)


def plant_canaries(
    recipe: Recipe, corpus: str, records: Sequence[str], verdicts: Sequence[str]
) -> tuple[str, str]:
    """Make canaries of the records that no verdict dropped, and return their shard and that of the
    records which were copied.
    """
    space, probe = workspace(recipe), recipe.probes.canaries
    assert probe is not None
    lies, seed = _lies_of(recipe), recipe.seed
    settings = [probe.planted, seed, lies, recipe.filters.exact is not None]
    inputs = [corpus, *records, *verdicts]
    keys = tuple(shard_key(name, _VERSION, settings, inputs) for name in (STAGE, ORIGINALS))
    planted, originals = keys
    if all(space.shards.has(key) for key in keys):
        return planted, originals
    kept = stages.standing(space, records, (), verdicts)
    rows = _drawn(_true(kept), _TRUTHS * probe.planted, seed)
    count = probe.planted // (_COPIES if lies else 1) if recipe.filters.exact else 0
    copied = rows[:count]
    made: list[Mapping[str, Any]] = [_copy(row) for row in copied]
    if lies:
        part = _part(space.corpus(corpus), rows, seed)
        made += plant(rows, part, probe.planted - count, seed, lies)
    space.shards.put(originals, _tables(copied))
    return space.shards.put(planted, _tables(made)), originals


def _lies_of(recipe: Recipe) -> list[Kind]:
    grounding = recipe.verifiers.grounding
    if grounding is None or grounding.asks:
        return []
    rules = grounding.rules
    # A policy that only flags what it finds lets it through on purpose.
    if {rules.contradicted, rules.missing_quote, rules.unknown_identifier} != {"drop"}:
        return []
    return [kind for kind in KINDS if kind != "stale" or rules.stale == "drop"]


def _asks(recipe: Recipe, name: str) -> bool:
    """Whether a stage asks a teacher, which costs money."""
    settings = stages.stages_of(recipe)[name]
    return isinstance(settings, Judge) or (isinstance(settings, Grounding) and settings.asks)


def _true(kept: pl.DataFrame) -> pl.DataFrame:
    """Records of which every claim was supported; all of them where no claims were checked."""
    return kept.filter(pl.col("support") == 1.0) if kept["support"].count() else kept


def _drawn(rows: pl.DataFrame, most: int, seed: int) -> list[dict[str, Any]]:
    ids = sorted(rows["id"].to_list(), key=lambda id_: sha256(f"{STAGE}:{seed}:{id_}"))[:most]
    found = rows.filter(pl.col("id").is_in(ids)).select(RECORDS.names).to_dicts()
    return sorted(found, key=lambda row: ids.index(row["id"]))


def _part(corpus: Corpus, rows: Sequence[Mapping[str, Any]], seed: int) -> Corpus:
    """The documents of these rows, all others of their titles, and some of the rest."""
    cited = {source["document_id"] for row in rows for source in row["sources"]}
    titles = {document.title for document in corpus.documents if document.id in cited}
    rest = [document.id for document in corpus.documents if document.title not in titles]
    ids = {*sorted(rest, key=lambda id_: sha256(f"{STAGE}:{seed}:{id_}"))[:_DOCUMENTS]}
    documents = tuple(d for d in corpus.documents if d.title in titles or d.id in ids)
    there = {document.id for document in documents}
    return Corpus(documents, tuple(p for p in corpus.passages if p.document_id in there))


def _copy(row: Mapping[str, Any]) -> dict[str, Any]:
    said = orjson.dumps({PLANTED: DUPLICATE, "of": row["id"]}).decode()
    return {**row, "id": sha256(f"planted:{DUPLICATE}:{row['id']}")[:16], "metadata": said}


def _tables(rows: Sequence[Mapping[str, Any]]) -> dict[str, pa.Table]:
    """As candidates lie in their shards, with verdicts on the replies, of which there are none."""
    return {
        "records": to_arrow(frame(rows, RECORDS), RECORDS),
        "verdicts": to_arrow(frame([], VERDICTS), VERDICTS),
    }
