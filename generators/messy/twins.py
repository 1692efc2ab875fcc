"""Messy twins of records: the same answer, sources and provenance, asked as real users ask.

Only what the user says changes. System messages, passages that are shown before a question, calls
of functions and answers stay, and so do rows that people wrote.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from generators.messy.draws import able, draw
from generators.messy.wear import Clean, Measure, Worn, wear
from store.text import words
from store.user_inputs import Traits

VERSION = "1"
_HUMAN = "human"
Row = Mapping[str, Any]


def twin_rows(
    rows: Sequence[Row], real: Sequence[Traits], measure: Measure, seed: int
) -> list[dict[str, Any]]:
    """A twin of each record, in their order; ``real`` are the traits of at least one message.

    The same records, messages and seed give the same twins.
    """
    made = [row for row in rows if row["origin"] != _HUMAN]
    # The first thing said decides: who begins without capitals goes on without them.
    abilities = [able(prompts_of(row)[0], measure) for row in made]
    drawn = draw(abilities, real, random.Random(f"draws:{seed}"))
    takes_after = dict(zip((row["id"] for row in made), drawn, strict=True))
    return [
        _twin(row, _worn(row, takes_after[row["id"]], measure, seed))
        if row["id"] in takes_after
        else _twin(row, [])
        for row in rows
    ]


def prompts_of(row: Row) -> list[Clean]:
    """What the user of a record says, turn by turn, without passages that stand before it."""
    titles = (source["title"] for source in row["sources"])
    spared = frozenset(word for title in titles for word in words(title))
    return [Clean(text, row["language"], spared) for text in said_in(row)]


def said_in(row: Row) -> list[str]:
    """The texts of a record's user turns; of a single one, only the question itself."""
    turns = [message["content"] for message in row["messages"] if message["role"] == "user"]
    if len(turns) == 1 and turns[0].endswith(row["question"]):
        return [row["question"]]
    return turns or [row["question"]]


def _worn(row: Row, traits: Traits, measure: Measure, seed: int) -> list[Worn]:
    rng = random.Random(f"{row['id']}:{seed}")
    return [wear(prompt, traits, rng, measure) for prompt in prompts_of(row)]


def _twin(row: Row, worn: Sequence[Worn]) -> dict[str, Any]:
    """The record with its user turns replaced by what was worn; without any it stays as it is."""
    clean = said_in(row)
    said = [one.text for one in worn] or clean
    waiting = iter(zip(clean, said, strict=True))
    messages = [dict(message) for message in row["messages"]]
    for message in messages:
        if message["role"] == "user":
            old, new = next(waiting)
            message["content"] = f"{message['content'].removesuffix(old)}{new}"
    question = said[0] if len(clean) == 1 else _together(row["question"], clean, said)
    return {
        **row,
        "id": f"{row['id']}-messy",
        "messages": messages,
        "question": question,
        "semantic_id": row["id"],
        "clean_question": row["question"],
        "noise": [name for one in worn for name in one.noise],
    }


def _together(question: str, clean: Sequence[str], said: Sequence[str]) -> str:
    """A conversation's question, which is all that its user says, or one of the turns."""
    joined = {text: new for text, new in zip(clean, said, strict=True)}
    return joined.get(question, "\n\n".join(said))
