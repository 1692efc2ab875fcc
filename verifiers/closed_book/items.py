"""The questions of a probe set: which facts, with which weight, beside which wrong options.

Rare facts go first when a student forgets, so they are asked for more often than they occur. The
weight of a question undoes that: a weighted share over the set estimates the share over all facts.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from configs.errors import ConfigError
from store.known import Known
from store.text import digest, normalise, sha256
from verifiers.checks.quantities import quantities
from verifiers.closed_book.answers import aliases, match_of

OPTIONS = 4
LETTERS = "ABCD"
_TAIL = 1 / 3
"""Share of the facts that is called the tail: those of rare kinds and of documents with few."""


@dataclass(frozen=True, slots=True)
class Item:
    """One fact as it is asked for. ``options`` holds the answer at place ``correct``; ``weight`` is
    how many facts of the corpus it stands for.
    """

    id: str
    document_id: str
    subject: str
    kind: str
    question: str
    answer: str
    options: tuple[str, ...]
    correct: int
    tail: bool
    weight: float

    @property
    def rivals(self) -> tuple[str, ...]:
        """The wrong options."""
        return tuple(o for place, o in enumerate(self.options) if place != self.correct)

    @property
    def letter(self) -> str:
        """The letter of the right option."""
        return LETTERS[self.correct]


def choose_items(known: Sequence[Known], most: int, at_least: int, seed: int) -> list[Item]:
    """At most ``most`` facts, half of them of the tail as far as it reaches, in an order of the
    seed. Facts without three wrong options of their kind are left out.

    Raises:
        ConfigError: there are fewer than ``at_least``.
    """
    known = sorted(known, key=lambda fact: (fact.question, fact.answer))
    options = _options(known, seed)
    usable = [fact for fact in known if fact in options]
    if len(usable) < at_least:
        raise ConfigError(
            f"the corpus has {len(usable)} facts with a short answer and three others of its kind "
            f"({len(known)} before looking for those); {at_least} are wanted, since fewer cannot "
            "tell a loss from chance. Add documents with named values, tables or plain sentences, "
            "or ask for fewer with --at-least"
        )
    tail = _tail(usable)
    strata = ([fact for fact in usable if fact in tail], [f for f in usable if f not in tail])
    rare = min(len(strata[0]), max(most // 2, most - len(strata[1])))
    found = []
    for facts, wanted in zip(strata, (rare, most - rare), strict=True):
        drawn = _drawn(facts, seed)[:wanted]
        found += [
            _item(fact, options[fact], fact in tail, len(facts) / len(drawn), seed)
            for fact in drawn
        ]
    return sorted(found, key=lambda item: sha256(f"{seed}:{item.id}"))


def _drawn(facts: Sequence[Known], seed: int) -> list[Known]:
    return sorted(facts, key=lambda fact: sha256(f"draw:{seed}:{fact.question}"))


def _tail(facts: Sequence[Known]) -> frozenset[Known]:
    """The rarest third: by how many facts share the kind, or the document, whichever is fewer."""
    kinds = Counter(fact.kind for fact in facts)
    documents = Counter(fact.document_id for fact in facts)

    def rarity(fact: Known) -> tuple[int, str]:
        return min(kinds[fact.kind], documents[fact.document_id]), sha256(fact.question)

    return frozenset(sorted(facts, key=rarity)[: round(len(facts) * _TAIL)])


def _options(known: Sequence[Known], seed: int) -> Mapping[Known, tuple[str, ...]]:
    """Three wrong options for each fact: values of other facts of its kind, else of its form."""
    kinds: dict[str, dict[str, str]] = defaultdict(dict)
    forms: dict[str, dict[str, str]] = defaultdict(dict)
    for fact in known:
        kinds[fact.kind].setdefault(normalise(fact.answer), fact.answer)
        forms[_form(fact.answer)].setdefault(normalise(fact.answer), fact.answer)
    found = {}
    for fact in known:
        rng = random.Random(sha256(f"options:{seed}:{fact.question}"))
        nearest = _shuffled(kinds[fact.kind], rng)
        nearest.sort(key=lambda value: _form(value) != _form(fact.answer))
        wrong = _wrong(fact, [*nearest, *_shuffled(forms[_form(fact.answer)], rng)])
        if len(wrong) == OPTIONS - 1:
            found[fact] = wrong
    return found


def _shuffled(values: Mapping[str, str], rng: random.Random) -> list[str]:
    return rng.sample([*values.values()], len(values))


def _wrong(fact: Known, values: Sequence[str]) -> tuple[str, ...]:
    """The first three that would be wrong, and that the question itself does not name."""
    found: list[str] = []
    asked = f" {normalise(fact.question)} "
    for value in values:
        if len(found) == OPTIONS - 1:
            break
        said = (fact.answer, *found)
        if any(match_of(value, other) or match_of(other, value) for other in said):
            continue
        if f" {normalise(value)} " not in asked:
            found.append(value)
    return tuple(found)


@lru_cache(maxsize=20_000)
def _form(value: str) -> str:
    """What a value looks like: its unit, a date, a number of some length, code, a name."""
    counted = quantities(value)
    if counted and counted[0].unit.name:
        return f"in {counted[0].unit.kind or counted[0].unit.name}"
    if re.search(r"\b[12]\d{3}\b", value):
        return f"date of {len(value.split())} words"
    if re.fullmatch(r"[\d.,\s×^+-]+", value):
        return f"number of {len(re.sub(r'[^0-9]', '', value))} digits"
    if not value[:1].isalpha() or value[0].islower():
        return "word"
    return "name"


def _item(fact: Known, wrong: Sequence[str], tail: bool, weight: float, seed: int) -> Item:
    rng = random.Random(sha256(f"place:{seed}:{fact.question}"))
    place = rng.randrange(OPTIONS)
    options = (*wrong[:place], fact.answer, *wrong[place:])
    id_ = digest([fact.question, aliases(fact.answer) or fact.answer])[:16]
    given = (fact.document_id, fact.subject, fact.kind, fact.question, fact.answer)
    return Item(id_, *given, options, place, tail, weight)
