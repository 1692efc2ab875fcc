"""Text as a reader sees it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.text import visible, visible_places

SIGNS = st.text(
    st.one_of(
        st.characters(), st.sampled_from("ab1 e\u0301\u200b\u00ad\ufeff\u202e１Ａﬁ가\u1100\u1161")
    )
)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("co\u00adop\u200beration", "cooperation"),
        ("\u202e12\u202c km", "12 km"),
        ("１２３ ＫＭ", "123 KM"),
        ("ﬁle", "file"),
        ("𝐛𝐨𝐥𝐝", "bold"),
        ("e\u0301t\u00e9", "\u00e9t\u00e9"),
        ("12\u00a0km", "12 km"),
        ("5 m²", "5 m²"),
        ("p\u0430ypal", "p\u0430ypal"),
        ("plain", "plain"),
    ],
)
def test_what_is_seen(text: str, seen: str) -> None:
    assert visible(text) == seen


@given(SIGNS)
def test_seeing_twice_is_seeing_once(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@given(SIGNS)
def test_each_seen_character_has_its_place(text: str) -> None:
    seen, places = visible_places(text)
    assert seen == visible(text)
    assert len(places) == len(seen) + 1
    assert places == sorted(places) and places[-1] == len(text)


@given(SIGNS, SIGNS)
def test_unseen_signs_make_no_difference(one: str, two: str) -> None:
    assert visible(f"{one}a\u200bb{two}") == visible(f"{one}ab{two}")
