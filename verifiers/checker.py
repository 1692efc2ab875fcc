"""The claims of one record, each held against the corpus.

Quotes first, then identifiers, then what the Python API decides, then wording with quantities,
dates and names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from configs.verifiers import Grounding
from store.corpus import Corpus, Passage
from store.stages import Row
from verifiers.api import ApiIndex
from verifiers.checks.identifiers import IdentifierIndex
from verifiers.checks.python_api import (
    ApiFinding,
    check_api,
    code_tokens,
    named_objects,
    unknown_identifiers,
)
from verifiers.checks.quotes import QuoteIndex, quoted
from verifiers.claims import ABSENCE, Claim, split_claims
from verifiers.evidence import decide, verbatim
from verifiers.retrieval import EvidenceIndex
from verifiers.verdicts import Checked, Decided
from verifiers.wording import content, coverage


@dataclass(frozen=True)
class Checker:
    """Decides about the claims of records, one record at a time."""

    settings: Grounding
    corpus: Corpus
    index: EvidenceIndex
    api: ApiIndex

    @cached_property
    def identifiers(self) -> IdentifierIndex:
        """The identifiers of the corpus."""
        return IdentifierIndex(self.corpus)

    @cached_property
    def quotes(self) -> QuoteIndex:
        """The corpus by its words, to find quotes in."""
        return QuoteIndex(self.corpus)

    def check(self, row: Row) -> list[Checked]:
        """All claims of a record's answer, and all of its quotes."""
        own = [source["passage_id"] for source in row["sources"]]
        documents = [source["document_id"] for source in row["sources"]]
        checked = [self._quote(quote, documents) for quote in row["quotes"]]
        vector = np.asarray(row["embedding"], dtype=np.float32)
        for claim in split_claims(row["question"], row["answer"]):
            # The question alone may be about something else than a claim; both are looked for.
            found = self.index.search(
                f"{row['question']} {claim.text}", vector, self.settings.top_k
            )
            places = dict.fromkeys([*(self.index.place[id_] for id_ in own), *found])
            passages = [self.corpus.passages[place] for place in places]
            about = self._about(claim, row["question"]) or passages
            checked.append(self._claim(claim, row["question"], about, documents))
        return checked

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

    def _claim(
        self, claim: Claim, question: str, passages: Sequence[Passage], documents: Sequence[str]
    ) -> Checked:
        for quote in quoted(claim.text):
            decided = self._find(quote, documents)
            if decided.verdict != "supported":
                return Checked(claim, decided, "missing_quote")
        unknown_code = None if claim.absent else next(self.identifiers.unknown(claim.text), None)
        if unknown_code is not None:
            decided = _as_held(_invented(unknown_code.text), claim.holds, unknown=True)
            return Checked(claim, decided, "unknown_identifier" if claim.holds else "")
        named = f"`{claim.about}` {claim.text}" if claim.about else claim.text
        invented = next(iter(unknown_identifiers(named, self.api, claim.absent)), None)
        if invented is None:
            # A source can say that something is missing; a stock phrase proves no such thing.
            same = verbatim(claim.text, passages, least=8 if claim.absent else 3)
            if same is not None:
                return Checked(claim, _as_held(same, claim.holds))
        finding = invented or check_api(claim.text, question, self.api, claim.absent)
        if finding is not None:
            unknown = finding.verdict == "unknown"
            held = _as_held(self._from_api(finding), claim.holds, unknown)
            return Checked(claim, held, "unknown_identifier" if unknown and claim.holds else "")
        if claim.absent:
            return Checked(claim, _absence(claim, question, passages, self.index, self.settings))
        decided = decide(claim.text, question, passages, self.index, self.settings)
        return Checked(claim, _as_held(decided, claim.holds))

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


def _invented(code: str) -> Decided:
    return Decided("not_found", "identifier", 0.0, f"`{code}` stands nowhere in the corpus")


def _as_held(decided: Decided, holds: bool, unknown: bool = False) -> Decided:
    """The verdict on "this is false": right only where the statement is contradicted or names
    something that does not exist. A statement nobody knows of is not thereby false.
    """
    if holds:
        return decided
    if decided.verdict == "supported":
        return _with(decided, "contradicted", "the statement called false is supported")
    if decided.verdict == "contradicted" or unknown:
        return _with(decided, "supported", f"rightly called false ({decided.detail})")
    return decided


_ONE_STATEMENT = 320
"""Characters up to which a stretch is one statement; words strewn over more answer nothing."""


def _absence(
    claim: Claim,
    question: str,
    passages: Sequence[Passage],
    index: EvidenceIndex,
    settings: Grounding,
) -> Decided:
    """Whether the corpus is silent on what a claim says it is silent on.

    What is missing is named by the question; the answer's own words would only find themselves.
    A claim that says more than the question asks for hides a statement in an absence.
    """
    decided = decide(question, "", passages, index, settings)
    short = decided.end - decided.start <= _ONE_STATEMENT
    if decided.verdict == "supported" and decided.score >= 0.999 and short:
        return _with(decided, "contradicted", "the corpus has a passage with all of these words")
    if not _asked(claim.text, question, index, settings):
        return _with(decided, "not_found", "it says more than that the asked is missing")
    return _with(decided, "supported", "no passage answers it")


def _asked(text: str, question: str, index: EvidenceIndex, settings: Grounding) -> bool:
    """Whether a claim of absence is about what the question asks: no other code or number, and
    enough of its wording.
    """
    said = content(ABSENCE.sub(" ", text))
    exact = {word for word in said if any(sign.isdigit() for sign in word)} | {*code_tokens(text)}
    asked = {*content(question), *code_tokens(question)}
    return exact <= asked and (
        not said or coverage(said, asked, index.weight) >= settings.min_coverage
    )


def _with(decided: Decided, verdict: Any, detail: str) -> Decided:
    return replace(decided, verdict=verdict, detail=detail)
