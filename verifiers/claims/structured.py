"""The claims of an answer that is one JSON object: those of its values.

What the question gives under that name, such as attributes of a record that is asked for, is no
claim.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from verifiers.claims.claim import Claim
from verifiers.claims.rules import split_claims

_FEW = 3
"""Words below which a value says something only together with its name."""


def claims_of_object(question: str, answer: str) -> list[Claim] | None:
    """The claims of the values, in their order; None where the answer is no JSON object."""
    if not answer.lstrip().startswith("{"):
        return None
    try:
        found = json.loads(answer, object_pairs_hook=_Object)
    except (ValueError, RecursionError):
        return None
    return [*_claims(question, answer, found)] if isinstance(found, _Object) else None


class _Object(list[tuple[str, Any]]):
    """The pairs of an object, those of a name that comes twice too."""


def _claims(question: str, answer: str, found: _Object) -> Iterator[Claim]:
    place = 0
    for name, value in _leaves("", found):
        written = json.dumps(value, ensure_ascii=False)
        start = max(answer.find(written, place), 0)
        place = start + len(written)
        text = value if isinstance(value, str) else written
        if f"{name}: {text}\n" in f"{question}\n":
            continue
        if len(text.split()) < _FEW:
            yield Claim(f"{name}: {text}", start, place)
            continue
        for claim in split_claims("", text):
            # Offsets into the value hold for the answer where nothing in it is escaped.
            plain = isinstance(value, str) and written[1:-1] == value
            within = (start + 1 + claim.start, start + 1 + claim.end) if plain else (start, place)
            yield replace(claim, start=within[0], end=within[1])


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Values that hold no others, each with the name it stands under; names that are whole
    phrases, which may say anything, are told as values of their own.
    """
    if isinstance(value, _Object):
        for key, part in value:
            if len(key.split()) >= _FEW:
                yield name, key
            yield from _leaves(key, part)
    elif isinstance(value, list):
        for part in value:
            yield from _leaves(name, part)
    else:
        yield name, value
