"""What has become of a corpus, by its documents and their passages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from configs.documents import Chunking
from flows.content import made_of
from flows.refreshing.corpus_diff import CorpusDiff, diff_corpus
from store.chunks import cut
from store.corpus import Corpus, Document

_IDS = st.sampled_from("abcdefgh")
_TEXTS = st.lists(st.sampled_from(["one", "two", "three", "four"]), min_size=1, max_size=4)
_CORPORA = st.dictionaries(_IDS, _TEXTS, max_size=8)


def corpus(texts: Mapping[str, list[str]], **stated: object) -> Corpus:
    """Documents with one section and one passage for each word."""
    documents = tuple(
        Document(
            id_, f"Title {id_}", "".join(f"## Part {i}\n\nSays {w}.\n\n" for i, w in at), **stated
        )  # type: ignore[arg-type]
        for id_, at in ((id_, [*enumerate(words)]) for id_, words in texts.items())
    )
    cuts = (cut(document, Chunking()) for document in documents)
    return Corpus(documents, tuple(passage for passages in cuts for passage in passages))


def diff(one: Corpus, two: Corpus) -> CorpusDiff:
    return diff_corpus(made_of(one, None), made_of(two, None), two)


@settings(deadline=None)  # what is imported when it is first needed takes its time
@given(_CORPORA, _CORPORA)
def test_every_document_is_new_changed_deleted_or_as_it_was(
    before: dict[str, list[str]], after: dict[str, list[str]]
) -> None:
    found = diff(corpus(before), corpus(after))
    both = before.keys() & after.keys()
    assert {*found.new} == after.keys() - before.keys()
    assert {*found.deleted} == before.keys() - after.keys()
    assert {*found.changed} == {id_ for id_ in both if before[id_] != after[id_]}
    assert bool(found) == (before != after)


@settings(deadline=None)
@given(_CORPORA, _CORPORA)
def test_touched_are_just_the_passages_whose_text_the_document_did_not_hold(
    before: dict[str, list[str]], after: dict[str, list[str]]
) -> None:
    two = corpus(after)
    found = diff(corpus(before), two)
    wanted = [
        passage.id
        for passage in two.passages
        if passage.text.strip().removeprefix("Says ").rstrip(".")
        not in before.get(passage.document_id, [])
    ]
    assert [*found.passages] == wanted


@settings(deadline=None)
@given(_CORPORA)
def test_the_order_of_documents_and_when_they_were_fetched_change_nothing(
    texts: dict[str, list[str]],
) -> None:
    one = corpus(texts, retrieved_at=date(2026, 1, 1))
    two = corpus(dict(reversed(texts.items())), retrieved_at=date(2026, 2, 2))
    assert not diff(one, two)
    assert made_of(one, None).equals(made_of(two, None))


def test_a_title_or_a_date_changes_the_document_and_none_of_its_passages() -> None:
    texts = {"a": ["one", "two"]}
    found = diff(
        corpus(texts, valid_from=date(2024, 1, 1)), corpus(texts, valid_from=date(2025, 1, 1))
    )
    assert found == CorpusDiff(changed=("a",))


def test_a_document_that_another_took_the_place_of_has_changed() -> None:
    old = Document("law-2020", "Law", "The limit is 50.", valid_from=date(2020, 1, 1))
    new = Document("law-2024", "Law", "The limit is 30.", valid_from=date(2024, 1, 1))
    one, two = (
        Corpus(documents, tuple(p for d in documents for p in cut(d, Chunking())))
        for documents in ((old,), (old, new))
    )
    found = diff(one, two)
    assert (found.new, found.changed, found.deleted) == (("law-2024",), ("law-2020",), ())
    assert [*found.passages] == [passage.id for passage in two.passages_of("law-2024")]
