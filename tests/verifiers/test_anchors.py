"""The dates a statement speaks of."""

from __future__ import annotations

from datetime import date

import pytest

from verifiers.anchors import anchors, dateless, speaks_of


def test_a_date_names_a_period() -> None:
    found = anchors("In 2023, in May 2022 and on 5 July 1962.")
    assert [(a.first, a.last) for a in found] == [
        (date(2023, 1, 1), date(2023, 12, 31)),
        (date(2022, 5, 1), date(2022, 5, 31)),
        (date(1962, 7, 5), date(1962, 7, 5)),
    ]


def test_since_and_as_of_are_told_apart() -> None:
    since, frame = anchors("She has led it since June 2020, as of 2024-01-11.")
    assert (since.since, since.frame) == (True, False)
    assert (frame.since, frame.frame) == (False, True)


@pytest.mark.parametrize("text", ["on 31 February 2020", "5 July", "version 3", ""])
def test_what_names_no_day_of_the_calendar_anchors_nothing(text: str) -> None:
    assert anchors(text) == ()


def test_a_text_without_its_dates_keeps_the_rest() -> None:
    assert dateless("As of 2021, the lake covers 31 km².").strip(" ,") == "the lake covers 31 km²."
    assert dateless("It grew by 3% in 2023.") == "It grew by 3%  ."


def test_what_began_before_and_goes_on_speaks_of_later_dates() -> None:
    line = anchors("Ann Holt (since 3 May 2020)")
    assert speaks_of(line, anchors("in 2023")[0])
    assert not speaks_of(line, anchors("in 2019")[0])
    assert not speaks_of(line, anchors("since 2021")[0])
