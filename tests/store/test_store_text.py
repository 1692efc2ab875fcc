from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.text import digest, normalise, sentences, sha256, squeeze, words

PROSE = st.lists(
    st.sampled_from(
        [
            "One word.",
            "Is it so?",
            "3.5 km",
            "Dr. Hu",
            "—",
            "“So,” he said.",
            "- item",
            "# Head",
            "\n",
            "\n\n",
            "\r\n",
            "  ",
            "\t",
            "\x0c",
            "\u2028",
            "🎉",
            "日本語。",
            ">>> f()",
            "...",
        ]
    ),
    max_size=25,
).map(" ".join)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Hello,  World!", "hello world"),
        ("STRASSE", "straße"),
        ("ﬁne ½", "fine 1⁄2"),
        ("cafe\u0301", "café"),
        ("It’s “so”", 'it\'s "so"'),
        ("−5 °C", "-5 °C"),
        ("`json.dumps`", "json dumps"),
        ("snake_case", "snake case"),
        ("a\u00a0b", "a b"),
    ],
)
def test_normalise_makes_equal_what_differs_in_form_only(left: str, right: str) -> None:
    assert normalise(left) == normalise(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("-5", "5"),
        ("-.5", ".5"),
        ("10 ⁻5", "10 5"),
        (".5", "5"),
        ("3.14", "314"),
        ("3.14", "3 14"),
        ("1,000", "1 000"),
        ("!=", "=="),
        ("🎉", "🎈"),
        ("x = -1", "x = 1"),
    ],
)
def test_normalise_keeps_signs_that_change_a_value(left: str, right: str) -> None:
    assert normalise(left) != normalise(right)


def test_normalise_keeps_minus_and_decimals_as_written() -> None:
    assert normalise("Between -2.5 and 3,5 (at most).") == "between -2.5 and 3.5 at most"
    assert normalise("well-known f(x)-1") == "well known f x 1"


@settings(deadline=None)
@given(st.text() | st.text(alphabet="-., 5a(_)\x00\x01½…İ¨´⁻﹘ﬁ²"))
def test_normalise_is_idempotent(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@settings(deadline=None)
@given(st.text())
def test_squeeze_is_idempotent_and_leaves_single_spaces(text: str) -> None:
    once = squeeze(text)
    assert squeeze(once) == once
    assert not re.search(r"\s\s|^\s|\s$|[^\S ]", once)


def test_squeeze_keeps_case_and_signs() -> None:
    assert squeeze("  The “Big”\n— ‘x’ − 1…  ") == "The \"Big\" - 'x' - 1…"
    assert squeeze("Cafe\u0301, 5 m²") == "Café, 5 m²"


def test_words_fold_case_and_keep_apostrophes() -> None:
    assert words("Don’t STOP, snake_case 3.5!") == ["don’t", "stop", "snake", "case", "3", "5"]


@settings(deadline=None)
@given(st.text() | PROSE)
def test_sentence_offsets_are_exact_and_cover_all_signs(text: str) -> None:
    spans = sentences(text)
    covered = set()
    end = 0
    for span in spans:
        assert text[span.start : span.end] == span.text
        assert span.text == span.text.strip() != ""
        assert span.start >= end
        end = span.end
        covered.update(range(span.start, span.end))
    assert [c for i, c in enumerate(text) if i not in covered and not c.isspace()] == []


def test_sentences_end_at_signs_and_blocks() -> None:
    text = (
        "# Title\nOne goes\nover lines. Two e.g. here.\n\n- item one\n- item two\n"
        "```\ncode = 1\nmore = 2\n```\n| a | b |\nDr. Smith left"
    )
    assert [span.text for span in sentences(text)] == [
        "# Title",
        "One goes\nover lines.",
        "Two e.g. here.",
        "- item one",
        "- item two",
        "```",
        "code = 1\nmore = 2",
        "```",
        "| a | b |",
        "Dr. Smith left",
    ]


def test_sentences_know_other_languages() -> None:
    assert [s.text for s in sentences("Das ist z. B. gut. Ja.", "de")] == [
        "Das ist z. B. gut.",
        "Ja.",
    ]


def test_hashes_take_any_text_and_ignore_key_order() -> None:
    assert sha256("\ud800") != sha256("\ud801")
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})


def test_vowel_signs_are_part_of_a_word() -> None:
    assert normalise("कि") != normalise("की")
    assert words("कि") != words("की") and len(words("हिन्दी")) == 1


def test_a_unit_ends_a_sentence() -> None:
    text = "The dam is 55 m. The tower is 120 m. See Dr. Hu at 5 p.m. on Monday."
    assert [s.text for s in sentences(text)] == [
        "The dam is 55 m.",
        "The tower is 120 m.",
        "See Dr. Hu at 5 p.m. on Monday.",
    ]


@pytest.mark.timeout(20)
def test_a_drawn_line_is_no_work() -> None:
    text = "Ana is deep. " + "`" * 300_000 + " Bel is deep."
    assert [one.text.strip("` ") for one in sentences(text)] == ["Ana is deep.", "Bel is deep."]
