"""The claims of a record: of its one answer, or of everything its assistant says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from store.stages import Row
from store.tool_calls import is_call
from verifiers.claims.claim import Claim
from verifiers.claims.context import rewritten
from verifiers.claims.questions import topic
from verifiers.claims.rules import split_claims
from verifiers.claims.structured import claims_of_object


class Turn(NamedTuple):
    """What an assistant says, the number of that message, the question it answers, and what a
    function returned for it, empty where none was called.
    """

    message: int
    question: str
    answer: str
    returned: str = ""


def turns_of(row: Row) -> list[Turn]:
    """What the assistant of a record says, in order; one exchange is its question and answer.

    A later question may say "it" of what an earlier one named; it is read with that name.
    """
    messages = row.get("messages") or ()
    if [message["role"] for message in messages] in ([], ["user", "assistant"]):
        return [Turn(1, row["question"], row["answer"])]
    return [*_spoken(messages)]


def _spoken(messages: Sequence[Row]) -> Iterator[Turn]:
    question = subject = returned = ""
    for number, message in enumerate(messages):
        content = message["content"] or ""
        if message["role"] == "user":
            question, returned = rewritten(content, subject), ""
            subject = topic(question) or subject
        elif message["role"] == "tool":
            returned = content.strip()
        elif message["role"] == "assistant" and not is_call(content):
            yield Turn(number, question, content, returned)


def claims_of(row: Row) -> list[Claim]:
    """All claims that the assistant of a record makes, message by message."""
    return [claim for turn in turns_of(row) for claim in claims_of_turn(turn)]


def claims_of_turn(turn: Turn) -> list[Claim]:
    """The claims of one message by rule; of one that is a JSON object, those of its values."""
    found = claims_of_object(turn.question, turn.answer)
    if found is None:
        found = split_claims(turn.question, turn.answer)
    return [replace(claim, message=turn.message) for claim in found]
