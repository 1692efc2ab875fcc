"""A recipe may say which documents are evidence; the others are as if they were not there."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

import verifiers
from configs.documents import Chunking
from configs.errors import ConfigError
from configs.verifiers import EvidenceFilter, Grounding
from store.chunks import cut
from store.corpus import Corpus, Document
from store.records import RECORDS, frame
from store.stages import STAGES, Context, Judged
from verifiers.scope import evidence_of, vectors_of

assert verifiers
OLD = Document(
    "law/old.md",
    "Old",
    "The bridge toll is 12 dollars for every lorry.",
    source="gazette",
    licence="CC0",
    valid_from=date(2001, 1, 1),
)
NEW = Document(
    "law/new.md",
    "New",
    "The harbour fee is 90 dollars for every ship.",
    source="gazette",
    licence="CC-BY-4.0",
    valid_from=date(2020, 5, 1),
)
NOTE = Document("notes/a.md", "Note", "The salt tower is 44 m high and open.", source="a blog")
CORPUS = Corpus((OLD, NEW, NOTE), tuple(p for d in (OLD, NEW, NOTE) for p in cut(d, Chunking())))


@pytest.mark.parametrize(
    ("scope", "left"),
    [
        ({}, ["law/old.md", "law/new.md", "notes/a.md"]),
        ({"documents": ["law/*"]}, ["law/old.md", "law/new.md"]),
        ({"documents": ["*/new.md", "notes/*"]}, ["law/new.md", "notes/a.md"]),
        ({"sources": ["a *"]}, ["notes/a.md"]),
        ({"licences": ["CC-BY*"]}, ["law/new.md"]),
        ({"licences": ["CC*"], "documents": ["*old*"]}, ["law/old.md"]),
        ({"kinds": ["prose"]}, ["law/old.md", "law/new.md", "notes/a.md"]),
        ({"not_before": "2020-05-01"}, ["law/new.md", "notes/a.md"]),
        ({"not_after": "2020-04-30"}, ["law/old.md", "notes/a.md"]),
        ({"not_before": "2001-01-01", "dated_only": True}, ["law/old.md", "law/new.md"]),
    ],
)
def test_a_document_must_meet_all_that_is_set(scope: dict[str, Any], left: list[str]) -> None:
    part = evidence_of(CORPUS, EvidenceFilter(**scope))
    assert [document.id for document in part.documents] == left
    assert {passage.document_id for passage in part.passages} == set(left)
    vectors = np.arange(3, dtype=np.float32).reshape(3, 1)
    rows = [passage.document_id in left for passage in CORPUS.passages]
    assert vectors_of(CORPUS, vectors, part).tolist() == vectors[rows].tolist()


def test_a_filter_that_leaves_nothing_says_so() -> None:
    with pytest.raises(ConfigError, match=r"sources=\['nobody'\].*leaves nothing.*law/old.md"):
        evidence_of(CORPUS, EvidenceFilter(sources=("nobody",)))
    with pytest.raises(ValidationError, match="not_before"):
        EvidenceFilter(not_before=date(2020, 1, 2), not_after=date(2020, 1, 1))


def judge(evidence: dict[str, Any], answer: str, of: Document, quotes: list[str]) -> Judged:
    passage = CORPUS.passages_of(of.id)[0]
    source = {"document_id": of.id, "passage_id": passage.id, "title": of.title}
    source |= {"start": 0, "end": passage.end, "sha256": passage.sha256}  # type: ignore[dict-item]
    row = {**dict.fromkeys(RECORDS.names), "id": "r", "question": "What is it?", "answer": answer}
    vectors = np.eye(3, dtype=np.float32)
    records = frame([{**row, "quotes": quotes, "sources": [source]}], RECORDS).with_columns(
        pl.Series("embedding", vectors[:1], dtype=pl.Array(pl.Float32, 3))
    )
    settings = Grounding(evidence=EvidenceFilter(**evidence))
    return STAGES["grounding"].make(settings, Context(CORPUS, vectors))(records)


def test_what_is_outside_is_no_evidence_not_even_of_its_own_record() -> None:
    answer = "The bridge toll is 12 dollars for every lorry."
    inside = judge({}, answer, OLD, []).evidence.row(0, named=True)
    assert (inside["verdict"], inside["document_id"]) == ("supported", OLD.id)
    outside = judge({"documents": ["law/new*", "notes/*"]}, answer, OLD, [])
    assert outside.evidence["verdict"].to_list() == ["not_found"]
    assert OLD.id not in outside.evidence["document_id"].to_list()
    assert outside.verdicts["reason"].to_list() == ["unsupported"]


def test_quotes_are_looked_for_inside_only() -> None:
    answer, quote = "The harbour fee is 90 dollars for every ship.", "bridge toll is 12 dollars"
    assert judge({}, answer, NEW, [quote]).verdicts["decision"].to_list() == ["keep"]
    narrowed = judge({"licences": ["CC-BY*"]}, answer, NEW, [quote])
    assert narrowed.verdicts["reason"].to_list() == ["missing_quote"]


def test_a_record_may_be_supported_by_another_document_than_its_own() -> None:
    answer = "The harbour fee is 90 dollars for every ship."
    found = judge({"documents": ["law/new*"]}, answer, NOTE, []).evidence.row(0, named=True)
    assert (found["verdict"], found["document_id"]) == ("supported", NEW.id)


def test_stems_are_kept_in_the_folder_of_the_context(tmp_path: Path) -> None:
    vectors = np.eye(3, dtype=np.float32)
    context = Context(CORPUS, vectors, kept_stems=tmp_path / "stems")
    row = {**dict.fromkeys(RECORDS.names), "id": "r", "question": "What?", "quotes": []}
    row |= {"answer": "The salt tower is 44 m high.", "sources": []}
    records = frame([row], RECORDS).with_columns(
        pl.Series("embedding", vectors[:1], dtype=pl.Array(pl.Float32, 3))
    )
    judged = STAGES["grounding"].make(Grounding(), context)(records)
    assert judged.evidence["verdict"].to_list() == ["supported"]
    assert list((tmp_path / "stems").glob("*/stems-*"))
