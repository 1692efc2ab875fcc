"""Dates: forms, decades, centuries, eras, ranges, relative years; what agrees and what differs."""

from __future__ import annotations

import datetime
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers.checks.calendar import read
from verifiers.checks.dates import check_dates, dates, held_dates, without_dates


def status(claim: str, evidence: str) -> list[str]:
    return [finding.status for finding in check_dates(dates(claim), held_dates(evidence))]


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("on 5 July 1962", "1962-07-05T10:30:00Z"),
        ("on July 5th, 1962", "05/07/1962"),
        ("on 7 May 1962", "05/07/1962"),
        ("on 25 July 1962", "25.7.1962"),
        ("on 5 July 1962", "on Thursday, 5 July 1962"),
        ("in July 1962", "in July of 1962"),
        ("in 1962", "in Q3 1962"),
        ("in Q3 2024", "the third quarter of 2024"),
        ("in Q3 2024", "on 5 August 2024"),
        ("in the 1960s", "in 1962"),
        ("in the 1960's", "the 1960s"),
        ("in the 20th century", "the 1960s"),
        ("in the nineteenth century", "the 19th century"),
        ("in the 3rd century BC", "in 264 BC"),
        ("in 44 BC", "in 44 B.C."),
        ("in 44 BCE", "44 BC"),
        ("in AD 79", "79 CE"),
        ("1939-1945", "from 1939 to 1945"),
        ("between 1939 and 1945", "1939–45"),
        ("in 1945", "1939-1945"),
        ("in FY2023/24", "in 2023-24"),
        ("in the summer of 1962", "summer 1962"),
        ("in autumn 1962", "in the fall of 1962"),
        ("It opened in 1962 and closed three years later.", "It ran from 1962 to 1965."),
        ("Opened in 1962; closed the following year.", "opened in 1962, closed in 1963"),
    ],
)
def test_the_same_time_is_found(claim: str, evidence: str) -> None:
    assert set(status(claim, evidence)) == {"found"}, (read(claim), read(evidence))


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("in 1963", "on 5 July 1962"),
        ("on 5 July 1962", "in 1963"),
        ("in August 1962", "on 5 July 1962"),
        ("in the 1970s", "in 1962"),
        ("in the 18th century", "in the 1960s"),
        ("in 44 BC", "in AD 44"),
        ("in the 3rd century BC", "in the 3rd century"),
        ("in Q2 2024", "in Q3 2024"),
        ("in the summer of 1962", "in the winter of 1962"),
        ("on 13 July 1962", "on 05/07/1962"),
    ],
)
def test_another_time_is_a_conflict(claim: str, evidence: str) -> None:
    assert status(claim, evidence) == ["conflict"], (read(claim), read(evidence))


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("on 5 July 1962", "in July 1962"),
        ("in 1962", "in the 1960s"),
        ("in 1942", "from 1939 to 1945"),
        ("in July 1962", "in 1962"),
        ("in 1962", "nothing"),
        ("on 5 July 1962", "on 5 July"),
    ],
)
def test_what_the_source_leaves_open_is_missing(claim: str, evidence: str) -> None:
    assert status(claim, evidence) == ["missing"], (read(claim), read(evidence))


def test_a_date_that_the_claim_gives_elsewhere_is_no_rival() -> None:
    assert status("born in 1962, died in 1999", "born in 1962") == ["found", "missing"]


@pytest.mark.parametrize(
    "text",
    ["1990 km", "1500 kg", "2000 people came", "1,962 ships", "1024 bytes", "$1999", "3.1415"],
)
def test_what_counts_or_measures_is_no_year(text: str) -> None:
    assert dates(text) == []


def test_a_year_may_follow_a_name() -> None:
    assert [date.text for date in dates("the FIFA 2014 champions and in 2015 sales rose")] == [
        "2014",
        "2015",
    ]


def test_blanks_stand_in_place_of_dates() -> None:
    text = "On 5 July 1962 it took three years; in 1965, two years later, it ended."
    rest = without_dates(text)
    assert len(rest) == len(text)
    assert rest.split() == "On it took three years; in , , it ended.".split()


FORMS = ("%Y-%m-%d", "%d %B %Y", "%B %d, %Y", "%d %b. %Y", "the %dth of %B, %Y", "%b %d %Y")


@given(
    st.dates(datetime.date(1000, 1, 1), datetime.date(2199, 12, 31)),
    st.sampled_from(FORMS),
    st.sampled_from(FORMS),
)
def test_a_date_agrees_with_itself_in_any_form(day: datetime.date, one: str, two: str) -> None:
    assert status(day.strftime(one), day.strftime(two)) == ["found"]
    other = day + datetime.timedelta(days=1)
    assert status(other.strftime(one), day.strftime(two)) == ["conflict"]


@given(st.integers(1000, 2199))
def test_a_year_lies_in_its_decade_and_century_and_no_other(year: int) -> None:
    decade, century = year - year % 10, (year - 1) // 100 + 1
    assert status(f"in the {decade}s", f"in {year}") == ["found"]
    assert status(f"in the {century}th century", f"in {year}") == ["found"]
    assert status(f"in the {century + 1}th century", f"in {year}") == ["conflict"]


@pytest.mark.parametrize(
    "text",
    [
        "1962-" * 8_000,
        "5 July " * 5_700,
        "July " * 8_000,
        "from 1939 to " * 3_000,
        "1939-45 " * 5_000,
        "three years later 1962 " * 1_700,
        "19th and 18th and " * 2_200,
        "44 BC - " * 5_000,
        "1" * 40_000,
        "12/" * 13_000,
        " " * 40_000,
    ],
)
def test_hostile_text_is_read_fast(text: str) -> None:
    start = time.process_time()
    read(text)
    assert time.process_time() - start < 4
