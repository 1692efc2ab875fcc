"""Arithmetic and blocks in answers, as the checker reports them beside claims on the corpus."""

from __future__ import annotations

import numpy as np
import pytest

from configs.documents import Chunking
from configs.verifiers import Grounding
from store.chunks import cut
from store.corpus import Corpus, Document
from store.stages import Context
from verifiers.checker import Checker
from verifiers.claims import claims_of
from verifiers.grounding import checker_of
from verifiers.verdicts import Checked

WIDTH = 8


@pytest.fixture(scope="module")
def checker() -> Checker:
    lake = Document("lake.md", "Grey Lake", "# Grey Lake\n\nThe Grey Lake covers 310 km².\n")
    corpus = Corpus((lake,), tuple(cut(lake, Chunking())))
    vectors = np.full((len(corpus.passages), WIDTH), WIDTH**-0.5, dtype=np.float32)
    return checker_of(Grounding(), Context(corpus, vectors))


def check(checker: Checker, answer: str) -> list[Checked]:
    row = {
        "question": "What of it?",
        "answer": answer,
        "quotes": [],
        "sources": [],
        "embedding": [0.0] * WIDTH,
    }
    (near,) = checker.near(np.zeros((1, WIDTH), dtype=np.float32))
    return checker.check(row, claims_of(row), near)


def test_right_arithmetic_is_supported_without_the_corpus(checker: Checker) -> None:
    (found,) = check(checker, "12 % of 250 is 30.")
    assert (found.decided.verdict, found.decided.rule, found.breach) == (
        "supported",
        "arithmetic",
        "",
    )


def test_wrong_arithmetic_fails_whatever_the_corpus_says(checker: Checker) -> None:
    found = check(checker, "The Grey Lake covers 310 km². 17 * 24 = 409.")
    assert [(item.decided.verdict, item.breach) for item in found] == [
        ("supported", ""),
        ("contradicted", "failed_execution"),
    ]


def test_a_block_that_does_not_parse_fails(checker: Checker) -> None:
    answer = "The Grey Lake covers 310 km².\n\n```json\n{'a': 1}\n```\n"
    found = check(checker, answer)
    failed = [item for item in found if item.breach == "failed_execution"]
    assert [item.decided.rule for item in failed] == ["json"]
    span = failed[0].claim
    assert answer[span.start : span.end].startswith("```json")
