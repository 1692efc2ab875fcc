from __future__ import annotations

from datetime import date

import polars as pl

from configs.documents import Chunking
from flows.content import cited_by
from store.chunks import cut
from store.corpus import DOCUMENTS, PASSAGES, Corpus, Document, table_of


def test_a_cited_passage_has_its_page_and_its_document_dates() -> None:
    text = "Ana is 12 m deep.\n\nBel is 240 m deep.\n"
    lakes = Document("lakes.pdf", "Lakes", text, pages=(0, 19), retrieved_at=date(2024, 2, 1))
    corpus = Corpus((lakes,), tuple(cut(lakes, Chunking())))
    evidence = pl.DataFrame({"passage_id": ["lakes.pdf#1"]})
    documents = table_of(corpus.documents, DOCUMENTS).to_pylist()
    kept = Corpus.from_rows(documents, table_of(corpus.passages, PASSAGES).to_pylist(), [])
    (row,) = cited_by(kept, evidence).to_dicts()
    assert (row["text"], row["page"]) == ("Bel is 240 m deep.", 2)
    assert (row["retrieved_at"], row["valid_to"]) == (date(2024, 2, 1), None)
