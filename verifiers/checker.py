"""The claims of one record, each held against the corpus.

Quotes first, then identifiers, then what the Python API decides, then wording with quantities,
dates and names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from configs.verifiers import Grounding
from store.corpus import Corpus, Passage
from store.stages import Row, Vectors
from verifiers.absence import silence
from verifiers.api import ApiIndex
from verifiers.checks.identifiers import IdentifierIndex
from verifiers.checks.python_api import (
    ApiFinding,
    check_api,
    named_objects,
    unknown_identifiers,
)
from verifiers.checks.quotes import QuoteIndex, quoted
from verifiers.checks.relative_time import unanchored
from verifiers.claims import Claim
from verifiers.claims.turns import turns_of
from verifiers.dated import Dated, Look
from verifiers.evidence import decide, verbatim
from verifiers.execution.arithmetic import recomputed
from verifiers.execution.every import executed
from verifiers.execution.returned import returned
from verifiers.freshness import weigh
from verifiers.retrieval import EvidenceIndex
from verifiers.rivals import against_rivals
from verifiers.validity import Timeline
from verifiers.verdicts import Checked, Decided, turned

_MOST = 0.6
"""Share of a claim from which on a quote is what it says."""


class Near(NamedTuple):
    """Rows of passages near to a record, in the index of current and in that of past documents."""

    now: Sequence[int]
    then: Sequence[int]


@dataclass(frozen=True)
class Checker:
    """Decides about the claims of records, one record at a time; ``split`` gives a record's."""

    settings: Grounding
    corpus: Corpus
    index: EvidenceIndex
    api: ApiIndex
    timeline: Timeline
    past: EvidenceIndex | None = None
    """Documents that are no longer in force, apart, so that they crowd out none that is."""

    @cached_property
    def identifiers(self) -> IdentifierIndex:
        """The identifiers of the corpus."""
        return IdentifierIndex(self.corpus)

    @cached_property
    def quotes(self) -> QuoteIndex:
        """The corpus by its words, to find quotes in."""
        return QuoteIndex(self.corpus)

    def near(self, vectors: Vectors) -> list[Near]:
        """The passages nearest to each embedding, of the current and of the past documents."""
        now = self.index.near(vectors)
        then = self.past.near(vectors) if self.past else [[]] * len(vectors)
        return [Near(*each) for each in zip(now, then, strict=True)]

    def check(self, row: Row, claims: Sequence[Claim], near: Near) -> list[Checked]:
        """What is decided about a record's claims, its quotes and its blocks of code. ``near`` are
        the passages nearest to its embedding.

        The record's own passages are added to what is found, behind it: they are looked at, and
        weigh no more than any other passage.
        """
        known = self.timeline.corpus.passage
        own = [known[s["passage_id"]] for s in row["sources"] if s["passage_id"] in known]
        documents = [source["document_id"] for source in row["sources"]]
        checked = [self._quote(quote, documents) for quote in row["quotes"]]
        turns = turns_of(row)
        checked += [
            replace(item, claim=replace(item.claim, message=turn.message))
            for turn in turns
            for item in executed(turn.answer, self.settings.execution)
        ]
        asked = [claim.question or row["question"] for claim in claims]
        # The question alone may be about something else than a claim; both are looked for.
        queries = [f"{q} {claim.text}" for q, claim in zip(asked, claims, strict=True)]
        now = self._found(self.index, queries, near.now, own)
        then = self._found(self.past, queries, near.then, own)
        for claim, question, *found in zip(claims, asked, now, then, strict=True):
            known_from_call = returned(claim, turns)
            if known_from_call is not None:
                checked.append(Checked(claim, known_from_call))
                continue
            about = self._about(claim, question)
            current, outdated = (about, []) if about else found
            item = self._claim(claim, question, current, outdated, documents)
            checked.append(_dated(item, question))
        return checked

    def _found(
        self,
        index: EvidenceIndex | None,
        queries: Sequence[str],
        near: Sequence[int],
        own: Sequence[Passage],
    ) -> list[list[Passage]]:
        """The best passages of an index for each query, and the record's own that are in it."""
        if index is None:
            return [[] for _ in queries]
        mine = [index.place[passage.id] for passage in own if passage.id in index.place]
        every = index.fused(queries, [near] * len(queries), self.settings.top_k)
        passages = index.corpus.passages
        return [[passages[i] for i in dict.fromkeys([*rows, *mine])] for rows in every]

    def _about(self, claim: Claim, question: str) -> list[Passage]:
        """Passages on the Python objects a claim names, or else its question; what is true of one
        function is no evidence for another.
        """
        objects = self.api.objects
        names = [claim.about] if claim.about in objects else named_objects(claim.text, self.api)
        names = names or named_objects(question, self.api)
        documents = self.api.documents_about(names)
        return [p for id_ in documents for p in self.corpus.passages_of(id_)]

    def _quote(self, quote: str, documents: Sequence[str]) -> Checked:
        """A quote of the record; its span is empty, since it is no part of the answer."""
        decided = self._find(quote, documents)
        missing = decided.verdict != "supported"
        return Checked(Claim(quote, 0, 0), decided, "missing_quote" if missing else "")

    def _find(self, quote: str, documents: Sequence[str]) -> Decided:
        found = self.quotes.find(quote, documents)
        if found is None:
            return Decided("not_found", "quote", 0.0, "this quote stands nowhere in the corpus")
        document, start, end = found
        passage = next(
            (p for p in self.corpus.passages_of(document.id) if p.start <= start < p.end), None
        )
        id_ = passage.id if passage else ""
        return Decided("supported", "quote", 1.0, "verbatim", document.id, id_, start, end)

    def _quoted(self, claim: Claim, documents: Sequence[str]) -> Decided | None:
        """What the quotes of a claim decide: one that stands nowhere, or one that is most of it."""
        for quote in quoted(claim.said):
            decided = self._find(quote, documents)
            if decided.verdict != "supported" or len(quote) >= _MOST * len(claim.said):
                return decided
        return None

    def _claim(
        self,
        claim: Claim,
        question: str,
        passages: Sequence[Passage],
        then: Sequence[Passage],
        documents: Sequence[str],
    ) -> Checked:
        computed = recomputed(claim.said)
        if computed is not None:
            held = _as_held(computed, claim.holds)
            failed = held.verdict == "contradicted"
            return Checked(claim, held, "failed_execution" if failed else "")
        decided = self._quoted(claim, documents)
        if decided is not None:
            missing = decided.verdict != "supported"
            return Checked(claim, decided, "missing_quote" if missing else "")
        weight, least = self._usual.weight, self.settings.conflict_coverage
        dated = Dated(claim.said, question, passages, then, self.timeline, weight, least)
        unknown_code = None if claim.absent else next(self.identifiers.unknown(claim.said), None)
        if unknown_code is not None:
            decided = _as_held(_invented(unknown_code.text), claim.holds, unknown=True)
            return Checked(claim, decided, "unknown_identifier" if claim.holds else "")
        named = f"`{claim.about}` {claim.said}" if claim.about else claim.said
        invented = next(iter(unknown_identifiers(named, self.api, claim.absent)), None)
        if invented is None:
            # A source can say that something is missing; a stock phrase proves no such thing.
            same = verbatim(claim.said, passages, least=8 if claim.absent else 3)
            if same is not None:
                return Checked(claim, _as_held(against_rivals(dated, same), claim.holds))
        finding = invented or check_api(claim.said, question, self.api, claim.absent)
        if finding is not None:
            unknown = finding.verdict == "unknown"
            held = _as_held(self._from_api(finding), claim.holds, unknown)
            return Checked(claim, held, "unknown_identifier" if unknown and claim.holds else "")
        if claim.absent:
            return Checked(
                claim, silence(claim.text, question, passages, self.index, self.settings)
            )
        return Checked(claim, _as_held(weigh(dated, self._look(question)), claim.holds))

    @cached_property
    def _usual(self) -> EvidenceIndex:
        """The index whose words are weighed: the current one, unless nothing is current."""
        return self.index if self.index.lexical.size else self.past or self.index

    def _look(self, question: str) -> Look:
        """What passages say of a text that answers a question."""
        index = self._usual

        def look(text: str, passages: Sequence[Passage]) -> Decided:
            same = verbatim(text, passages, least=3)
            return same or decide(text, question, passages, index, self.settings)

        return look

    def _from_api(self, finding: ApiFinding) -> Decided:
        verdict = "not_found" if finding.verdict == "unknown" else finding.verdict
        if finding.about is None:
            return Decided(verdict, finding.rule, 0.0, finding.detail)
        document = self.corpus.document[finding.about.document_id]
        part = finding.part if finding.part in document.text else finding.about.signature
        start = max(document.text.find(part), 0)
        passage = self.corpus.passages_of(document.id)[0]
        score = float(finding.verdict == "supported")
        return Decided(
            verdict,
            finding.rule,
            score,
            finding.detail,
            document.id,
            passage.id,
            start,
            start + len(part),
        )


def _dated(item: Checked, question: str) -> Checked:
    """The claim, flagged if it says what is so now and no date says when that is."""
    if item.breach or not unanchored(item.claim.text, question):
        return item
    return replace(item, breach="unanchored_time")


def _invented(code: str) -> Decided:
    return Decided("not_found", "identifier", 0.0, f"`{code}` stands nowhere in the corpus")


def _as_held(decided: Decided, holds: bool, unknown: bool = False) -> Decided:
    """The verdict on "this is false": right only where the statement is contradicted or names
    something that does not exist. A statement nobody knows of is not thereby false.
    """
    if holds:
        return decided
    if decided.verdict == "supported":
        return turned(decided, "contradicted", "the statement called false is supported")
    if decided.verdict == "contradicted" or unknown:
        return turned(decided, "supported", f"rightly called false ({decided.detail})")
    return decided
