"""Claims against three snapshots of one document, through the stage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

import verifiers
from configs.documents import Chunking
from configs.verifiers import Grounding
from store.chunks import cut
from store.corpus import Corpus, Document
from store.records import RECORDS, frame
from store.stages import STAGES, Context, Judged

assert verifiers

PROFILE = """# Norland

## Economy

- **Exports:** ${exports} billion ({year} est.)
- **Harbour depth:** {depth} m

## Government

- **head of government:** Prime Minister {head} (since {since})
{more}"""
RIVER = "# Alder River\n\nThe Alder River is 452 km long and flows into the Grey Lake.\n"
WIDTH = 16


def profile(day: str, more: str = "", **values: str) -> Document:
    text = PROFILE.format(**values, more=more)
    return Document(f"norland-{day}", "Norland", text, valid_from=date.fromisoformat(day))


FIRST = profile(
    "2021-12-30",
    exports="31.4",
    year="2020",
    depth="11",
    head="Ann Holt",
    since="3 May 2019",
    more="- **Ferries:** 14 (2021)\n",
)
SECOND = profile(
    "2023-01-05", exports="35.8", year="2022", depth="11", head="Ann Holt", since="3 May 2019"
)
THIRD = profile(
    "2025-01-05", exports="39.1", year="2024", depth="12", head="Peter Brand", since="1 June 2024"
)
SNAPSHOTS = (THIRD, FIRST, SECOND, Document("river.md", "Alder River", RIVER))


def judge(
    claim: str,
    documents: Sequence[Document] = SNAPSHOTS,
    question: str = "What of Norland?",
    as_of: date | None = None,
) -> Judged:
    corpus = Corpus(tuple(documents), tuple(p for d in documents for p in cut(d, Chunking())))
    blank: dict[str, Any] = dict.fromkeys(RECORDS.names)
    row = {**blank, "id": "1", "question": question, "answer": claim, "quotes": [], "sources": []}
    records = frame([row], RECORDS).with_columns(
        pl.Series("embedding", np.ones((1, WIDTH), np.float32), dtype=pl.Array(pl.Float32, WIDTH))
    )
    context = Context(corpus, np.zeros((len(corpus.passages), WIDTH), np.float32), as_of=as_of)
    return STAGES["grounding"].make(Grounding(), context)(records)


def found(claim: str, documents: Sequence[Document] = SNAPSHOTS, **more: Any) -> dict[str, Any]:
    return judge(claim, documents, **more).evidence.to_dicts()[0]


@pytest.mark.parametrize(
    "claim",
    [
        "The exports of Norland were $39.1 billion in 2024.",
        "The exports of Norland are $39.1 billion.",
        "Peter Brand is head of government of Norland.",
        "As of 2025, Peter Brand is head of government of Norland.",
        "The harbour depth of Norland is 12 m.",
        "The Alder River is 452 km long.",
    ],
)
def test_what_the_newest_document_says_is_supported(claim: str) -> None:
    assert found(claim)["verdict"] == "supported"


@pytest.mark.parametrize(
    ("claim", "newer"),
    [
        ("The exports of Norland are $35.8 billion.", "$39.1 billion"),
        ("The exports of Norland were $35.8 billion in 2024.", "$39.1 billion"),
        ("The exports of Norland were $31.4 billion in 2024.", "$39.1 billion"),
        ("Ann Holt is head of government of Norland.", "Peter Brand"),
        ("As of 2025-01-05, Ann Holt is head of government of Norland.", "Peter Brand"),
        ("Prime Minister Ann Holt has led Norland since 3 May 2019.", "Peter Brand"),
        ("The harbour depth of Norland is 11 m.", "12 m"),
    ],
)
def test_what_was_true_once_is_stale(claim: str, newer: str) -> None:
    row = found(claim)
    assert (row["verdict"], row["rule"]) == ("stale", "superseded")
    assert "superseded by norland-2025-01-05 of 2025-01-05, which says" in row["detail"]
    assert newer in row["detail"]
    assert row["document_id"] in (FIRST.id, SECOND.id)
    assert row["quote"]


@pytest.mark.parametrize(
    "claim",
    [
        "The exports of Norland were $35.8 billion in 2022.",
        "The exports of Norland were $31.4 billion in 2020.",
        "As of June 2023, Ann Holt is head of government of Norland.",
        "In 2022, the harbour depth of Norland was 11 m.",
    ],
)
def test_a_record_of_the_past_is_kept(claim: str) -> None:
    row = found(claim)
    assert (row["verdict"], row["detail"][:11]) == ("supported", "historical:")


def test_the_date_may_stand_in_the_question() -> None:
    claim = "The exports of Norland were $35.8 billion."
    asked = "What were the exports of Norland in {}?"
    assert found(claim, question=asked.format(2022))["verdict"] == "supported"
    assert found(claim, question=asked.format(2024))["verdict"] == "stale"


def test_a_revised_figure_overrules_the_old_one_for_its_date() -> None:
    values = {"depth": "12", "head": "Peter Brand", "since": "1 June 2024"}
    revised = profile("2025-06-01", exports="36.2", year="2022", **values)
    row = found("The exports of Norland were $35.8 billion in 2022.", (*SNAPSHOTS, revised))
    assert (row["verdict"], "$36.2 billion" in row["detail"]) == ("stale", True)


def test_what_newer_documents_leave_out_is_stale_unless_it_is_dated() -> None:
    row = found("Norland has 14 ferries.")
    assert row["verdict"] == "stale"
    assert row["detail"].endswith("which does not say so")
    assert found("Norland had 14 ferries in 2021.")["verdict"] == "supported"


def test_what_was_never_true_is_not_stale() -> None:
    assert found("The exports of Norland are $77.7 billion.")["verdict"] == "contradicted"
    assert found("Mary Dunn is head of government of Norland.")["verdict"] == "not_found"


def test_the_date_of_the_recipe_decides() -> None:
    claim = "The exports of Norland are $35.8 billion."
    assert found(claim, as_of=date(2023, 6, 1))["verdict"] == "supported"
    assert found(claim, as_of=date(2025, 6, 1))["verdict"] == "stale"
    early = found("The exports of Norland are $39.1 billion.", as_of=date(2023, 6, 1))
    assert early["verdict"] != "supported"


def test_an_expired_document_alone_makes_stale() -> None:
    notice = Document(
        "notice.md",
        "Notice",
        "# Notice\n\nThe Grey Bridge is closed to lorries of more than 12 tonnes.\n",
        valid_from=date(2023, 1, 1),
        valid_to=date(2023, 12, 31),
    )
    row = found(
        "The Grey Bridge is closed to lorries of more than 12 tonnes.", (*SNAPSHOTS, notice)
    )
    assert (row["verdict"], row["rule"]) == ("stale", "expired")
    assert "notice.md expired on 2023-12-31" in row["detail"]
    assert judge("The Grey Bridge is closed to lorries of more than 12 tonnes.", [notice]).verdicts[
        "decision"
    ].to_list() == ["keep"]


def test_the_newest_of_two_documents_in_force_wins_and_the_conflict_is_told() -> None:
    text = "# {}\n\nThe Grey Dam holds {} million tonnes of water.\n"
    older = Document("a.md", "Dams", text.format("Dams", 40), valid_from=date(2022, 1, 1))
    newer = Document("b.md", "Water", text.format("Water", 43), valid_from=date(2024, 1, 1))
    wrong = found("The Grey Dam holds 40 million tonnes of water.", (older, newer))
    right = found("The Grey Dam holds 43 million tonnes of water.", (older, newer))
    assert (wrong["verdict"], right["verdict"]) == ("contradicted", "supported")
    assert wrong["rule"] == right["rule"] == "conflict"
    assert wrong["document_id"] == right["document_id"] == "b.md"
    assert "43 million" in wrong["detail"]
    assert "40 million" in right["detail"]


def test_unanchored_time_is_flagged_and_changes_no_verdict() -> None:
    judged = judge("Peter Brand is currently head of government of Norland.")
    assert judged.evidence["verdict"].to_list() == ["supported"]
    assert judged.verdicts.select("decision", "reason").row(0) == ("flag", "unanchored_time")


def test_stale_records_are_dropped() -> None:
    judged = judge("The exports of Norland are $35.8 billion.")
    assert judged.verdicts.select("decision", "reason").row(0) == ("drop", "stale")


def test_many_snapshots_crowd_out_no_current_passage() -> None:
    values = {"depth": "11", "head": "Ann Holt", "since": "3 May 2019"}
    old = [profile(f"20{n}-02-01", exports="35.8", year="2022", **values) for n in range(10, 20)]
    assert (
        found("The exports of Norland are $39.1 billion.", (*old, THIRD))["verdict"] == "supported"
    )
    assert found("The exports of Norland are $35.8 billion.", (*old, THIRD))["verdict"] == "stale"
