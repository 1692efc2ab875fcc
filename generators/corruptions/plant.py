"""Planting: falsehoods of all kinds in turn, made of true records or of true claims.

Each changes one thing and leaves the rest as it is. A falsehood is kept only if no line of the
corpus may say it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar, get_args

import orjson

from generators.corruptions import code, stale, values, words
from generators.corruptions.changes import Change, Corruption, Place, sentence_at
from generators.corruptions.material import Material
from generators.statements import Statement
from store.corpus import Corpus
from store.planted import PLANTED
from store.text import sha256, squeeze

Kind = Literal[
    "number",
    "unit",
    "date",
    "name",
    "negation",
    "superlative",
    "quote",
    "identifier",
    "parameter",
    "default",
    "entity_swap",
    "stale",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
_EXACT = ("identifier", "parameter", "default", "stale")
"""Kinds made certain by what the corpus lists: a name that it lacks, another default than the real
one, a value that only an older document has.
"""
Row = Mapping[str, Any]
_Made = TypeVar("_Made")

_CORRUPT: Mapping[Kind, Corruption] = {
    "number": values.number,
    "unit": values.unit,
    "date": values.date,
    "name": words.name,
    "negation": words.negation,
    "superlative": words.superlative,
    "quote": code.quote,
    "identifier": code.identifier,
    "parameter": code.parameter,
    "default": code.default,
    "entity_swap": words.entity_swap,
    "stale": stale.stale,
}


def corrupt(
    kind: Kind, text: str, document_id: str, rng: random.Random, material: Material
) -> str | None:
    """The text made false in one way; None where it cannot be, or not with certainty."""
    change = _change(kind, Place(text, document_id, material), rng)
    return None if change is None else change.applied(text)


def plant(
    records: Sequence[Row], corpus: Corpus, count: int, seed: int, kinds: Sequence[Kind] = KINDS
) -> list[dict[str, Any]]:
    """``count`` lies made of true records, as many of each of these kinds as the records allow.

    ``metadata`` of each names its kind under ``planted`` and the record it was made of.
    """
    material = Material(corpus)

    def lie(row: Row, kind: Kind, rng: random.Random) -> dict[str, Any] | None:
        changed = _changed(row, kind, rng, material)
        return None if changed is None else _lie(row, changed, kind)

    return _in_turn(records, lambda row: str(row["id"]), lie, count, seed, kinds)


def plant_claims(
    claims: Sequence[Statement], corpus: Corpus, count: int, seed: int
) -> list[Statement]:
    """``count`` false claims made of true ones, as many of each kind as these allow.

    ``form`` of each names its kind, ``of`` the text it was made of.
    """
    material = Material(corpus)

    def lie(claim: Statement, kind: Kind, rng: random.Random) -> Statement | None:
        change = _change(kind, Place(claim.text, claim.document_id, material), rng)
        if change is None:
            return None
        question = change.applied(claim.question) if change.at is None else claim.question
        made = change.applied(claim.text)
        return Statement(made, claim.document_id, question, kind, claim.text)

    return _in_turn(claims, lambda claim: claim.text, lie, count, seed)


def _in_turn(
    truths: Sequence[Any],
    key: Callable[[Any], str],
    lie: Callable[[Any, Kind, random.Random], _Made | None],
    count: int,
    seed: int,
    kinds: Sequence[Kind] = KINDS,
) -> list[_Made]:
    """Up to ``count`` lies, one of each kind in turn; each kind goes its own way through the
    truths, so that a kind that needs much does not depend on what others took.
    """
    streams = {kind: _lies(truths, key, kind, lie, seed) for kind in kinds}
    made: list[_Made] = []
    while streams and len(made) < count:
        for kind in list(streams):
            new = next(streams[kind], None)
            if new is None:
                del streams[kind]
            elif len(made) < count:
                made.append(new)
    return made


def _lies(
    truths: Sequence[Any],
    key: Callable[[Any], str],
    kind: Kind,
    lie: Callable[[Any, Kind, random.Random], _Made | None],
    seed: int,
) -> Iterator[_Made]:
    rng = random.Random(f"{seed}:{kind}")
    for truth in sorted(truths, key=lambda truth: sha256(f"{seed}:{kind}:{key(truth)}")):
        made = lie(truth, kind, rng)
        if made is not None:
            yield made


def _change(kind: Kind, place: Place, rng: random.Random) -> Change | None:
    """A change of a kind after which no line of the corpus may say what is said."""
    if place.document_id not in place.material.corpus.document:
        return None
    change = _CORRUPT[kind](place, rng)
    if change is None or change.applied(place.text) == place.text:
        return None
    return change if kind in _EXACT or not _still_true(change, place) else None


def _still_true(change: Change, place: Place) -> bool:
    """Whether the corpus may say what the change makes of a sentence."""
    text = change.applied(place.text)
    at = text.find(change.new) if change.at is None else change.at
    start, end = sentence_at(text, at)
    return place.material.says(text[start:end], change.new) or place.material.stands(
        text[start:end].rstrip(".")
    )


def _changed(row: Row, kind: Kind, rng: random.Random, material: Material) -> dict[str, Any] | None:
    """The fields of a record that a lie changes."""
    if kind == "quote" and row["quotes"]:
        return _misquoted(row, rng, material)
    document_id = row["sources"][0]["document_id"] if row["sources"] else ""
    change = _change(kind, Place(row["answer"], document_id, material), rng)
    if change is None:
        return None
    changed = {"answer": change.applied(row["answer"])}
    if change.at is None:
        changed["question"] = change.applied(row["question"])
    return changed


def _misquoted(row: Row, rng: random.Random, material: Material) -> dict[str, Any] | None:
    quotes = [squeeze(quote) for quote in row["quotes"]]
    i = rng.randrange(len(quotes))
    changed = code.misquoted(quotes[i], rng)
    if changed is None or material.stands(changed):
        return None
    return {"quotes": [*quotes[:i], changed, *quotes[i + 1 :]]}


def _lie(row: Row, changed: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    new = {**row, **changed}
    new["id"] = sha256(f"planted:{kind}:{row['id']}")[:16]
    new["messages"] = [
        {"role": "user", "content": new["question"]},
        {"role": "assistant", "content": new["answer"]},
    ]
    new["metadata"] = orjson.dumps({PLANTED: kind, "of": row["id"]}).decode()
    return new
