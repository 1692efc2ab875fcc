"""Which documents hold on a date, and which are one document at several dates."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.corpus import Corpus, Document
from verifiers.validity import Timeline

TEXT = "# France\n\nFrance has a population of {} million people and a coast of {} kilometres."


def document(id_: str, begun: str | None, *, end: str | None = None, **fields: str) -> Document:
    return Document(
        id_,
        fields.get("title", "France"),
        fields.get("text", TEXT.format(68, 3427)),
        valid_from=date.fromisoformat(begun) if begun else None,
        valid_to=date.fromisoformat(end) if end else None,
    )


def standing(*documents: Document, as_of: str | None = None) -> list[str]:
    day = date.fromisoformat(as_of) if as_of else None
    found = Timeline(Corpus(documents, ()), day).standing
    return [found[item.id] for item in documents]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("factbook-fr-2021-12-30", "factbook-fr"),
        ("docs_old.jsonl:factbook-fr-2021-12-30", "docs.jsonl:factbook-fr"),
        ("guide-v1.md", "guide-v2.md"),
        ("2021/fr.md", "2024/fr.md"),
        ("guide_1.9.md", "guide_1.10.md"),
        ("old.jsonl:3", "new.jsonl:17"),
        ("a81f", "77c0"),
    ],
)
def test_the_newer_of_a_series_supersedes_the_older(older: str, newer: str) -> None:
    pair = document(older, "2021-12-30"), document(newer, "2024-01-11")
    assert standing(*pair) == ["superseded", "current"]


def test_one_title_over_two_matters_is_no_series() -> None:
    pages = (
        document("a/overview.md", "2020-01-01", title="Overview", text="How ships are painted."),
        document("b/overview.md", "2024-01-01", title="Overview", text="What a beehive weighs."),
    )
    assert standing(*pages) == ["current", "current"]


def test_another_title_is_another_series() -> None:
    pair = document("fr-2021", "2021-01-01"), document("fr-2024", "2024-01-01", title="Germany")
    assert standing(*pair) == ["current", "current"]


def test_documents_without_dates_supersede_nothing() -> None:
    assert standing(document("fr-v1", None), document("fr-v2", None)) == ["current"] * 2
    assert standing(document("fr-v1", None), document("fr-v2", "2024-01-01")) == ["current"] * 2


def test_two_that_began_on_one_day_stand_side_by_side() -> None:
    pair = document("fr-v1", "2024-01-01"), document("fr-v2", "2024-01-01")
    assert standing(*pair) == ["current", "current"]


def test_the_date_decides_what_is_current() -> None:
    three = [document(f"fr-{year}", f"{year}-01-01") for year in (2020, 2022, 2024)]
    assert standing(*three) == ["superseded", "superseded", "current"]
    assert standing(*three, as_of="2023-06-01") == ["superseded", "current", "upcoming"]
    assert standing(*three, as_of="2019-06-01") == ["upcoming"] * 3


def test_a_document_holds_through_its_last_day() -> None:
    offer = document("offer", "2024-01-01", end="2024-03-31")
    assert standing(offer, as_of="2024-03-31") == ["current"]
    assert standing(offer, as_of="2024-04-01") == ["expired"]


def test_what_an_expired_document_had_replaced_holds_again() -> None:
    pair = document("fr-v1", "2020-01-01"), document("fr-v2", "2024-01-01", end="2024-02-01")
    assert standing(*pair, as_of="2024-01-15") == ["superseded", "current"]
    assert standing(*pair, as_of="2024-06-01") == ["current", "expired"]


def test_a_document_held_until_the_next_began() -> None:
    pair = document("fr-2021", "2021-12-30"), document("fr-2024", "2024-01-11")
    timeline = Timeline(Corpus(pair, ()))
    year = {n: (date(n, 1, 1), date(n, 12, 31)) for n in (2020, 2021, 2022, 2024)}
    assert [timeline.held_during("fr-2021", *year[n]) for n in year] == [False, True, True, True]
    assert not timeline.held_during("fr-2021", date(2024, 1, 11), date(2024, 12, 31))


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=6, unique=True), st.integers(0, 3000))
def test_one_document_of_a_series_is_current_at_any_time(days: list[int], now: int) -> None:
    start = date(2018, 1, 1)
    states = [document(f"fr-{d}-v{d}", str(start + timedelta(d))) for d in days]
    found = standing(*states, as_of=str(start + timedelta(now)))
    assert found.count("current") == (1 if min(days) <= now else 0)
    assert [state == "upcoming" for state in found] == [day > now for day in days]
