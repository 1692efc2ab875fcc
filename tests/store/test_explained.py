"""What people see of a record: the answer in pieces, and the stretch that decided."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from store.explained import as_html, as_page, explained
from store.records import CITED, EVIDENCE

ANSWER = "The lake covers 310 km². It freezes <b>never</b>."
PASSAGE = "The lake covers 310 km². It freezes for 31 days."


def evidence(start: int, end: int, verdict: str, **more: Any) -> dict[str, Any]:
    row = dict.fromkeys(EVIDENCE.names)
    return {
        **row,
        "record_id": "r1",
        "claim": ANSWER[start:end],
        "message": 1,
        "claim_start": start,
        "claim_end": end,
        "verdict": verdict,
        "rule": "wording",
        "score": 0.9,
        "detail": "",
        "document_id": "lake.md",
        "passage_id": "lake.md#0",
        "start": 100,
        "end": 124,
        "quote": PASSAGE[:24],
        **more,
    }


def record() -> dict[str, Any]:
    messages = [
        {"role": "user", "content": "What of the lake?"},
        {"role": "assistant", "content": ANSWER},
    ]
    return {"id": "r1", "messages": messages}


def cited() -> dict[str, dict[str, Any]]:
    row = dict.fromkeys(CITED.names)
    return {"lake.md#0": {**row, "id": "lake.md#0", "start": 100, "end": 148, "text": PASSAGE}}


def test_the_answer_is_cut_at_its_claims_and_nothing_is_lost() -> None:
    rows = [evidence(0, 24, "supported"), evidence(25, 49, "contradicted")]
    shown = explained(record(), "dropped", rows, cited())
    pieces = shown.messages[1].pieces
    assert "".join(piece.text for piece in pieces) == ANSWER
    assert [piece.verdict for piece in pieces] == ["supported", "", "contradicted"]
    assert [piece.numbers for piece in pieces] == [(1,), (), (2,)]
    assert shown.messages[0].pieces[0].verdict == ""


def test_the_passage_is_shown_around_the_stretch_that_decided() -> None:
    claim = explained(record(), "kept", [evidence(0, 24, "supported")], cited()).claims[0]
    assert (claim.before, claim.matched) == ("", PASSAGE[:24])
    assert claim.after == PASSAGE[24:]
    assert claim.where == "lake.md [100:124]"


def test_where_a_passage_stands_and_when_it_holds_is_told() -> None:
    paged = {"lake.md#0": {**cited()["lake.md#0"], "page": 3, "valid_from": date(2024, 2, 1)}}
    claim = explained(record(), "kept", [evidence(0, 24, "supported")], paged).claims[0]
    assert claim.where == "lake.md [100:124], page 3, valid from 2024-02-01"


def test_without_the_passage_the_quote_stands_alone() -> None:
    claim = explained(record(), "kept", [evidence(0, 24, "supported")], {}).claims[0]
    assert (claim.before, claim.matched, claim.after) == ("", PASSAGE[:24], "")


def test_the_page_escapes_what_answers_and_passages_say() -> None:
    shown = explained(record(), "kept", [evidence(25, 49, "stale")], cited())
    page = as_page(shown, "lake-v1: r1")
    assert "&lt;b&gt;never&lt;/b&gt;" in page and "<b>never</b>" not in page
    assert 'class="stale"' in as_html(shown) and "<title>lake-v1: r1</title>" in page


@given(st.lists(st.tuples(st.integers(0, 49), st.integers(0, 49)), max_size=6))
def test_whatever_the_spans_the_pieces_are_the_answer(spans: list[tuple[int, int]]) -> None:
    rows = [evidence(min(pair), max(pair), "not_found") for pair in spans]
    pieces = explained(record(), "kept", rows, {}).messages[1].pieces
    assert "".join(piece.text for piece in pieces) == ANSWER
