"""What a teacher's reply holds for a record: a draft."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from configs.errors import ParseError
from store.replies import Rung, read_object

TEXT: Mapping[str, Any] = {"type": "string", "minLength": 1}
QUOTES: Mapping[str, Any] = {
    "type": "array",
    "items": {"type": "string"},
    "minItems": 1,
    "maxItems": 8,
}
"""Fields of many replies: a text, and verbatim quotes."""
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
    ``losers`` are worse answers, ``notes`` go to the record's metadata.
    """

    question: str
    answer: str
    quotes: tuple[str, ...]
    rung: Rung = field(default="strict", compare=False)
    context: str = ""
    conversation: tuple[Mapping[str, str], ...] = ()
    tools: str = "[]"
    reasoning: str = ""
    losers: tuple[Loser, ...] = ()
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


def form(**fields: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a reply with these fields, all of them and no others, in this order."""
    return {
        "type": "object",
        "properties": fields,
        "required": [*fields],
        "additionalProperties": False,
    }


def read_form(text: str, schema: Mapping[str, Any]) -> tuple[dict[str, Any], Rung]:
    """The fields of a properly ended reply, their texts stripped, and the rung that read it.

    Raises:
        ParseError: the text is not JSON of that schema; the message is fit to send back.
    """
    data, rung = read_object(text, schema)
    _check_whole(*_texts(data))
    return {name: _stripped(value) for name, value in data.items()}, rung


def _texts(value: Any) -> Iterator[str]:
    """All texts in a value of JSON."""
    if isinstance(value, str):
        yield value
    for part in value.values() if isinstance(value, dict) else value if _is_list(value) else ():
        yield from _texts(part)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _stripped(value: Any) -> Any:
    if _is_list(value):
        return tuple(part for part in map(_stripped, value) if part != "")
    return value.strip() if isinstance(value, str) else value


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
