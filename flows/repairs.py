"""Repairs in a build: which records go back to their teacher, with what, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import orjson
import polars as pl
import pyarrow as pa

from configs.recipe import Recipe
from flows import steps
from flows.stages import alone, evidence_of
from flows.workspace import Workspace, workspace
from generators import repair
from generators.catalogue import catalogue
from generators.repair import REASONS, Correction, Failed
from store.corpus import Corpus
from store.journal import Journal
from store.shards import shard_key

_VERSION = "1"


def send_back(
    recipe: Recipe, corpus: str, plan: str, records: str, verdicts: Sequence[str]
) -> str | None:
    """A plan for the records of a shard that the verifier dropped and a model wrote, with what
    their teachers are to be shown; None where there is none.
    """
    space = workspace(recipe)
    rows = space.shards.frame([records], "records")
    failed = _failed(rows, space.shards.frame(verdicts, "verdicts"))
    if not len(failed):
        return None
    held = space.corpus(corpus)
    claims = _claims(evidence_of(space, verdicts), held)
    seeds = {seed.id: seed for seed in steps.seeds_of(recipe, plan)}
    found = []
    for row in failed.iter_rows(named=True):
        correction = _correction(row, claims.get(row["id"], ()))
        seed = repair.send_back(seeds[row["id"]], row["teacher"], correction)
        found.append({**asdict(seed), "correction": orjson.dumps(asdict(correction)).decode()})
    key = shard_key("repair", _VERSION, found, [])
    return space.shards.once(key, lambda: {"seeds": pa.Table.from_pylist(found)})


def _failed(rows: pl.DataFrame, verdicts: pl.DataFrame) -> pl.DataFrame:
    """Records that a repair may mend, of methods that can ask again, with the verdict of the stage
    ``grounding``.
    """
    said = verdicts.filter(
        (pl.col("stage") == "grounding")
        & (pl.col("decision") == "drop")
        & pl.col("reason").is_in(REASONS)
    ).select("reason", "detail", id="record_id")
    able = [name for name, entry in catalogue().items() if entry.corrects]
    written = rows.filter(
        (pl.col("generation_mode") != "rule-based") & pl.col("method").is_in(able)
    )
    return written.join(said, on="id", how="inner", maintain_order="left")


def _claims(evidence: pl.DataFrame, corpus: Corpus) -> dict[str, list[Failed]]:
    """Claims that were not supported, by record."""
    found: dict[str, list[Failed]] = {}
    for row in evidence.filter(pl.col("verdict") != "supported").iter_rows(named=True):
        passage = corpus.passage.get(row["passage_id"])
        why = ": ".join(part for part in (row["rule"], row["detail"]) if part)
        failed = Failed(
            claim=row["claim"],
            verdict=row["verdict"],
            why=why,
            passage_id=row["passage_id"],
            heading=passage.heading if passage else "",
            passage=passage.text if passage else "",
            stretch=row["quote"],
        )
        found.setdefault(row["record_id"], []).append(failed)
    return found


def _correction(row: Mapping[str, Any], failed: Sequence[Failed]) -> Correction:
    """The record with its failed claims; a breach of the policy may stand in a supported one, and
    then the verdict on the record says which.
    """
    claims = tuple(failed) or (Failed(row["detail"], row["reason"], ""),)
    return Correction(row["id"], row["question"], row["answer"], tuple(row["quotes"]), claims)


def unmended(space: Workspace, records: Sequence[str], verdicts: Sequence[str]) -> list[str]:
    """Ids of records that were dropped and of which no repaired version stands; that a repair was
    dropped is said by the id of its first version.
    """
    rows = space.shards.frame(records, "records")
    said = space.shards.frame(verdicts, "verdicts")
    dropped = said.filter(pl.col("decision") == "drop")["record_id"].unique(maintain_order=True)
    firsts = _firsts(rows)
    mended = {firsts[id_] for id_ in {*rows["id"]} - {*dropped}}
    return list(dict.fromkeys(firsts[id_] for id_ in dropped if firsts[id_] not in mended))


def _firsts(rows: pl.DataFrame) -> dict[str, str]:
    """The first version of every record, by id; a record that was not repaired is its own."""
    before = dict(rows.select("id", "repaired_from").iter_rows())

    def first(id_: str) -> str:
        return first(before[id_]) if before.get(id_) else id_

    return {id_: first(id_) for id_ in before}


def account(
    recipe: Recipe, rows: pl.DataFrame, verdicts: pl.DataFrame, journal: Journal
) -> dict[str, Any] | None:
    """What the repairs of a version came to, None where it has none. ``records`` went back in
    ``sent`` repairs; mended is what no stage that judges records one by one has dropped. Money is
    None where a price is unknown.
    """
    if recipe.verifiers.repair is None:
        return None
    firsts = _firsts(rows)
    again = rows.filter(pl.col("repaired_from") != "")
    own = verdicts.filter(pl.col("stage").is_in(["generate", *alone(recipe)]))
    drops = own.filter(pl.col("decision") == "drop")
    reasons = dict(drops.select("record_id", "reason").iter_rows())
    records = {firsts[id_] for id_ in again["id"]}
    mended = {firsts[id_] for id_ in again["id"] if id_ not in reasons}
    cost = journal.cost(again["request_keys"].explode().drop_nulls().to_list())
    count = len(mended)
    return {
        "rounds": recipe.verifiers.repair.rounds,
        "records": len(records),
        "sent": len(again),
        "mended": count,
        "failed": len(records) - count,
        "cost": cost,
        "tokens_per_mended": cost["tokens"] / count if count else None,
        "usd_per_mended": cost["usd"] / count if count and cost["usd"] is not None else None,
        "reasons": _by_reason({id_: reasons[id_] for id_ in records}, mended),
    }


def _by_reason(reasons: Mapping[str, str], mended: set[str]) -> list[dict[str, Any]]:
    """Records that went back and those that were mended, by why the first version was dropped."""
    return [
        {
            "reason": name,
            "records": sum(reason == name for reason in reasons.values()),
            "mended": sum(reasons[id_] == name for id_ in mended),
        }
        for name in sorted({*reasons.values()})
    ]
