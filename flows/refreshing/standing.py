"""The records of a standing version over the corpus there is now: which stay, and which go.

What rests on no document that differs stays as it is, unread. The rest is held against the corpus
of now by the recipe's own grounding stage, as a new record would be.
"""

from __future__ import annotations

from dataclasses import asdict

import polars as pl
import pyarrow as pa

from configs.recipe import Recipe
from flows import stages, steps
from flows.production import Step
from flows.refreshing import retired
from flows.refreshing.anchoring import anchored
from flows.refreshing.corpus_diff import CorpusDiff
from flows.work import STANDING
from flows.workspace import Workspace, workspace
from store.pairs import PAIRS
from store.records import EVIDENCE, HUMAN, RECORDS, UNANSWERABLE, VERDICTS, frame, to_arrow
from store.shards import shard_key
from store.version_tables import PREFERENCE
from store.versions import Version

_AGAIN, _VERSION = "again", "1"


def stand(
    recipe: Recipe, step: Step, version: Version, diff: CorpusDiff, corpus: str, passages: str
) -> str:
    """The shard of a version's records as they stand now: ``records``, those that go among them,
    with ``vectors``, ``verdicts`` and ``evidence``; those of the verdicts that this refresh gave
    are ``settled`` too, and ``pairs`` are the preference pairs of before.
    """
    again = step(take_up, recipe, version, diff, corpus, label="take up what changed")
    judged = ""
    if recipe.verifiers.grounding and len(workspace(recipe).shards.table(again, "records")):
        asked = (stages.judge, recipe, "grounding", corpus, passages, [again], [again], [again])
        judged = step(*asked, label="verify again")
    settled = (settle, recipe, version, diff, corpus, again, judged)
    return str(step(*settled, label="retire or keep"))


def take_up(recipe: Recipe, version: Version, diff: CorpusDiff, corpus: str) -> str:
    """The shard of those records that rest on a document which differs, with their sources where
    they stand now; those whose source is gone are not among them, since nothing can save them.
    """
    space = workspace(recipe)
    known = [version.manifest["sha256"], asdict(diff), recipe.embedding.model_dump(mode="json")]

    def make() -> dict[str, pa.Table]:
        now, changed = space.corpus(corpus), frozenset(diff.changed)
        left = [row for row in resting(version, diff).to_dicts() if not retired.gone(row, diff)]
        found = [anchored(row, now, changed) for row in left]
        rows = [{**row, "sources": sources} for row, (sources, _) in zip(left, found, strict=True)]
        records = frame(rows, RECORDS)
        tables = {
            "records": to_arrow(records, RECORDS),
            "verdicts": to_arrow(frame([], VERDICTS), VERDICTS),
            "whole": pa.table({"whole": pa.array([whole for _, whole in found], pa.bool_())}),
        }
        return tables | ({"vectors": steps.vectors_of(recipe, records)} if rows else {})

    return space.shards.once(shard_key(_AGAIN, _VERSION, known, [corpus]), make)


def settle(
    recipe: Recipe, version: Version, diff: CorpusDiff, corpus: str, again: str, judged: str
) -> str:
    """The shard that :func:`stand` returns, after ``again`` was ``judged``, where that could be."""
    space = workspace(recipe)
    known = [version.manifest["sha256"], asdict(diff)]
    key = shard_key(STANDING, _VERSION, known, [corpus, again, *filter(None, [judged])])

    def make() -> dict[str, pa.Table]:
        every, now = synthetic(version), space.shards.frame([again], "records")
        records = pl.concat([every.filter(~_among(now, "id", "id")), now]).sort("id")
        touched = resting(version, diff)
        said = space.shards.frame([judged], "verdicts") if judged else frame([], VERDICTS)
        found = space.shards.frame([judged], "evidence") if judged else frame([], EVIDENCE)
        # One verdict drops a record: that of the refresh, which repeats what was found.
        said = said.filter(pl.col("decision") != "drop")
        before = version.table("verdicts").filter(_among(every, "id", "record_id"))
        anew = _among(touched, "id", "record_id") & pl.col("stage").is_in(
            ["grounding", retired.STAGE]
        )
        evidence = version.table("evidence").filter(_among(every, "id", "record_id"))
        evidence = evidence.filter(~_among(touched, "id", "record_id"))
        settled = _settled(space, version, diff, corpus, again, judged)
        verdicts = pl.concat([before.filter(~anew), said, settled])
        return {
            "records": to_arrow(records, RECORDS),
            "vectors": steps.vectors_of(recipe, records),
            "verdicts": to_arrow(verdicts, VERDICTS),
            "settled": to_arrow(settled, VERDICTS),
            "evidence": to_arrow(pl.concat([evidence, found]), EVIDENCE),
            "pairs": to_arrow(_pairs(version), PAIRS),
        }

    return space.shards.once(key, make)


def _settled(
    space: Workspace, version: Version, diff: CorpusDiff, corpus: str, again: str, judged: str
) -> pl.DataFrame:
    """A verdict on each record that rests on a document which differs."""
    rows, now = resting(version, diff).to_dicts(), space.corpus(corpus)
    cited = (
        version.table("evidence", ["record_id", "document_id"])
        .group_by("record_id")
        .agg("document_id")
    )
    claimed = dict(cited.iter_rows())
    names = {row["id"]: retired.names_of(row, claimed.get(row["id"], []), diff) for row in rows}
    said = [retired.lost(row, diff, now) for row in rows if retired.gone(row, diff)]
    grounded = space.shards.table(judged, "verdicts").to_pylist() if judged else []
    found = {verdict["record_id"]: verdict for verdict in grounded}
    taken = space.shards.table(again, "records").select(["id", "style"]).to_pylist()
    whole = space.shards.table(again, "whole")["whole"].to_pylist()
    for row, stands in zip(taken, whole, strict=True):
        id_ = row["id"]
        # No claim says that documents hold nothing of a matter; another text may.
        unread = id_ not in found or (row["style"] == UNANSWERABLE and not stands)
        about = names[id_]
        said.append(
            retired.unread(id_, stands, about) if unread else retired.ruled(found[id_], about)
        )
    return frame(said, VERDICTS).sort("record_id")


def resting(version: Version, diff: CorpusDiff) -> pl.DataFrame:
    """The synthetic records of a version of which a source or a claim rests on a document that
    changed or is gone, in the order of their ids.
    """
    ids = [*diff.changed, *diff.deleted]
    evidence = version.table("evidence", ["record_id", "document_id"])
    claims = evidence.filter(pl.col("document_id").is_in(ids))
    inside = pl.element().struct.field("document_id").is_in(ids)
    sources = pl.col("sources").list.eval(inside).list.any()
    return synthetic(version).filter(sources | _among(claims, "record_id", "id"))


def synthetic(version: Version) -> pl.DataFrame:
    """The rows of a version that people did not write, in the order of their ids."""
    rows = version.table("data").filter(pl.col("origin") != HUMAN)
    return rows.select(RECORDS.names).sort("id")


def _among(rows: pl.DataFrame, theirs: str, own: str) -> pl.Expr:
    """Whether a column's value is one of another frame's."""
    return pl.col(own).is_in(rows[theirs].unique().implode())


def _pairs(version: Version) -> pl.DataFrame:
    return version.table(PREFERENCE) if PREFERENCE in version.folders else frame([], PAIRS)
