"""Recall of the search on probes of a corpus whose sentences all differ."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from store.corpus import Corpus, Document, Passage
from store.stages import Vectors
from verifiers.recall import probes, recall
from verifiers.retrieval import EvidenceIndex
from verifiers.wording import content

PLACES = "Alder Birken Corran Dunmore Eskdale Fenwick Garlieston Harrow Inver Jura".split()
THINGS = "harbour bridge tower mill quarry church market school canal lighthouse".split()


def hashed(texts: Sequence[str]) -> Vectors:
    """Texts that share words have vectors that are near."""
    rows = np.zeros((len(texts), 256), np.float32)
    for row, text in zip(rows, texts, strict=True):
        for word in content(text):
            row[sum(map(ord, word)) * 31 % 256] += 1
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)


@pytest.fixture(scope="module")
def index() -> EvidenceIndex:
    documents, passages = [], []
    for i, place in enumerate(PLACES):
        lines = [
            f"The {thing} of {place} was opened in {1800 + 10 * i + j} after {j + 2} years of work."
            for j, thing in enumerate(THINGS)
        ]
        text = "\n\n".join(lines)
        documents.append(Document(place, place, text))
        for j, line in enumerate(lines):
            start = text.index(line)
            id_ = f"{place}#{j}"
            passages.append(Passage(id_, place, place, "", start, start + len(line), line))
    corpus = Corpus(tuple(documents), tuple(passages))
    return EvidenceIndex(corpus, hashed([f"{p.heading}\n{p.text}" for p in passages]))


def test_probes_come_from_every_document_and_lack_words(index: EvidenceIndex) -> None:
    made = probes(index, 20, seed=1)
    assert len({probe.sentence for probe in made}) == 20
    assert {word for probe in made for word in probe.sentence.split() if word in PLACES} == {
        *PLACES
    }
    for probe in made:
        assert len(probe.claim.split()) <= 0.7 * len(probe.sentence.split()) + 1
        assert probe.claim != probe.wrong
        assert len(probe.claim.split()) == len(probe.wrong.split())
        differs = [
            (a, b) for a, b in zip(probe.claim.split(), probe.wrong.split(), strict=True) if a != b
        ]
        assert len(differs) == 1 and all(any(c.isdigit() for c in w) for w in differs[0])


def test_recall_is_high_where_sentences_differ_and_always_the_same(index: EvidenceIndex) -> None:
    seen = recall(index, hashed, 40)
    assert [(r.ranking, r.corrupted) for r in seen] == [
        (name, corrupted) for corrupted in (False, True) for name in ("bm25", "dense", "fused")
    ]
    for row in seen:
        assert row.probes == 40 and 0 <= row.at_1 <= row.at_5 <= row.at_10 <= 1
    fused = next(row for row in seen if row.ranking == "fused" and not row.corrupted)
    assert fused.at_5 >= 0.95
    assert recall(index, hashed, 40) == seen
    assert probes(index, 40, 1) != probes(index, 40, 2)


def test_a_blind_embedding_shows(index: EvidenceIndex) -> None:
    def blind(texts: Sequence[str]) -> Vectors:
        return hashed(["lighthouse"] * len(texts))

    seen = {row.ranking: row for row in recall(index, blind, 40) if not row.corrupted}
    assert seen["dense"].at_10 < 0.3 < seen["bm25"].at_10


def test_a_corpus_without_a_long_sentence_has_no_recall() -> None:
    passage = Passage("a#0", "a", "", "", 0, 5, "Salt.")
    corpus = Corpus((Document("a", "", "Salt."),), (passage,))
    assert recall(EvidenceIndex(corpus, np.ones((1, 256), np.float32)), hashed) == []
