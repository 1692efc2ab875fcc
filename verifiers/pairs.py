"""A claim against evidence that comes with it, without a corpus: how labelled pairs are judged."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np

from configs.documents import Chunking
from configs.verifiers import Grounding
from store.chunks import cut
from store.corpus import Corpus, Document, Passage
from verifiers.evidence import decide, verbatim
from verifiers.retrieval import EvidenceIndex
from verifiers.verdicts import Decided

_TITLE = re.compile(r"\A\s*#[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
_ASKED = re.compile(r"\s*([^?]{8,}\?)[\"”']?\s+([^?]+)")
_CHUNKING = Chunking()
# Of one empty passage: no word is known, and so all of them weigh the same.
_EVEN = EvidenceIndex(Corpus((), (Passage("", "", "", "", 0, 0, ""),)), np.zeros((1, 1), "f4"))
_LEAST_VERBATIM = 3


def verify_pair(
    claim: str, evidence: str, question: str = "", settings: Grounding | None = None
) -> Decided:
    """The verdict on a claim by this evidence alone; ``question`` completes a short claim. A claim
    may begin with its question ("Where is it? In Delhi.").

    Offsets are into the evidence. Its score is how likely the claim is supported, from 0 to 1.
    """
    asked = _ASKED.fullmatch(claim) if not question else None
    if asked:
        question, claim = asked.groups()
    passages = passages_of(evidence)
    found = verbatim(claim, passages, _LEAST_VERBATIM)
    return found or decide(claim, question, passages, _EVEN, settings or Grounding())


@lru_cache(maxsize=20_000)
def passages_of(evidence: str) -> tuple[Passage, ...]:
    """The evidence cut as a document of a corpus is; a heading in front is its title."""
    title = _TITLE.match(evidence)
    document = Document("evidence", title.group(1) if title else "", evidence)
    return tuple(cut(document, _CHUNKING))
