"""What a teacher's reply holds for a record: a draft."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from configs.errors import ParseError
from store.replies import Rung, read_object

_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Loser:
    """An answer that is worse than the draft's, why, and by how much of a scale from 0 to 1; None
    where nothing measured that.
    """

    answer: str
    why: str
    margin: float | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A question, its answer, and the verbatim quotes behind the answer. ``rung`` is the one of
    the ladder that read it; ``context`` is what the chat message shows before the question;
    ``conversation`` the chat messages where they are more than these two, and ``tools`` the
    functions it may call, as JSON; ``reasoning`` the part of the answer that leads to its end;
    ``rejected`` are worse answers, ``notes`` go to the record's metadata.
    """

    question: str
    answer: str
    quotes: tuple[str, ...]
    rung: Rung = field(default="strict", compare=False)
    context: str = ""
    conversation: tuple[Mapping[str, str], ...] = ()
    tools: str = "[]"
    reasoning: str = ""
    rejected: tuple[Loser, ...] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)


def read_draft(text: str, schema: Mapping[str, Any]) -> Draft:
    """The draft a properly ended reply holds.

    Raises:
        ParseError: the text is not JSON of that schema; the message is fit to send back.
    """
    data, rung = read_object(text, schema)
    _check_whole(data["question"], data["answer"], *data["quotes"])
    quotes = tuple(quote.strip() for quote in data["quotes"] if quote.strip())
    return Draft(data["question"].strip(), data["answer"].strip(), quotes, rung)


def read_text(text: str, schema: Mapping[str, Any], field_: str) -> tuple[str, Rung]:
    """One text field of a properly ended reply, and the rung of the ladder that read it.

    Raises:
        ParseError: the text is not JSON of that schema; the message is fit to send back.
    """
    data, rung = read_object(text, schema)
    _check_whole(data[field_])
    return data[field_].strip(), rung


def _check_whole(*texts: str) -> None:
    if _SURROGATE.search("".join(texts)):
        raise ParseError("- the object: an escape names half a character (a lone surrogate)")
