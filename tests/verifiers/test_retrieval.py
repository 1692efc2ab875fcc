"""The evidence search finds exactly what sorting every passage would, whatever is asked beside."""

from __future__ import annotations

import bm25s
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.corpus import Corpus, Document, Passage
from store.stages import Vectors
from verifiers.ranking import Lexical, nearest
from verifiers.retrieval import EvidenceIndex
from verifiers.stems import read_stems
from verifiers.wording import content

WORDS = "lake river stone bridge winter harbour copper 12 310 miller tower salt".split()


def corpus_of(*texts: str) -> Corpus:
    ids = [f"d{i}" for i in range(len(texts))]
    documents = tuple(Document(id_, "", text) for id_, text in zip(ids, texts, strict=True))
    passages = [Passage(f"{d.id}#0", d.id, "", "", 0, len(d.text), d.text) for d in documents]
    return Corpus(documents, tuple(passages))


def unit(count: int, seed: int, width: int = 8) -> Vectors:
    rows = np.random.default_rng(seed).normal(size=(count, width)).astype(np.float16)
    found: Vectors = rows.astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def texts_of(count: int, seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(WORDS, rng.integers(1, 20))) for _ in range(count)]


def by_sorting(scores: np.ndarray, count: int) -> list[int]:
    return [int(row) for row in np.argsort(-scores, kind="stable")[:count]]


def naive(index: EvidenceIndex, query: str, vector: Vectors, count: int) -> list[int]:
    ranker = bm25s.BM25()
    ranker.index(
        [content(f"{p.heading}\n{p.text}") for p in index.corpus.passages], show_progress=False
    )
    known = [word for word in dict.fromkeys(content(query)) if word in index.weight]
    scores = ranker.get_scores(known) if known else np.zeros(len(index.vectors))
    lexical = [row for row in by_sorting(scores, 50) if scores[row] > 0]
    dense = by_sorting((index.vectors.astype(np.float64) * vector).sum(axis=1), 50)
    score: dict[int, float] = {}
    for ranking in (lexical, dense):
        for rank, row in enumerate(ranking):
            score[row] = score.get(row, 0) + 1 / (5 + rank)
    return sorted(score, key=lambda row: (-score[row], row))[:count]


@pytest.mark.parametrize("size", [1, 3, 60, 2_500])
def test_a_search_is_what_sorting_every_passage_gives(size: int) -> None:
    index = EvidenceIndex(corpus_of(*texts_of(size, 1)), unit(size, 2))
    queries, vectors = [*texts_of(12, 3), "nothing known", ""], unit(14, 4)
    found = index.search_all(queries, vectors, 5)
    for query, vector, rows in zip(queries, vectors, found, strict=True):
        assert rows == naive(index, query, vector, 5)


sentence = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)


@settings(max_examples=40, deadline=None)
@given(st.lists(sentence, min_size=1, max_size=90), st.lists(sentence, min_size=1, max_size=6))
def test_bm25_agrees_with_another_implementation(texts: list[str], queries: list[str]) -> None:
    tokens = [content(text) for text in texts]
    if not any(tokens):
        return
    ours, theirs = Lexical.of(read_stems(texts)), bm25s.BM25()
    theirs.index(tokens, show_progress=False)
    for query in queries:
        known = [word for word in dict.fromkeys(content(query)) if word in ours.place]
        scores = theirs.get_scores(known) if known else np.zeros(len(texts))
        best = ours.best(known, 7)
        assert len(best) == min(7, int((scores > 0).sum()))
        np.testing.assert_allclose(scores[best], np.sort(scores)[::-1][: len(best)], rtol=1e-5)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 4_000), st.integers(1, 60), st.integers(0, 5))
def test_the_nearest_are_exact_and_ties_go_to_the_first(rows: int, count: int, seed: int) -> None:
    vectors = unit(max(1, rows // 3), seed)[np.arange(rows) % max(1, rows // 3)]  # each thrice
    queries = unit(3, seed + 100)
    for query, found in zip(queries, nearest(vectors, queries, count), strict=True):
        assert found == by_sorting((vectors.astype(np.float64) * query).sum(axis=1), count)


def test_what_is_found_does_not_depend_on_what_is_asked_beside_it() -> None:
    vectors, queries = unit(5_000, 1, 384), unit(40, 2, 384)
    together = list(nearest(vectors, queries, 50))
    alone = [next(iter(nearest(vectors, queries[i : i + 1], 50))) for i in range(40)]
    assert together == alone
    index = EvidenceIndex(corpus_of(*texts_of(5_000, 1)), vectors)
    asked = texts_of(40, 9)
    every = index.search_all(asked, queries, 5)
    assert every[::-1] == index.search_all(asked[::-1], queries[::-1], 5)


def test_a_vector_that_is_no_number_finds_nothing() -> None:
    queries = np.full((1, 8), np.nan, np.float32)
    assert list(nearest(unit(100, 1), queries, 5)) == [[]]


def test_texts_without_words_can_be_searched() -> None:
    index = EvidenceIndex(corpus_of("...", "the"), unit(2, 1))
    assert sorted(index.search_all(["the lake"], unit(1, 2), 5)[0]) == [0, 1]
    assert index.weight == {"": pytest.approx(np.log(3))}


def test_weights_are_inverse_document_frequencies() -> None:
    index = EvidenceIndex(corpus_of("lake lake river", "lake", "tower"), unit(3, 1))
    assert index.weight["lake"] == pytest.approx(np.log(1 + 3 / 2))
    assert index.weight["tower"] == index.weight["river"] == pytest.approx(np.log(4))
    assert index.weight[""] == pytest.approx(np.log(4))
    assert index.place == {"d0#0": 0, "d1#0": 1, "d2#0": 2}
