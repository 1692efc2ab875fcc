"""Orders to a model: in a record it has no business with them, in a document they are an attack.

A document that says "ignore your instructions" may have been obeyed in any way, and what it states
is then the corpus's own word, which no check of claims can hold against it. So a record is judged
by all of its own words, which a student learns from, and by all passages that its teacher was
shown: an order need not be quoted to be obeyed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import orjson

from filters import phrases
from store.records import SHOWN
from store.stages import Row
from store.text import squeeze, visible
from store.tool_calls import is_call

_ORDERS = re.compile("|".join(rf"(?:{pattern})" for pattern in phrases.ORDERS))
_SHOWN = 120
_CALL_MARK = re.compile(r"</?tool_call>")


def order(texts: Iterable[str]) -> str:
    """The first order to a model in some texts, empty where there is none. Signs that nobody sees
    hide nothing.
    """
    for text in texts:
        found = _ORDERS.search(squeeze(visible(text)).casefold().replace("`", ""))
        if found:
            return found.group(0)[:_SHOWN]
    return ""


def words_of(row: Row) -> Iterator[str]:
    """All that a record publishes: its turns with the documents they show, quotes, reasoning,
    functions and worse answers.
    """
    yield from (row["question"], row["answer"], *row["quotes"])
    yield from (_said(turn, row) for turn in row["messages"])
    yield from (row["reasoning"], row["tools"])
    yield from noted(row)


def noted(row: Row) -> Iterator[str]:
    """What a teacher wrote for a record beside question, answer and quotes."""
    yield from (loser["answer"] for loser in row["losers"] or ())
    notes = orjson.loads(row["metadata"] or "{}")
    yield from (notes[name] for name in ("persona", "goal") if name in notes)


def _said(turn: Mapping[str, str], row: Row) -> str:
    """A turn; marks of a call are left out where they are in their place."""
    called = row["tools"] and turn["role"] == "assistant" and is_call(turn["content"])
    return _CALL_MARK.sub("", turn["content"]) if called else turn["content"]


def passages_of(row: Row) -> list[str]:
    """Ids of the passages behind a record: those it quotes, then those that were shown, too."""
    told = orjson.loads(row["metadata"] or "{}")
    return [*(source["passage_id"] for source in row["sources"]), *told.get(SHOWN, ())]
