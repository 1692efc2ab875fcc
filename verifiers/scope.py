"""Which part of the corpus may be evidence."""

from __future__ import annotations

from fnmatch import fnmatchcase

import numpy as np

from configs.errors import ConfigError
from configs.verifiers import EvidenceFilter
from store.corpus import Corpus, Document
from store.stages import Vectors


def allowed(document: Document, scope: EvidenceFilter) -> bool:
    """Whether a document may be evidence."""
    wanted = (
        (document.id, scope.documents),
        (document.source, scope.sources),
        (document.licence, scope.licences),
    )
    fits = all(not globs or any(fnmatchcase(v, g) for g in globs) for v, globs in wanted)
    return fits and (not scope.kinds or document.kind in scope.kinds) and _in_time(document, scope)


def _in_time(document: Document, scope: EvidenceFilter) -> bool:
    start = document.valid_from
    if start is None:
        return not scope.dated_only
    early = scope.not_before is not None and start < scope.not_before
    late = scope.not_after is not None and start > scope.not_after
    return not early and not late


def evidence_of(corpus: Corpus, scope: EvidenceFilter) -> Corpus:
    """The part of a corpus that may be evidence, in the same order.

    Raises:
        ConfigError: nothing is left.
    """
    if scope == EvidenceFilter():
        return corpus
    documents = tuple(document for document in corpus.documents if allowed(document, scope))
    ids = {document.id for document in documents}
    passages = tuple(passage for passage in corpus.passages if passage.document_id in ids)
    if not passages:
        rules = scope.model_dump(mode="json", exclude_defaults=True)
        said = ", ".join(f"{name}={value}" for name, value in rules.items())
        raise ConfigError(
            f"verifiers.grounding.evidence ({said}) leaves nothing of the corpus's "
            f"{len(corpus.documents)} documents: no claim could have evidence; loosen it. "
            f"The first document is {_described(corpus)}"
        )
    return Corpus(documents, passages)


def vectors_of(corpus: Corpus, vectors: Vectors, part: Corpus) -> Vectors:
    """The rows of a corpus's vectors that belong to a part of it."""
    if part is corpus:
        return vectors
    rows = [i for i, passage in enumerate(corpus.passages) if passage.id in part.passage]
    return vectors[np.array(rows, np.int64)]


def _described(corpus: Corpus) -> str:
    first = corpus.documents[0]
    return (
        f"{first.id!r} (source {first.source!r}, licence {first.licence!r}, kind {first.kind!r}, "
        f"valid_from {first.valid_from})"
    )
