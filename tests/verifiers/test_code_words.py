"""Answers about Python in ordinary words: code in them must stand in the documentation."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from configs.corpus import CorpusSource
from configs.documents import Chunking
from configs.verifiers import Grounding
from store.chunks import cut
from store.corpus import Corpus
from store.reading.source import read_source
from store.stages import Context
from verifiers.checker import Checker, Near
from verifiers.checks.code_words import check_code_words, code_words, held_code_words
from verifiers.claims import claims_of
from verifiers.grounding import checker_of
from verifiers.policy import rule_on


@lru_cache(maxsize=1)
def checker() -> Checker:
    source = CorpusSource(reader="python-api", modules=("heapq", "json", "statistics"))
    documents = read_source(source).documents
    passages = tuple(piece for document in documents for piece in cut(document, Chunking()))
    vectors = np.zeros((len(passages), 1), np.float32)
    return checker_of(Grounding(), Context(Corpus(documents, passages), vectors))


def decision(question: str, answer: str) -> str:
    row = {"question": question, "answer": answer, "quotes": [], "sources": []}
    checked = checker().check(row, claims_of(row), Near([], []))
    return rule_on(checked, Grounding().rules).decision


@pytest.mark.parametrize(
    "answer",
    [
        "`json.JSONDecodeError` is a subclass of `TypeError`.",
        "`statistics.mean` raises `ValueError` if the data is empty.",
        "`json.load` deserializes a `str` that contains a JSON document.",
        "`heapq.heappush(tree, item)` pushes an item onto the heap.",
    ],
)
def test_other_code_is_not_supported(answer: str) -> None:
    assert decision("What does it do?", answer) == "drop"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is it?", "`json.JSONDecodeError` is a subclass of `ValueError`."),
        ("When?", "`statistics.mean` raises `StatisticsError` if the data is empty."),
        ("How?", "`heapq.heappush(heap, item)` pushes an item onto the heap."),
        ("Is allow_nan on by default in json.dumps?", "Yes, `allow_nan` is `True` by default."),
    ],
)
def test_right_answers_are_kept(question: str, answer: str) -> None:
    assert decision(question, answer) == "keep"


def test_a_shortened_signature_is_still_wrong_where_the_signature_was_asked_for() -> None:
    asked = "What is the signature of `heapq.nsmallest`?"
    assert decision(asked, "`heapq.nsmallest(n, iterable)`") == "drop"
    assert decision(asked, "`heapq.nsmallest(n, iterable, key=None)`") == "keep"


@pytest.mark.parametrize(
    ("claim", "evidence", "status"),
    [
        ("It takes an `int`.", "Integers only.", "found"),
        ("It takes a `str`.", "A strict parser.", "missing"),
        ("It raises `KeyError`.", "Raises keyerror at times.", "found"),
    ],
)
def test_words(claim: str, evidence: str, status: str) -> None:
    found = check_code_words(code_words(claim), held_code_words(evidence))
    assert [finding.status for finding in found] == [status]


def test_values_are_no_words() -> None:
    assert code_words("It returns `None`, `True` or `x`.") == ["x"]
