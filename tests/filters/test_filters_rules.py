"""The measures behind the rules, each against a value worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters.repetition import (
    compression,
    duplicate_ngrams,
    repetition,
    runaway,
    said_twice,
    top_ngrams,
)
from filters.rules import (
    Prose,
    bullet_lines,
    ellipsis_lines,
    signs,
    symbols_per_word,
    word_length,
)

FIFTY = [f"w{i:03}" for i in range(50)]


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("a b c", 0.0),
        (" ".join(f"word{i}" for i in range(30)), 0.0),
        ("one two three " * 7, 1 - 3 / 19),
        (" ".join(f"w{i}" for i in range(20)) + " w0 w1 w2", 1 / 21),
    ],
)
def test_repeated_sequences(text: str, share: float) -> None:
    assert repetition(text.split()) == pytest.approx(share)


def test_code_tables_and_notations_are_no_prose() -> None:
    text = (
        "A line of words.\n```\nfor x in y: z\n```\n| a | b |\n<td>Row 1</td>\nA G A G\n1 2 3 4\n"
    )
    assert Prose.of(text).lines == ["A line of words."]
    assert Prose.of("Words.\n```\nopen to the end").lines == ["Words."]


def test_word_length_skips_links_and_scripts_without_spaces() -> None:
    assert word_length(Prose("four word text here"), 1, 9).value == 4.0
    assert word_length(Prose("four https://a.example/long#x text @somebody here"), 1, 9).value == 4
    assert word_length(Prose("四个字四个字四个字四个字四个字四个字 abcd"), 1, 9).broken is False
    assert word_length(Prose("aaaaaaaaaaaa b"), 1, 5).broken is True


def test_symbols_and_signs() -> None:
    got = symbols_per_word(Prose("# Title\n#one two... three… four"), 0.5)
    assert (got.value, got.broken) == (3 / 6, False)
    got = signs(Prose("a } b ; c | -- d 😀 5"), 0.1)
    assert (got.value, got.broken) == (2 / 10, True)
    assert "'} ;'" in got.shown


def test_shares_of_lines() -> None:
    prose = Prose("- one thing\n2. two things\nthree things...\n* four things...")
    assert bullet_lines(prose, 0.7).value == 0.75
    assert ellipsis_lines(prose, 0.5).value == 0.25


def test_top_sequences_of_each_size() -> None:
    """Sixty words of four letters each; `aaaa bbbb` stands there five times."""
    found = [word for i in range(5) for word in ("aaaa", "bbbb", *FIFTY[i * 10 : i * 10 + 10])]
    two, three = list(top_ngrams(found, (0.1, 0.1, 0.1)))
    assert (two.value, two.broken) == (5 * 8 / 240, True)
    assert "'aaaa bbbb' x 5" in two.shown
    assert three.value == 0.0


def test_duplicate_sequences_count_each_character_once() -> None:
    """Fifty words and the first fourteen again: 14 of 64 words, whatever the size."""
    shares = list(duplicate_ngrams([*FIFTY, *FIFTY[:14]], (0.2,) * 6))
    assert [item.value for item in shares] == [14 / 64] * 6
    assert "'w000 w001 w002 w003 w004'" in shares[0].shown
    assert len(list(duplicate_ngrams([*FIFTY, *FIFTY[:4]], (0.2,) * 6))) == 1


@pytest.mark.parametrize(
    ("text", "times", "broken"),
    [
        ("Some text. " + "Stars in the night, " * 6, 6, True),
        ("Some text. " + "Stars in the night, " * 5, 5, False),
        ("The number is " + "0" * 90, 90, False),
        ("Beginning " + "x" * 90, 90, True),
        ("Beginning " + "ha " * 10, 10, False),
        ("Go. " + "The lamp shines at night, on shines at night, " * 8, 8, True),
        ("No loop at all in this sentence, which ends like any other one does.", 1, False),
    ],
)
def test_runaway_counts_the_loop_at_the_end(text: str, times: int, broken: bool) -> None:
    got = runaway(text, 5)
    assert abs(got.value - times) <= 1
    assert got.broken == broken


@given(st.text("abc d", min_size=1, max_size=11), st.integers(24, 40))
def test_a_loop_of_any_unit_is_found(unit: str, times: int) -> None:
    """The shortest unit may be a part of this one, so it is repeated at least as often."""
    assert runaway(f"Something before it. {unit * times}", 5).value >= times


def test_said_twice_and_compression() -> None:
    whole = "The lamp is on. " + " ".join(FIFTY)
    assert said_twice(f"{whole}\n\n{whole}").broken
    assert not said_twice(f"{whole}\n\n{whole}!").broken
    assert compression(Prose("the cat sat " * 200), 8).value > 8
    assert compression(Prose(" ".join(FIFTY) * 2), 8).value < 8
