"""A language model as a judge: each record scored by a rubric, and dropped where it scores low.

The last of the stages that look at one record, since it is the only one that costs money.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace

import orjson
import polars as pl

from configs.filters import Judge
from filters.votes import Material, Vote, cast_votes, load_rubric
from store.corpus import Corpus
from store.records import VOTES, frame
from store.stages import Context, Judged, Row, Ruling, Stage, judged, row_by_row, stage

_SAID = 400
"""Characters of a judge's reason that a verdict repeats."""


@stage("judge", version="1", scope="row")
def judge(settings: Judge, context: Context) -> Stage:
    """Drops or flags records whose median score is low, and such as no vote can be read on."""
    rubric = load_rubric(settings.rubric)

    def apply(records: pl.DataFrame) -> Judged:
        shown: dict[str, Material] = {}

        def show(row: Row) -> Ruling:
            shown[row["id"]] = material_of(row, context.corpus)
            return Ruling()

        unshown = row_by_row(show, records)
        found = cast_votes([*shown.values()], rubric, settings.votes, context.ask)
        votes = dict(zip(shown, found, strict=True))
        rulings = [
            ruling_of(settings, votes[id_]) if id_ in votes else error
            for id_, error in zip(records["id"], unshown, strict=True)
        ]
        return replace(judged("judge", records, rulings), votes=vote_table(votes))

    return apply


def material_of(row: Row, corpus: Corpus) -> Material:
    """What a judge is shown of a record: nothing that says who wrote it.

    Raises:
        KeyError: a source is not in the corpus.
    """
    ids = dict.fromkeys(source["passage_id"] for source in row["sources"])
    passages = [corpus.passage[id_] for id_ in ids]
    texts = tuple(f"{passage.heading}\n{passage.text}" for passage in passages)
    return Material(row["question"].strip(), row["answer"].strip(), texts)


def median_score(votes: Sequence[Vote]) -> float | None:
    """The median over the votes that could be read, None where there are none."""
    scores = [vote.score for vote in votes if vote.score is not None]
    return float(statistics.median(scores)) if scores else None


def ruling_of(settings: Judge, votes: Sequence[Vote]) -> Ruling:
    """What the votes on a record come to. The reason names the weakest criterion of the vote that
    lies nearest to the median.
    """
    score = median_score(votes)
    unread = sum(vote.score is None for vote in votes)
    note = f" ({unread} of {len(votes)} votes unreadable)" if unread and len(votes) > 1 else ""
    if score is None:
        why = f"{votes[0].said[:_SAID]}{note}"
        return Ruling(settings.on_unreadable, "unreadable_vote", None, settings.rubric, why)
    readable = [vote for vote in votes if vote.scores]
    vote = min(readable, key=lambda v: (abs((v.score or 0) - score), v.score))
    scores = ", ".join(f"{name} {points}" for name, points in vote.scores.items())
    detail = f"{scores}: {vote.said[:_SAID]}{note}"
    if score >= settings.min_score:
        return Ruling("keep", "", score, settings.rubric, detail)
    return Ruling(settings.on_low, f"low_{vote.weakest}", score, settings.rubric, detail)


def vote_table(votes: dict[str, list[Vote]]) -> pl.DataFrame:
    """Votes by record as rows of VOTES, each with the requests it took."""
    rows = [
        {
            "record_id": record_id,
            "vote": number,
            "score": vote.score,
            "scores": orjson.dumps(vote.scores).decode(),
            "said": vote.said,
            "request_keys": list(vote.keys),
        }
        for record_id, own in votes.items()
        for number, vote in enumerate(own)
    ]
    return frame(rows, VOTES)
