"""A corpus with its facts: where each stands, how rare its kind is, what it compares with."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import orjson

from generators.corruptions.material import Material
from generators.facts import Fact, facts_of
from generators.linking import by_name
from store.corpus import Corpus, Document, Passage
from store.text import normalise


@dataclass(frozen=True, slots=True)
class Given:
    """A prompt of one's own: its set, what it asks and is answered there, and the passage that is
    nearest to it.
    """

    set: str
    id: str
    question: str
    answer: str
    passage_id: str


@dataclass(frozen=True)
class Library:
    """A corpus with its facts, how rare each kind of fact is, and the prompts that were given."""

    corpus: Corpus
    given: tuple[Given, ...] = ()

    @cached_property
    def facts(self) -> dict[str, list[Fact]]:
        """Facts by document id."""
        return {document.id: facts_of(document) for document in self.corpus.documents}

    @cached_property
    def rarity(self) -> Counter[str]:
        """How many facts of the corpus share each bucket."""
        return Counter(fact.bucket for facts in self.facts.values() for fact in facts)

    def passage_with(self, document_id: str, fact: Fact) -> Passage:
        """The passage that holds a fact whole, or else the one in which it begins."""
        passages = self.corpus.passages_of(document_id)
        holding = (p for p in passages if p.start <= fact.start and fact.end <= p.end)
        begun = (p for p in passages if p.start <= fact.start < p.end)
        return next(holding, next(begun, passages[0]))

    def nearest(self, passage: Passage, count: int) -> tuple[tuple[float, Passage], ...]:
        """Other passages of the document, those that share most words first, with the share."""
        if count == 0:
            return ()
        words = set(normalise(passage.text).split())
        scored = [
            (len(words & set(normalise(other.text).split())) / max(len(words), 1), other)
            for other in self.corpus.passages_of(passage.document_id)
            if other.id != passage.id
        ]
        return tuple(sorted(scored, key=lambda pair: (-pair[0], pair[1].start))[:count])

    def given_near(self, document_id: str, name: str) -> list[Given]:
        """Prompts of a set whose nearest passage is of this document, in their order."""
        return [given for given in self._given_by_document[document_id] if given.set == name]

    def siblings(self, document: Document, fact: Fact) -> Sequence[Document]:
        """Documents near enough to be compared: of the same Python module or class, or prose
        that states the same named value.
        """
        if document.kind == "python-api":
            return self._by_owner[document.id.rpartition(".")[0]]
        return self._by_bucket[fact.bucket]

    def attributes(self, document: Document) -> set[str]:
        """What a document states a value for; all parameters of a Python object, too."""
        stated = {fact.attribute for fact in self.facts[document.id]}
        if document.api:
            api = orjson.loads(document.api)
            stated.update(parameter["name"] for parameter in api["parameters"] or ())
        return stated

    def is_open_ended(self, document: Document) -> bool:
        """Whether a Python object takes any keyword, so that the lack of one cannot be stated."""
        facts = self.facts[document.id]
        return any(fact.kind == "signature" and "**" in fact.value for fact in facts)

    @cached_property
    def material(self) -> Material:
        """What falsehoods about this corpus are made of."""
        return Material(self.corpus)

    @cached_property
    def naming(self) -> Mapping[str, list[Passage]]:
        """Passages by what they name."""
        return by_name(self.corpus.passages)

    @cached_property
    def _given_by_document(self) -> Mapping[str, list[Given]]:
        found: dict[str, list[Given]] = defaultdict(list)
        for given in self.given:
            found[self.corpus.passage[given.passage_id].document_id].append(given)
        return found

    @cached_property
    def _by_owner(self) -> dict[str, list[Document]]:
        found: dict[str, list[Document]] = {}
        for document in self.corpus.documents:
            found.setdefault(document.id.rpartition(".")[0], []).append(document)
        return found

    @cached_property
    def _by_bucket(self) -> dict[str, list[Document]]:
        found: dict[str, list[Document]] = {}
        for document in self.corpus.documents:
            for bucket in dict.fromkeys(fact.bucket for fact in self.facts[document.id]):
                found.setdefault(bucket, []).append(document)
        return found
