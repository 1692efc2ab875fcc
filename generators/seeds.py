"""What is asked for: an option that a method has with a document, and the seed it becomes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Option:
    """A seed before it is dealt to a teacher; ``fact`` is -1 for a whole passage."""

    method: str
    style: str
    passage_id: str
    fact: int = -1
    other_id: str = ""
    other_fact: int = -1
    sample: int = 0
    asked: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seed:
    """One thing to ask for. ``fact`` and ``other_fact`` are indices into the facts of their
    documents, -1 for none; ``sample`` tells repeated seeds apart; ``escalated_from`` is the seed
    of a cheaper teacher whose record was dropped, ``repaired_from`` the record that goes back to
    its teacher; ``asked`` is a prompt that was given, or what else the method set down for it;
    ``others`` are passages of other documents that the record shows or draws on; ``conditions`` is
    what the plan drew for it, names and values.
    """

    id: str
    method: str
    style: str
    teacher: str
    document_id: str
    passage_id: str
    fact: int
    other_id: str
    other_fact: int
    sample: int
    escalated_from: str = ""
    repaired_from: str = ""
    asked: str = ""
    others: tuple[str, ...] = ()
    conditions: tuple[tuple[str, str], ...] = ()
