from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from store.quotes import find_quote
from store.text import squeeze

TEXTS = st.text() | st.text(alphabet=" \n\t`'’“-–aB1.é½…ﬁ²́")


def bare(text: str) -> str:
    """A text without what a quote may differ in."""
    return re.sub(r"[\s`]", "", text)


@pytest.mark.parametrize(
    ("quote", "text", "found"),
    [
        ("one two", "say one\n  two now", "one\n  two"),
        ('it\'s "so"', "and it’s “so” here", "it’s “so”"),
        ("it’s “so”", 'and it\'s "so" here', 'it\'s "so"'),
        ("from - to", "goes from — to there", "from — to"),
        ("call json.dumps now", "call `json.dumps` now", "call `json.dumps` now"),
        ("call `json.dumps` now", "call json.dumps now", "call json.dumps now"),
        ("a b", "a\u00a0b", "a\u00a0b"),
        ("cafe\u0301", "un café noir", "café"),
        ("5 m²", "about 5 m² of it", "5 m²"),
        ("f(x) [y]*", "so f(x) [y]* holds", "f(x) [y]*"),
    ],
)
def test_a_quote_is_found_whatever_its_form(quote: str, text: str, found: str) -> None:
    span = find_quote(quote, text)
    assert span is not None
    assert text[slice(*span)] == found


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("one two", "one, two"),
        ("One two", "one two"),
        ("one two", "onetwo"),
        ("5 m2", "5 m²"),
        ("is 30", "is 31"),
        ("-5", "5"),
        ("a.c", "abc"),
        ("5 km", "15 km"),
        ("is 1", "is 1.5"),
        ("5 km", "1.5 km"),
        ("one two", ""),
    ],
)
def test_an_altered_quote_is_not_found(quote: str, text: str) -> None:
    assert find_quote(quote, text) is None


@pytest.mark.parametrize("quote", ["", "   ", "``", "?!", "— “”"])
def test_a_quote_without_a_word_is_never_found(quote: str) -> None:
    assert find_quote(quote, f"text {quote} text") is None


def test_the_nearest_occurrence_is_preferred() -> None:
    text = "the moon, the moon, the moon"
    assert find_quote("the moon", text, near=5) == (10, 18)
    assert find_quote("the moon", text, near=20) == (20, 28)
    assert find_quote("the moon", text, near=25) == (0, 8)


@settings(deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(TEXTS, st.data())
def test_every_slice_of_a_text_is_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    quote = text[start : data.draw(st.integers(start, len(text)))]
    assume(re.search(r"\w", quote))
    assume(not re.search(r"^[\s`]*\d|\d[\s`]*$", unicodedata.normalize("NFKC", quote)))
    span = find_quote(quote, text, near=start)
    assert span is not None
    assert bare(text[slice(*span)]) == bare(quote)


@settings(deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(TEXTS)
def test_a_squeezed_composed_text_is_found_in_itself(text: str) -> None:
    plain = squeeze(text)
    assume(re.search(r"\w", plain))
    span = find_quote(squeeze(plain), plain)
    assert span is not None
    assert bare(plain[slice(*span)]) == bare(plain)


def test_a_long_run_of_space_is_searched_in_reasonable_time() -> None:
    text = "word " + " " * 3_000 + "`" * 300 + "end"
    assert find_quote("word end", text) == (0, len(text))
    assert find_quote("word never", text) is None
