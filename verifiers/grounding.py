"""The verifier ``grounding``: every claim of an answer against the whole corpus.

The checker decides about claims, an entailment model is heard on what wording alone decided where
the recipe has one, and the row policy turns the verdicts into one per record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import polars as pl

from configs.errors import ConfigError
from configs.verifiers import Grounding, Policy
from store.corpus import Corpus
from store.records import EVIDENCE, UNANSWERABLE, frame
from store.stages import Context, Judged, Row, Ruling, Stage, judged, row_by_row, stage
from verifiers.api import ApiIndex
from verifiers.calibration import Calibration, calibration_of, weighed
from verifiers.checker import Checker
from verifiers.claims import Claim, claims_of
from verifiers.claims.asked import split_by_teacher
from verifiers.policy import rule_on
from verifiers.retrieval import EvidenceIndex
from verifiers.scope import evidence_of, vectors_of
from verifiers.second_opinion import Opinion, second_opinions, undecided
from verifiers.validity import Timeline
from verifiers.verdicts import Checked


@stage("grounding", version="6", scope="row")
def grounding(settings: Grounding, context: Context) -> Stage:
    """Drops records with a contradicted claim, an invented name or quote, or too little evidence.

    The score is the share of supported claims; evidence holds one row per claim and quote.
    """
    checker = checker_of(settings, context)
    opinions = _opinions(settings, context)
    # Their answer is put by rule and claims nothing; their quotes are held to the corpus.
    abstaining = settings.rules.model_copy(update={"no_claims": "keep"})

    def apply(records: pl.DataFrame) -> Judged:
        split = _splitter(settings, context, records)
        found: dict[str, tuple[str, list[Checked]]] = {}
        finished = count(1)
        near = iter(checker.near(records["embedding"].to_numpy()))

        def check(row: Row) -> Ruling:
            close = next(near)
            for source in row["sources"]:
                if source["passage_id"] not in context.corpus.passage:
                    raise ValueError(f"the corpus has no passage {source['passage_id']!r}")
            found[row["id"]] = row["question"], checker.check(row, split(row), close)
            context.progress("verifying", next(finished), len(records))
            return Ruling()

        unchecked = row_by_row(check, records)
        heard = dict(zip(found, opinions([*found.values()]), strict=True))

        def rule(row: Row) -> Ruling:
            opinion = heard[row["id"]]
            if opinion.unanswered:
                return Ruling("drop", "error", detail=opinion.unanswered)
            policy = abstaining if row.get("style") == UNANSWERABLE else settings.rules
            return rule_on(opinion.checked, policy)

        rulings = [
            error if error.reason else ruling
            for error, ruling in zip(unchecked, row_by_row(rule, records), strict=True)
        ]
        evidence = [
            _evidence(id_, item, context.corpus)
            for id_, one in heard.items()
            for item in one.checked
        ]
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


def _opinions(
    settings: Grounding, context: Context
) -> Callable[[Sequence[tuple[str, list[Checked]]]], list[Opinion]]:
    """What becomes of the checked claims of records: nothing, unless there is a model to hear."""
    worth = calibration_of(settings) or Calibration()
    if settings.entailment is None:
        return lambda records: [Opinion(weighed(checked, worth)) for _, checked in records]
    if context.entail is None:
        raise ConfigError("verifiers.grounding has entailment, and its context gives none")
    entail, threshold = context.entail, settings.entailment.threshold

    def hear(records: Sequence[tuple[str, list[Checked]]]) -> list[Opinion]:
        # A model costs time or money, and nothing it says would save these.
        lost = [_is_lost(checked, settings.rules) for _, checked in records]
        asked = [one for one, gone in zip(records, lost, strict=True) if not gone]
        found = iter(second_opinions(asked, context.corpus, entail, threshold, worth))
        return [
            Opinion(checked) if gone else next(found)
            for (_, checked), gone in zip(records, lost, strict=True)
        ]

    return hear


def _is_lost(checked: Sequence[Checked], policy: Policy) -> bool:
    """Whether what was checked exactly drops a record, whatever becomes of its other claims."""
    ruling = rule_on([item for item in checked if not undecided(item)], policy)
    return ruling.decision == "drop" and ruling.reason not in ("no_claims", "unsupported")


def checker_of(settings: Grounding, context: Context) -> Checker:
    """The checker over what the recipe admits as evidence, for the date on which facts must hold;
    documents that are yet to come into force are no evidence of anything.
    """
    corpus = evidence_of(context.corpus, settings.evidence)
    timeline = Timeline(corpus, context.as_of)
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
    vectors = vectors_of(context.corpus, context.passage_vectors, part)
    return EvidenceIndex(part, vectors, context.kept_stems)


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
        "uncalibrated": decided.uncalibrated,
        "document_id": decided.document_id,
        "passage_id": decided.passage_id,
        "start": decided.start,
        "end": decided.end,
        "quote": document.text[decided.start : decided.end] if document else "",
        "detail": decided.detail,
    }
