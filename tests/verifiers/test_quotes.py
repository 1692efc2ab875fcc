"""Quotes in texts, and where they stand in a corpus."""

from __future__ import annotations

import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from store.corpus import Corpus, Document
from verifiers.checks.quotes import QuoteIndex, quoted, quotes_in

TEXT = (
    "The mill was built in stone by Holt. It burnt down in 1901, and the mayor's men rebuilt "
    "it in co\u00adpper and `oak`. Water drives it “day and night” — even in winter."
)
INDEX = QuoteIndex(
    Corpus((Document("a", "A", "Nothing is said here."), Document("b", "B", TEXT)), ())
)


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ('He said "one two three four" to us.', ["one two three four"]),
        ("He said “one two three four.”", ["one two three four."]),
        ("Il dit « un deux trois quatre » et", ["un deux trois quatre"]),
        ("Er sagte „eins zwei drei vier“ und", ["eins zwei drei vier"]),
        ("He said 'one two the dog's four' there", ["one two the dog's four"]),
        ("He said ‘one two the dog’s four’.", ["one two the dog’s four"]),
        ("the dogs' bowls and the cats' food", []),
        ("rock 'n' roll in the '90s was 'it'", []),
        ('a "short one" and a "word"', []),
        ("> one two three four\n> five six\n\nSo it was.", ["one two three four"]),
        (">>> print(a, b, c, d)", []),
        ('> she said "one two three four"', ['she said "one two three four"']),
    ],
)
def test_what_is_quoted(text: str, quotes: list[str]) -> None:
    assert quoted(text) == quotes


@pytest.mark.parametrize(
    ("quote", "span"),
    [
        ("The mill was built in stone", "The mill was built in stone"),
        ("[t]he mill was built in stone", "The mill was built in stone"),
        ("the mill was built in stone,", "The mill was built in stone"),
        ("[W]ater drives it", "Water drives it"),
        ("water drives it \"day and night\" - even", "Water drives it “day and night” — even"),
        ("The mill was ... by Holt", "The mill was built in stone by Holt"),
        ("The mill […] burnt down", "The mill was built in stone by Holt. It burnt down"),
        ("built in stone [...] rebuilt it in copper", TEXT[13:TEXT.index(" and `oak`")]),
        ("rebuilt it in copper and oak", "rebuilt it in co\u00adpper and `oak"),
    ],
)  # fmt: skip
def test_a_quote_is_found_where_it_stands(quote: str, span: str) -> None:
    found = INDEX.find(quote)
    assert found is not None and found.document.id == "b"
    assert TEXT[found.start : found.end] == span


@pytest.mark.parametrize(
    "quote",
    [
        "The mill was built in copper",
        "burnt down ... was built in stone",
        "The mill was built by Holt",
        "It burnt down in 190",
        "The Mill was built in stone",
        "The m\u0456ll was built in stone",
        "...",
        "",
    ],
)
def test_an_altered_quote_is_found_nowhere(quote: str) -> None:
    assert INDEX.find(quote) is None


def test_the_documents_of_the_record_come_first() -> None:
    twins = Corpus(tuple(Document(id_, id_, "one two three four") for id_ in "abc"), ())
    found = QuoteIndex(twins).find("one two three four", ["c"])
    assert found is not None and found.document.id == "c"


@given(st.text(st.sampled_from("ab \"'“”‘’«»„>\n."), max_size=60))
def test_offsets_of_quotes_are_exact(text: str) -> None:
    for quote in quotes_in(text):
        assert text[quote.start : quote.end] == quote.text


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)))
def test_every_piece_of_a_document_is_found(start: int, length: int) -> None:
    quote = TEXT[start : start + length]
    assume(any(sign.isalpha() for sign in quote))
    assume(not quote.strip(" `.,")[:1].isdigit() and not quote.strip(" `.,—")[-1:].isdigit())
    assert INDEX.find(quote) is not None


@pytest.mark.parametrize("part", ["'a ", '"', "“a", "> ", ">\n", "a'", "...", "[a]", "‘"])
def test_long_monotonous_texts_are_read_quickly(part: str) -> None:
    text = part * (40_000 // len(part))
    began = time.process_time()
    quotes_in(text)
    INDEX.find(text[:2_000])
    assert time.process_time() - began < 4


def test_a_large_corpus_is_searched_quickly() -> None:
    words = "river mill stone tower bridge market harbour winter summer copper".split()
    documents = tuple(
        Document(f"d{i}", "", f"{' '.join(words[i % 7 :])} number word{i % 997}x here. " * 5)
        for i in range(3_000)
    )
    index = QuoteIndex(Corpus(documents, ()))
    assert index.find("stone tower bridge market") is not None
    began = time.process_time()
    for _ in range(20):
        assert index.find("the stone tower bridge market unknownword stands there") is None
    assert time.process_time() - began < 4
