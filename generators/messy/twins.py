"""Messy twins of records: the same answer, sources and provenance, asked as real users ask.

Only what the user says changes. System messages, passages that are shown before a question, calls
of functions and answers stay, and so do rows that people wrote. Where a real message asks for two
things, a second question of the same document follows, and its answer behind the first.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from generators.messy.draws import able, draw
from generators.messy.joining import joined, partners
from generators.messy.wear import Clean, Measure, Worn, wear
from store.records import HUMAN
from store.text import words
from store.user_inputs import Traits

Row = Mapping[str, Any]


def twin_rows(
    rows: Sequence[Row], real: Sequence[Traits], measure: Measure, seed: int
) -> list[dict[str, Any]]:
    """A twin of each record, in their order; ``real`` are the traits of at least one message.

    The same records, messages and seed give the same twins.
    """
    made = [row for row in rows if row["origin"] != HUMAN]
    follow = partners(made)
    # The first thing said decides: who begins without capitals goes on without them.
    abilities = [able(prompts_of(row)[0], row["id"] in follow, measure) for row in made]
    drawn = draw(abilities, real, random.Random(f"draws:{seed}"))
    takes_after = dict(zip((row["id"] for row in made), drawn, strict=True))
    return [
        _twin(row, takes_after.get(row["id"]), follow.get(row["id"]), measure, seed) for row in rows
    ]


def _twin(
    row: Row, traits: Traits | None, follower: Row | None, measure: Measure, seed: int
) -> dict[str, Any]:
    """A record asked in the traits of a message; as it is where there are none."""
    rng = random.Random(f"{row['id']}:{seed}")
    whole, noise = row, list[str]()
    if follower is not None and traits is not None and _asks_twice(row, traits, measure):
        whole, noise = joined(row, follower, rng), ["joined"]
    clean = prompts_of(whole)
    worn = [] if traits is None else _worn(clean, traits, rng, measure)
    noise += [name for one in worn for name in one.noise]
    return {
        **_asked(whole, [one.text for one in worn] or [one.text for one in clean]),
        "id": f"{row['id']}-messy",
        "semantic_id": row["id"],
        "clean_question": row["question"],
        "noise": noise,
    }


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


def _worn(
    clean: Sequence[Clean], traits: Traits, rng: random.Random, measure: Measure
) -> list[Worn]:
    """The turns of one user. Nobody greets or thanks in each of them."""
    later = replace(traits, register="plain")
    each = (traits, *(later for _ in clean[1:]))
    return [wear(prompt, one, rng, measure) for prompt, one in zip(clean, each, strict=True)]


def _asks_twice(row: Row, traits: Traits, measure: Measure) -> bool:
    """Whether a question needs another behind it to be like the real message."""
    return traits.intents > 1 and not traits.fragment and measure(row["question"]).intents == 1


def _asked(row: Row, said: Sequence[str]) -> dict[str, Any]:
    """The record with other texts for its user turns."""
    clean = said_in(row)
    waiting = iter(zip(clean, said, strict=True))
    messages = [dict(message) for message in row["messages"]]
    for message in messages:
        if message["role"] == "user":
            old, new = next(waiting)
            message["content"] = f"{message['content'].removesuffix(old)}{new}"
    question = said[0] if len(clean) == 1 else _together(row["question"], clean, said)
    return {**row, "messages": messages, "question": question}


def _together(question: str, clean: Sequence[str], said: Sequence[str]) -> str:
    """A conversation's question, which is all that its user says, or one of the turns."""
    joined = {text: new for text, new in zip(clean, said, strict=True)}
    return joined.get(question, "\n\n".join(said))
