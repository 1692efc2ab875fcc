"""A fact of the corpus with a question that its short answer answers: what rooms hand each other.

Generators read facts off documents, verifiers ask models for them, and neither knows the other.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """A question about ``subject`` that can be answered without the document, and its answer.

    ``kind`` groups facts that take answers of one kind, such as the mass of planets; a kind with
    few facts is rare.
    """

    document_id: str
    subject: str
    kind: str
    question: str
    answer: str
