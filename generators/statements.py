"""What is said about a document: the unit that is made true, made false, and measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Statement:
    """One claim about a document, with the question it answers, if any.

    ``form`` says how it was made: the kind of rewording of a true one, the kind of corruption of a
    false one. ``of`` is the true text a false one was made of.
    """

    text: str
    document_id: str
    question: str = ""
    form: str = ""
    of: str = ""
