"""Records made false on purpose, in ways whose falsehood is certain.

They measure a verifier: what it drops of these is its catch rate. Each corruption changes one
thing of a true record and leaves the rest as it is.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, get_args

import orjson

from store.corpus import Corpus
from store.quotes import find_quote
from store.text import sha256, squeeze

Kind = Literal["number", "default", "function", "parameter", "quote"]
Row = Mapping[str, Any]

_NUMBER = re.compile(r"(?<![\w.`(=])\d+(?:[.,]\d+)*(?![\w)`]|\.\d)")
_DEFAULT = re.compile(r"(?<=\bis `)([^`]+)(?=`\.)")
_PAIR = re.compile(r"(?<==)(None|True|False|-?\d+(?:\.\d+)?|'[^']*')(?=[,)])")
_VALUES = ("None", "True", "False", "0", "1", "42", "'utf-8'")
_SUFFIXES = ("_all", "_fast", "_ex", "_safe", "_many", "_async")
_INVENTED = ("timeout_ms", "strict_mode", "max_depth_level", "encoding_hint", "retry_count")


def plant(records: Sequence[Row], corpus: Corpus, count: int, seed: int) -> list[dict[str, Any]]:
    """``count`` lies made of true records, as many of each kind as the records allow.

    ``metadata`` of each names its kind under ``planted`` and the record it was made of.
    """
    rng = random.Random(seed)
    order = sorted(records, key=lambda row: sha256(f"{seed}:{row['id']}"))
    streams = {kind: _lies(order, kind, corpus, rng) for kind in get_args(Kind)}
    planted: list[dict[str, Any]] = []
    while streams and len(planted) < count:
        for kind in list(streams):
            lie = next(streams[kind], None)
            if lie is None:
                del streams[kind]
            elif len(planted) < count:
                planted.append(lie)
    return planted


def _lies(
    records: Sequence[Row], kind: Kind, corpus: Corpus, rng: random.Random
) -> Iterator[dict[str, Any]]:
    for row in records:
        changed = _CORRUPT[kind](row, rng)
        if changed is not None and not _still_true(changed, row, corpus):
            yield _lie(row, changed, kind)


def _lie(row: Row, changed: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    new = {**row, **changed}
    new["id"] = sha256(f"planted:{kind}:{row['id']}")[:16]
    new["messages"] = [
        {"role": "user", "content": new["question"]},
        {"role": "assistant", "content": new["answer"]},
    ]
    new["metadata"] = orjson.dumps({"planted": kind, "of": row["id"]}).decode()
    return new


def _still_true(changed: Mapping[str, Any], row: Row, corpus: Corpus) -> bool:
    """Whether the change happens to say something the corpus says word for word."""
    if changed.get("answer", row["answer"]) == row["answer"] and "quotes" not in changed:
        return True
    said = changed.get("quotes") or [changed["answer"]]
    return any(find_quote(text, d.text) for text in said for d in corpus.documents)


def _number(row: Row, rng: random.Random) -> dict[str, Any] | None:
    """Another number in the prose of the answer."""
    found = list(_NUMBER.finditer(row["answer"]))
    if not found:
        return None
    match = rng.choice(found)
    value = float(match.group(0).replace(",", ""))
    other = value + rng.choice([1, 2, 3, 7]) if value < 100 else value * rng.choice([0.5, 2, 10])
    text = f"{other:,.0f}" if other == int(other) else f"{other:.2f}"
    return {"answer": _replace(row["answer"], match, text)}


def _default(row: Row, rng: random.Random) -> dict[str, Any] | None:
    """Another default value, in a statement about one or in a signature."""
    answer = row["answer"]
    about = "default" in answer or row["style"] == "signature"
    found = list(_DEFAULT.finditer(answer)) if "default" in answer else []
    found = found or list(_PAIR.finditer(answer))
    if not about or not found:
        return None
    match = rng.choice(found)
    others = [value for value in _VALUES if value not in (match.group(0), f"'{match.group(0)}'")]
    return {"answer": _replace(answer, match, rng.choice(others))}


def _function(row: Row, rng: random.Random) -> dict[str, Any] | None:
    """An invented function in place of the real one, in question and answer alike."""
    name = row["sources"][0]["title"]
    if not re.search(rf"`{re.escape(name)}[`(]", row["answer"]):
        return None
    invented = name + rng.choice(_SUFFIXES)
    return _renamed(row, name, invented)


def _parameter(row: Row, rng: random.Random) -> dict[str, Any] | None:
    """An invented parameter in place of a real one, or added to a list of them."""
    match = re.search(r"takes (?:the parameters?|\d+ named parameters?:) (`\w+`)", row["answer"])
    match = match or re.search(r"default value of (`\w+`)", row["answer"])
    if not match:
        return None
    return _renamed(row, match.group(1).strip("`"), rng.choice(_INVENTED))


def _quote(row: Row, rng: random.Random) -> dict[str, Any] | None:
    """A quote with one word changed."""
    quotes = [squeeze(quote) for quote in row["quotes"]]
    long = [i for i, quote in enumerate(quotes) if len(quote.split()) >= 5]
    if not long:
        return None
    i = rng.choice(long)
    parts = quotes[i].split(" ")
    place = rng.randrange(1, len(parts) - 1)
    parts[place] = rng.choice(["never", "seven", "reverse", "hidden", "double"])
    quotes[i] = " ".join(parts)
    return {"quotes": quotes}


def _renamed(row: Row, name: str, other: str) -> dict[str, Any]:
    pattern = re.compile(rf"(?<![\w.]){re.escape(name)}(?![\w])")
    return {key: pattern.sub(other, row[key]) for key in ("question", "answer")}


def _replace(text: str, match: re.Match[str], new: str) -> str:
    return f"{text[: match.start()]}{new}{text[match.end() :]}"


_CORRUPT: Mapping[Kind, Callable[[Row, random.Random], dict[str, Any] | None]] = {
    "number": _number,
    "default": _default,
    "function": _function,
    "parameter": _parameter,
    "quote": _quote,
}
