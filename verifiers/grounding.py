"""The verifier ``grounding``: every claim of an answer against the whole corpus.

The checker decides about claims, and the row policy turns their verdicts into one per record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import polars as pl

from configs.verifiers import Grounding
from store.corpus import Corpus
from store.records import EVIDENCE, frame
from store.stages import Context, Judged, Row, Ruling, Stage, judged, row_by_row, stage
from verifiers.api import ApiIndex
from verifiers.checker import Checker
from verifiers.claims import Claim, claims_of
from verifiers.claims.asked import split_by_teacher
from verifiers.policy import rule_on
from verifiers.retrieval import EvidenceIndex
from verifiers.verdicts import Checked


@stage("grounding", version="1", scope="row")
def grounding(settings: Grounding, context: Context) -> Stage:
    """Drops records with a contradicted claim, an invented name or quote, or too little evidence.

    The score is the share of supported claims; evidence holds one row per claim and quote.
    """
    by_rule = Checker(
        settings,
        context.corpus,
        EvidenceIndex(context.corpus, context.passage_vectors),
        ApiIndex(context.corpus),
    )

    def apply(records: pl.DataFrame) -> Judged:
        checker = replace(by_rule, split=_splitter(settings, context, records))
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


def _splitter(
    settings: Grounding, context: Context, records: pl.DataFrame
) -> Callable[[Row], Sequence[Claim]]:
    """How the claims of these records are found: by rule, or by asking for all of them at once."""
    if settings.claims is None:
        return claims_of
    rows = records.select("id", "messages", "question", "answer").to_dicts()
    split = split_by_teacher(rows, settings.claims, context.ask_of(settings.claims.teacher))
    context.progress("claims: replies that could not be read", split.unread, split.answers)
    claims = dict(zip((row["id"] for row in rows), split.claims, strict=True))
    return lambda row: claims[row["id"]]


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
