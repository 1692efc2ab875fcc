"""The verifier ``grounding``: every claim of an answer against the whole corpus.

The checker decides about claims, and the row policy turns their verdicts into one per record.
"""

from __future__ import annotations

from itertools import count
from typing import Any

import polars as pl

from configs.verifiers import Grounding
from store.corpus import Corpus
from store.records import EVIDENCE, frame
from store.stages import Context, Judged, Row, Ruling, Stage, judged, row_by_row, stage
from verifiers.api import ApiIndex
from verifiers.checker import Checker
from verifiers.policy import rule_on
from verifiers.retrieval import EvidenceIndex
from verifiers.validity import Timeline
from verifiers.verdicts import Checked


@stage("grounding", version="2", scope="row")
def grounding(settings: Grounding, context: Context) -> Stage:
    """Drops records with a contradicted claim, an invented name or quote, or too little evidence.

    The score is the share of supported claims; evidence holds one row per claim and quote.
    """
    checker = _checker(settings, context)

    def apply(records: pl.DataFrame) -> Judged:
        evidence: list[dict[str, Any]] = []
        finished = count(1)

        def judge(row: Row) -> Ruling:
            checked = checker.check(row)
            evidence.extend(_evidence(row["id"], item, context.corpus) for item in checked)
            context.progress("verifying", next(finished), len(records))
            return rule_on(checked, settings.rules)

        rulings = row_by_row(judge, records)
        return judged("grounding", records, rulings, frame(evidence, EVIDENCE))

    return apply


def _checker(settings: Grounding, context: Context) -> Checker:
    """The checker for the date on which facts must hold; documents that are yet to come into force
    are no evidence of anything.
    """
    timeline = Timeline(context.corpus, context.as_of)
    known = timeline.among(("current", "superseded", "expired"))
    past = timeline.among(("superseded", "expired"))
    return Checker(
        settings,
        known,
        _index(timeline.among(("current",)), context),
        ApiIndex(known),
        timeline,
        _index(past, context) if past.documents else None,
    )


def _index(part: Corpus, context: Context) -> EvidenceIndex:
    rows = [i for i, p in enumerate(context.corpus.passages) if p.document_id in part.document]
    return EvidenceIndex(part, context.passage_vectors[rows])


def _evidence(record_id: str, item: Checked, corpus: Corpus) -> dict[str, Any]:
    decided = item.decided
    document = corpus.document.get(decided.document_id)
    return {
        "record_id": record_id,
        "claim": item.claim.text,
        "message": item.claim.message,
        "claim_start": item.claim.start,
        "claim_end": item.claim.end,
        "verdict": decided.verdict,
        "rule": decided.rule,
        "score": decided.score,
        "document_id": decided.document_id,
        "passage_id": decided.passage_id,
        "start": decided.start,
        "end": decided.end,
        "quote": document.text[decided.start : decided.end] if document else "",
        "detail": decided.detail,
    }
