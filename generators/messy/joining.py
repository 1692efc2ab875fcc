"""Two questions in one message, for those who ask two things at once: both answers follow.

Both records were kept, so every claim of the longer answer was checked. Records are joined where
they are about the same document, which also decides the split, and where nothing but question and
answer was said.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from store.records import UNANSWERABLE

JOINED = "joined_with"
"""Key of a twin's ``metadata``: the id of the record whose question and answer follow its own."""
_LONGEST = 200
"""Characters of a question that is still one of two."""
_BETWEEN = (" ", " ", " Also, ", " And ")
Row = Mapping[str, Any]


def partners(rows: Sequence[Row]) -> dict[str, Row]:
    """By id of a record that can be joined, the record that may follow it: each follows one."""
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        if _is_plain(row):
            who = (row["language"], row["teacher"], row["origin"])
            groups[row["sources"][0]["document_id"], *who].append(row)
    return {
        row["id"]: group[place - 1]
        for group in groups.values()
        for place, row in enumerate(group)
        if group[place - 1]["question"] != row["question"]
    }


def joined(row: Row, other: Row, rng: random.Random) -> dict[str, Any]:
    """The record with another's question and answer behind its own, and both their sources."""
    between = rng.choice(_BETWEEN)
    question = f"{row['question']}{between}{_after(other['question'], between)}"
    answer = f"{row['answer']}\n\n{other['answer']}"
    dates = [each["valid_as_of"] for each in (row, other) if each["valid_as_of"] is not None]
    notes = orjson.loads(row["metadata"]) | {JOINED: other["id"]}
    return {
        **row,
        "question": question,
        "answer": answer,
        "messages": [
            {"role": "user", "content": question},
            {"role": "assistant", "content": answer},
        ],
        "quotes": list(dict.fromkeys([*row["quotes"], *other["quotes"]])),
        "sources": [*row["sources"], *(s for s in other["sources"] if s not in row["sources"])],
        "request_keys": list(dict.fromkeys([*row["request_keys"], *other["request_keys"]])),
        "generation_depth": max(row["generation_depth"], other["generation_depth"]),
        "valid_as_of": min(dates, default=None),
        "metadata": orjson.dumps(notes).decode(),
        # Worse answers are worse answers to one of the two.
        "losers": [],
    }


def _is_plain(row: Row) -> bool:
    """Whether a record is one short question and its answer in prose, and nothing else."""
    asked, answer = row["question"], row["answer"]
    turns = [(message["role"], message["content"]) for message in row["messages"]]
    return (
        turns == [("user", asked), ("assistant", answer)]
        and bool(row["sources"])
        and row["style"] != UNANSWERABLE
        and not row["reasoning"]
        and row["tools"] == "[]"
        and len(asked) <= _LONGEST
        and asked[-1:] in (".", "?")
        and "\n" not in asked
        and answer[:1] not in ("{", "[", "<", "`")
    )


def _after(question: str, between: str) -> str:
    first, _, rest = question.partition(" ")
    plain = first.isalpha() and first[1:].islower()
    return f"{first.lower()} {rest}" if between.strip() and plain and _asks(first) else question


def _asks(word: str) -> bool:
    return word.casefold() in {"what", "which", "who", "when", "where", "why", "how", "is", "are"}
