"""Made-up facts that changed: rows of an old and a new state, in the shape of ``temporal.jsonl``.

Places, people and figures are invented. Each row says one field of one place in two snapshots, with
the claims that were true, that are true, and that put the old value under the new date. They stand
in where no set of real changes is at hand.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

_SYLLABLES = "bar cel dun fir gal hev kor lim mar nor pel quin ros sul tam ver wes yar zen".split()
_ENDINGS = "ia and or mouth stead ova eth burg".split()
_FIRST = "Ada Boris Chiara Dmitri Elsa Farid Greta Hugo Ines Jonas Kamila Leon Mira Nils".split()
_SNAPSHOTS = ("2022-01-15", "2024-03-01", "2026-02-10")


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a profile: its path, a value by chance, and how a claim says it."""

    path: str
    value: Callable[[random.Random], str]
    sentence: str


_FIELDS = (
    _Field(
        "People > Population",
        lambda r: f"{r.randint(200_000, 9_000_000):,}",
        "The population of {place} was {value} in {year}.",
    ),
    _Field(
        "People > Median age",
        lambda r: f"{r.uniform(18, 48):.1f} years",
        "The median age of {place} was {value} in {year}.",
    ),
    _Field(
        "Environment > Forest area",
        lambda r: f"{r.uniform(2, 80):.1f}%",
        "Forest covered {value} of {place} in {year}.",
    ),
    _Field(
        "Economy > Labor force",
        lambda r: f"{r.uniform(0.1, 5):.3f} million",
        "The labor force of {place} numbered {value} in {year}.",
    ),
    _Field(
        "Economy > Exports",
        lambda r: f"${r.uniform(1, 90):.2f} billion",
        "{place} exported goods worth {value} in {year}.",
    ),
    _Field(
        "Transportation > Airports",
        lambda r: str(r.randint(4, 900)),
        "{place} had {value} airports in {year}.",
    ),
    _Field(
        "Government > Prime minister",
        lambda r: f"{r.choice(_FIRST)} {_made(r)}",
        "The prime minister of {place} was {value} in {year}.",
    ),
)


def rows(places: int, seed: int) -> list[dict[str, Any]]:
    """Changes of all fields of a number of places, the same for the same seed."""
    rng = random.Random(seed)
    found: list[dict[str, Any]] = []
    for i, place in enumerate(_places(places, rng)):
        for field in _FIELDS:
            found.append(_row(f"p{i}", place, field, rng))
    return found


def _row(code: str, place: str, field: _Field, rng: random.Random) -> dict[str, Any]:
    first = rng.randrange(len(_SNAPSHOTS) - 1)
    days = _SNAPSHOTS[first], _SNAPSHOTS[rng.randrange(first + 1, len(_SNAPSHOTS))]
    old, new = field.value(rng), field.value(rng)
    while new == old:
        new = field.value(rng)
    states = [
        {"value": value, "snapshot": day, "raw": f"{value} ({int(day[:4]) - 1} est.)"}
        for value, day in zip((old, new), days, strict=True)
    ]

    def said(value: str, day: str) -> str:
        return field.sentence.format(place=place, value=value, year=int(day[:4]) - 1)

    return {
        "id": f"{code}-{field.path}",
        "country": place,
        "code": code,
        "field": field.path,
        "old": states[0],
        "new": states[1],
        "claim_old": said(old, days[0]),
        "claim_new": said(new, days[1]),
        "stale_claim": said(old, days[1]),
    }


def _places(count: int, rng: random.Random) -> Iterator[str]:
    """Names that differ."""
    seen: set[str] = set()
    while len(seen) < count:
        name = _made(rng)
        if name not in seen:
            seen.add(name)
            yield name


def _made(rng: random.Random) -> str:
    return "".join(rng.sample(_SYLLABLES, 2)).capitalize() + rng.choice(_ENDINGS)
